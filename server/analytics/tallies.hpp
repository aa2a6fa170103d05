#pragma once
// The tally of requests: what became of each, per episode, and per hour of a day. Called by Statistics; any thread.

#include "server/analytics/cells.hpp"

namespace earshot::analytics::reports {

[[nodiscard]] Statistics::Tallies tallies(const Source& source, const Statistics::Query& query);

}  // namespace earshot::analytics::reports
