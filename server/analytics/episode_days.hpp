#pragma once
// Day totals of many episodes in one question to the database.

#include <cstdint>
#include <string>
#include <vector>

#include "server/analytics/cells.hpp"

namespace earshot::analytics::reports {

// A JSON list of ids, as one parameter for all.
[[nodiscard]] std::string list_of(const std::vector<model::EpisodeId>& episodes);

// Row by row: an episode of the list, downloads on each day of the period. Nothing is suppressed yet.
using DayTotals = std::vector<std::vector<std::uint64_t>>;
[[nodiscard]] DayTotals day_totals(soci::session& session, const std::vector<model::EpisodeId>& episodes, Period period);

}  // namespace earshot::analytics::reports
