#include "server/analytics/classify.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <re2/re2.h>
#include <re2/set.h>

#include "server/analytics/agent_rules.hpp"
#include "server/analytics/general_rules.hpp"

namespace earshot::analytics {

namespace {

constexpr std::size_t longest_referrer = 512;  // what follows is not looked at

re2::RE2::Options options() {
    re2::RE2::Options result;
    result.set_encoding(re2::RE2::Options::EncodingLatin1);  // agents are bytes, not always UTF-8
    result.set_log_errors(false);
    result.set_max_mem(64 << 20);
    return result;
}

class RuleSet {
public:
    model::Status compile(std::vector<Rule> rules) {
        rules_ = std::move(rules);
        for (const auto& rule : rules_) {
            std::string error;
            if (set_.Add(rule.pattern, &error) < 0)
                return model::fail(model::Errc::invalid_input,
                                   fmt::format("The rule \"{}\" has a pattern that cannot be used: {}.", rule.name, error));
        }
        if (!set_.Compile()) return model::fail(model::Errc::invalid_input, "The rules are too many to be used together.");
        return {};
    }
    // The first rule that matches.
    [[nodiscard]] const Rule* match(std::string_view text) const {
        thread_local std::vector<int> matches;
        if (!set_.Match(text, &matches) || matches.empty()) return nullptr;
        return &rules_[static_cast<std::size_t>(*std::ranges::min_element(matches))];
    }

private:
    std::vector<Rule> rules_;
    re2::RE2::Set set_{options(), re2::RE2::UNANCHORED};
};

}  // namespace

struct Classifier::Compiled {
    RuleSet agents, devices, referrers;
    model::Status take(Rules rules) {
        if (auto done = agents.compile(std::move(rules.agents)); !done) return done;
        if (auto done = devices.compile(std::move(rules.devices)); !done) return done;
        return referrers.compile(std::move(rules.referrers));
    }
};

std::string_view to_string(AgentKind kind) noexcept {
    constexpr std::array<std::string_view, 5> names{"app", "bot", "library", "browser", "unknown"};
    return names[static_cast<std::size_t>(kind)];
}

model::Result<Classifier> Classifier::built_in() {
    auto rules = built_in_rules();
    if (!rules) return std::unexpected(rules.error());
    auto compiled = std::make_unique<Compiled>();
    if (const auto done = compiled->take(std::move(*rules)); !done) return std::unexpected(done.error());
    return Classifier(std::move(compiled));
}

model::Result<Classifier> Classifier::from(const std::filesystem::path& path) {
    auto rules = rules_from(path);
    if (!rules) return std::unexpected(rules.error());
    auto compiled = std::make_unique<Compiled>();
    if (const auto done = compiled->take(std::move(*rules)); !done)
        return model::fail(done.error().code, fmt::format("{}: {}", path.string(), done.error().message));
    return Classifier(std::move(compiled));
}

Agent Classifier::classify(std::string_view user_agent) const {
    const auto agent = cleaned_agent(user_agent);
    const auto decoded = decoded_agent(agent);
    const auto* rule = compiled_->agents.match(agent);
    if (rule == nullptr && decoded != agent) rule = compiled_->agents.match(decoded);
    auto result = rule != nullptr ? Agent{rule->kind, rule->name, true, rule->kind == AgentKind::bot || rule->category == "bot"}
                                  : unlisted_agent(decoded);
    if (result.automated) return result;
    if (const auto* device = compiled_->devices.match(agent); device != nullptr && !device->category.empty())
        result.device = device->category;
    return result;
}

std::string Classifier::site(std::string_view referrer) const {
    const auto* rule = compiled_->referrers.match(referrer.substr(0, longest_referrer));
    return rule != nullptr ? rule->name : std::string();
}

Classifier::Classifier(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;
Classifier::~Classifier() = default;

}  // namespace earshot::analytics
