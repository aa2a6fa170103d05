#pragma once
// Follows from statistics.db, with small numbers suppressed. Called by Follows; any thread.

#include <string>
#include <vector>

#include "server/analytics/cells.hpp"
#include "server/analytics/follows.hpp"

namespace earshot::analytics::reports {

[[nodiscard]] std::vector<Follows::Link> follows(const Source& source, const std::string& show, const std::vector<std::string>& always,
                                                 Period period);

}  // namespace earshot::analytics::reports
