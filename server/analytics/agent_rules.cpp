#include "server/analytics/agent_rules.hpp"

#include <array>
#include <boost/json.hpp>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "server/analytics/list_files.hpp"

namespace earshot::analytics {

namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using model::Errc;

struct List {
    std::string_view name;
    std::vector<Rule> Rules::* to;
    AgentKind kind{AgentKind::unknown};
};
constexpr std::array<List, 6> lists{{{"bots", &Rules::agents, AgentKind::bot},
                                     {"apps", &Rules::agents, AgentKind::app},
                                     {"libraries", &Rules::agents, AgentKind::library},
                                     {"browsers", &Rules::agents, AgentKind::browser},
                                     {"devices", &Rules::devices},
                                     {"referrers", &Rules::referrers}}};

std::string text_of(const json::object& entry, std::string_view key) {
    const auto* value = entry.if_contains(key);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string(*text) : std::string();
}

model::Status append(std::vector<Rule>& rules, const json::value& value, const List& list, std::string_view where) {
    const json::value* entries = &value;
    if (const auto* object = value.if_object()) entries = object->if_contains("entries");
    if (entries == nullptr || !entries->is_array())
        return model::fail(Errc::invalid_input, fmt::format("{}: \"{}\" must be a list of entries.", where, list.name));
    std::size_t number = 0;
    for (const auto& item : entries->get_array()) {
        ++number;
        const auto* entry = item.if_object();
        Rule rule;
        if (entry != nullptr) rule = {text_of(*entry, "name"), text_of(*entry, "pattern"), text_of(*entry, "category"), list.kind};
        if (rule.name.empty() || rule.pattern.empty())
            return model::fail(Errc::invalid_input,
                               fmt::format("{}: entry {} of \"{}\" needs a \"name\" and a \"pattern\".", where, number, list.name));
        rules.push_back(std::move(rule));
    }
    return {};
}

model::Result<json::value> parsed(std::string_view text, std::string_view where) {
    boost::system::error_code error;
    auto document = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !document.is_object())
        return model::fail(Errc::invalid_input, fmt::format("{}: the rules are not a JSON object ({}).", where,
                                                            error ? error.message() : "another kind of value"));
    return document;
}

// A list of the operator's, or nothing: then it is the built-in one.
struct Given {
    json::value entries;
    std::string where;
};
using Source = std::function<model::Result<std::optional<Given>>(const List&)>;

model::Result<Rules> collect(const Source& source) {
    Rules rules;
    for (const auto& list : lists) {
        auto given = source(list);
        if (!given) return std::unexpected(given.error());
        if (!*given) {
            const auto name = fmt::format("{}.json", list.name);
            const auto text = built_in_list(name);
            if (!text) return std::unexpected(text.error());
            auto document = parsed(*text, name);
            if (!document) return std::unexpected(document.error());
            *given = Given{std::move(*document), name};
        }
        if (const auto done = append(rules.*list.to, (*given)->entries, list, (*given)->where); !done) return std::unexpected(done.error());
    }
    return rules;
}

model::Result<std::optional<Given>> from_folder(const fs::path& folder, const List& list) {
    const auto file = folder / fmt::format("{}.json", list.name);
    if (!fs::exists(file)) return std::nullopt;
    const auto text = read_list(file);
    if (!text) return std::unexpected(text.error());
    auto document = parsed(*text, file.string());
    if (!document) return std::unexpected(document.error());
    return Given{std::move(*document), file.string()};
}

}  // namespace

model::Result<Rules> built_in_rules() {
    return collect([](const List&) { return std::nullopt; });
}

model::Result<Rules> rules_from(const fs::path& path) {
    if (fs::is_directory(path)) return collect([&](const List& list) { return from_folder(path, list); });
    const auto text = read_list(path);
    if (!text) return std::unexpected(text.error());
    const auto document = parsed(*text, path.string());
    if (!document) return std::unexpected(document.error());
    return collect([&](const List& list) -> model::Result<std::optional<Given>> {
        const auto* value = document->get_object().if_contains(list.name);
        return value != nullptr ? std::optional(Given{*value, path.string()}) : std::nullopt;
    });
}

}  // namespace earshot::analytics
