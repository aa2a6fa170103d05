#include "server/analytics/agent_rules.hpp"

#include <array>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "content/model/embedded.hpp"

namespace earshot::model {
std::span<const EmbeddedFile> agent_rules_files();
}

namespace earshot::analytics {

namespace {

namespace json = boost::json;
using model::Errc;

struct List {
    std::string_view name;
    AgentKind kind;
};
constexpr std::array<List, 4> lists{
    {{"bots", AgentKind::bot}, {"apps", AgentKind::app}, {"libraries", AgentKind::library}, {"browsers", AgentKind::browser}}};

std::string text_of(const json::object& entry, std::string_view key) {
    const auto* value = entry.if_contains(key);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string(*text) : std::string();
}

model::Status append(std::vector<AgentRule>& rules, const json::value& value, const List& list, std::string_view where) {
    const json::value* entries = &value;
    if (const auto* object = value.if_object()) entries = object->if_contains("entries");
    if (entries == nullptr || !entries->is_array())
        return model::fail(Errc::invalid_input, fmt::format("{}: \"{}\" must be a list of entries.", where, list.name));
    std::size_t number = 0;
    for (const auto& item : entries->get_array()) {
        ++number;
        const auto* entry = item.if_object();
        AgentRule rule{list.kind, entry != nullptr ? text_of(*entry, "name") : "", entry != nullptr ? text_of(*entry, "pattern") : "",
                       entry != nullptr ? text_of(*entry, "category") : ""};
        if (rule.name.empty() || rule.pattern.empty())
            return model::fail(Errc::invalid_input,
                               fmt::format("{}: entry {} of \"{}\" needs a \"name\" and a \"pattern\".", where, number, list.name));
        rules.push_back(std::move(rule));
    }
    return {};
}

model::Status append_built_in(std::vector<AgentRule>& rules, const List& list) {
    const auto name = std::string(list.name) + ".json";
    for (const auto& file : model::agent_rules_files()) {
        if (file.name != name) continue;
        return append(rules, json::parse(json::string_view(file.bytes.data(), file.bytes.size())), list, name);
    }
    return model::fail(Errc::invalid_input, fmt::format("The built-in agent list {} is missing.", name));
}

}  // namespace

model::Result<std::vector<AgentRule>> built_in_rules() {
    std::vector<AgentRule> rules;
    for (const auto& list : lists) {
        if (const auto done = append_built_in(rules, list); !done) return std::unexpected(done.error());
    }
    return rules;
}

model::Result<std::vector<AgentRule>> rules_from_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return model::fail(Errc::invalid_input, fmt::format("{}: the agent rules cannot be read.", path.string()));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    boost::system::error_code error;
    const auto document = json::parse(text, error);
    if (error || !document.is_object())
        return model::fail(Errc::invalid_input, fmt::format("{}: the agent rules are not a JSON object ({}).", path.string(),
                                                            error ? error.message() : "another kind of value"));
    std::vector<AgentRule> rules;
    for (const auto& list : lists) {
        const auto* value = document.get_object().if_contains(list.name);
        const auto done = value != nullptr ? append(rules, *value, list, path.string()) : append_built_in(rules, list);
        if (!done) return std::unexpected(done.error());
    }
    return rules;
}

}  // namespace earshot::analytics
