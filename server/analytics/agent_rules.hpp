#pragma once
// Rules as read from JSON in the OPAWG schema (user-agents-v2): {"entries":[{"name","pattern","category"?,"examples"?, …}]}.

#include <filesystem>
#include <string>
#include <vector>

#include "content/model/error.hpp"
#include "server/analytics/classify.hpp"

namespace earshot::analytics {

struct Rule {
    std::string name, pattern, category;
    AgentKind kind{};  // of rules for agents
};

struct Rules {
    std::vector<Rule> agents;  // in the order of matching: bots, apps, libraries, browsers
    std::vector<Rule> devices;
    std::vector<Rule> referrers;
};

[[nodiscard]] model::Result<Rules> built_in_rules();
[[nodiscard]] model::Result<Rules> rules_from(const std::filesystem::path& file_or_folder);

}  // namespace earshot::analytics
