#pragma once
// The tally of requests: what became of each, per episode, and per hour of a day. Called by Statistics; any thread.

#include <vector>

#include "server/analytics/cells.hpp"

namespace earshot::analytics::reports {

[[nodiscard]] Statistics::Tally tally(const Source& source, const Statistics::Query& query);
[[nodiscard]] std::vector<Statistics::Tally> tallies(const Source& source, const Statistics::Query& query);
[[nodiscard]] std::vector<Statistics::Tally> hourly_tallies(const Source& source, const Statistics::Query& query);

}  // namespace earshot::analytics::reports
