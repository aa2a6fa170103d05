#pragma once
// Figures from statistics.db, with small numbers suppressed. Called by Statistics; any thread.

#include <string>
#include <utility>
#include <vector>

#include "server/analytics/cells.hpp"

namespace earshot::analytics::reports {

[[nodiscard]] std::vector<Statistics::EpisodeReport> days(const Source& source, const Statistics::Query& query);
[[nodiscard]] std::vector<std::pair<std::string, Statistics::Figure>> breakdown(const Source& source, std::string_view dimension,
                                                                                const Statistics::Query& query);

}  // namespace earshot::analytics::reports
