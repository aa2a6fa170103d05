#pragma once
// Figures from statistics.db, with small numbers suppressed. Called by Statistics; any thread.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/analytics/cells.hpp"

namespace earshot::analytics::reports {

[[nodiscard]] std::vector<Statistics::EpisodeReport> days(const Source& source, const Statistics::Query& query);
// One for each of the dimensions; empty for one that is not known.
[[nodiscard]] std::vector<Statistics::Breakdown> breakdowns(const Source& source, const std::vector<std::string_view>& dimensions,
                                                            const Statistics::Query& query);
// Of sums by name, each at most once.
[[nodiscard]] Statistics::Breakdown most_first(const KnownNames::Table& names, const Cells& sums, bool any_hidden);
// The query must be of one episode.
[[nodiscard]] std::vector<Statistics::DayDetails> details(const Source& source, const Statistics::Query& query,
                                                          const std::vector<std::string_view>& dimensions);
[[nodiscard]] Statistics::Grid grid(const Source& source, const Statistics::Query& query);
[[nodiscard]] Statistics::Today today(const Source& source, const std::vector<model::EpisodeId>& episodes, model::Timestamp now);
[[nodiscard]] std::vector<Statistics::Ages> ages(const Source& source, const std::vector<Statistics::Published>& episodes, std::size_t days,
                                                 model::Timestamp now);
[[nodiscard]] std::optional<Statistics::ReachReport> reach(const Source& source, const model::EpisodeId& episode,
                                                           const std::vector<std::uint64_t>& audio_bytes);

}  // namespace earshot::analytics::reports
