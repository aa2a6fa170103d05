#pragma once
// Agent rules as read from JSON in the OPAWG schema (user-agents-v2): {"entries":[{"name","pattern","category"?,"examples"?, …}]}.

#include <filesystem>
#include <string>
#include <vector>

#include "content/model/error.hpp"
#include "server/analytics/classify.hpp"

namespace earshot::analytics {

struct AgentRule {
    AgentKind kind{};
    std::string name, pattern, category;
};

// In the order of matching: bots, apps, libraries, browsers.
[[nodiscard]] model::Result<std::vector<AgentRule>> built_in_rules();
[[nodiscard]] model::Result<std::vector<AgentRule>> rules_from_file(const std::filesystem::path& file);

}  // namespace earshot::analytics
