#include "server/analytics/classify.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <fmt/format.h>
#include <re2/re2.h>
#include <re2/set.h>

#include "server/analytics/agent_rules.hpp"

namespace earshot::analytics {

namespace {

constexpr std::size_t longest_agent = 1024;  // what follows is not looked at

re2::RE2::Options options() {
    re2::RE2::Options result;
    result.set_encoding(re2::RE2::Options::EncodingLatin1);  // agents are bytes, not always UTF-8
    result.set_log_errors(false);
    result.set_max_mem(64 << 20);
    return result;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string cleaned(std::string_view agent) {
    std::string result(agent.substr(0, longest_agent));
    std::erase_if(result, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    const auto first = result.find_first_not_of(' ');
    if (first == std::string::npos) return {};
    return result.substr(first, result.find_last_not_of(' ') - first + 1);
}

bool malformed(std::string_view agent, std::string_view small) {
    constexpr std::array<std::string_view, 5> placeholders{"null", "(null)", "undefined", "none", "unknown"};
    return std::ranges::none_of(agent, [](unsigned char c) { return std::isalpha(c) != 0 || c >= 0x80; }) ||
           std::ranges::find(placeholders, small) != placeholders.end();
}

// "My App/1.2 (…)" → "My App": RFC 9110 §10.1.5, with the spaces that apps put into it.
std::string product_token(std::string_view agent) {
    const auto slash = agent.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash > 40) return {};
    const auto token = agent.substr(0, slash);
    const bool plain = std::ranges::all_of(token, [](unsigned char c) {
        return std::isalnum(c) != 0 || c >= 0x80 || std::string_view(" ._-!%").find(static_cast<char>(c)) != std::string_view::npos;
    });
    return plain && lower(token) != "mozilla" ? std::string(token) : std::string();
}

// What no rule names.
Agent unlisted(std::string_view agent) {
    const auto small = lower(agent);
    const auto has = [&small](std::string_view word) { return small.find(word) != std::string::npos; };
    Agent result;
    result.name = product_token(agent);
    const bool says_bot = has("bot") || has("crawler") || has("spider");
    const bool gives_contact = has("+http") && !has("podcast app") && !has("podcast player");
    if (malformed(agent, small) || says_bot || gives_contact) {
        result.kind = AgentKind::bot;
        result.automated = true;
    } else if (!result.name.empty()) {
        result.kind = AgentKind::app;
    }
    return result;
}

}  // namespace

struct Classifier::Rules {
    std::vector<AgentRule> rules;
    re2::RE2::Set set{options(), re2::RE2::UNANCHORED};
};

std::string_view to_string(AgentKind kind) noexcept {
    constexpr std::array<std::string_view, 5> names{"app", "bot", "library", "browser", "unknown"};
    return names[static_cast<std::size_t>(kind)];
}

namespace {

model::Status compile(re2::RE2::Set& set, const std::vector<AgentRule>& rules) {
    for (const auto& rule : rules) {
        std::string error;
        if (set.Add(rule.pattern, &error) < 0)
            return model::fail(model::Errc::invalid_input,
                               fmt::format("The agent rule \"{}\" has a pattern that cannot be used: {}.", rule.name, error));
    }
    if (!set.Compile()) return model::fail(model::Errc::invalid_input, "The agent rules are too many to be used together.");
    return {};
}

}  // namespace

model::Result<Classifier> Classifier::built_in() {
    auto rules = std::make_unique<Rules>();
    auto list = built_in_rules();
    if (!list) return std::unexpected(list.error());
    rules->rules = std::move(*list);
    if (const auto done = compile(rules->set, rules->rules); !done) return std::unexpected(done.error());
    return Classifier(std::move(rules));
}

model::Result<Classifier> Classifier::from_file(const std::filesystem::path& file) {
    auto rules = std::make_unique<Rules>();
    auto list = rules_from_file(file);
    if (!list) return std::unexpected(list.error());
    rules->rules = std::move(*list);
    if (const auto done = compile(rules->set, rules->rules); !done)
        return model::fail(done.error().code, fmt::format("{}: {}", file.string(), done.error().message));
    return Classifier(std::move(rules));
}

Agent Classifier::classify(std::string_view user_agent) const {
    const auto agent = cleaned(user_agent);
    thread_local std::vector<int> matches;
    if (!rules_->set.Match(agent, &matches) || matches.empty()) return unlisted(agent);
    const auto& rule = rules_->rules[static_cast<std::size_t>(*std::ranges::min_element(matches))];
    return {rule.kind, rule.name, true, rule.kind == AgentKind::bot || rule.category == "bot"};
}

Classifier::Classifier(std::unique_ptr<Rules> rules) : rules_(std::move(rules)) {}
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;
Classifier::~Classifier() = default;

}  // namespace earshot::analytics
