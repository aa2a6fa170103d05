#pragma once
// The tally of requests: what became of each, per episode, and per hour of a day. Called by Statistics; any thread.

#include <optional>
#include <vector>

#include "server/analytics/cells.hpp"

namespace earshot::analytics::reports {

[[nodiscard]] Statistics::Tallies tallies(const Source& source, const Statistics::Query& query);

// Of each day of the period by itself, all of one episode; empty where nothing is known of a day that is over.
[[nodiscard]] std::vector<std::optional<Statistics::Tally>> tallies_by_day(const Source& source, soci::session& session,
                                                                           const KnownNames::Table& names, const model::EpisodeId& episode,
                                                                           Period period);

}  // namespace earshot::analytics::reports
