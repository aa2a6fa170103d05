#pragma once
// Figures from statistics.db, with small numbers suppressed. Called by Statistics; any thread.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/analytics/cells.hpp"

namespace earshot::analytics::reports {

[[nodiscard]] std::vector<Statistics::EpisodeReport> days(const Source& source, const Statistics::Query& query);
[[nodiscard]] std::vector<std::pair<std::string, Statistics::Figure>> breakdown(const Source& source, std::string_view dimension,
                                                                                const Statistics::Query& query);
[[nodiscard]] Statistics::Grid grid(const Source& source, const Statistics::Query& query);
[[nodiscard]] Statistics::Today today(const Source& source, const std::vector<model::EpisodeId>& episodes, model::Timestamp now);
[[nodiscard]] std::vector<Statistics::Ages> ages(const Source& source, const std::vector<Statistics::Published>& episodes, std::size_t days,
                                                 model::Timestamp now);
[[nodiscard]] std::optional<Statistics::ReachReport> reach(const Source& source, const model::EpisodeId& episode,
                                                           const std::vector<std::uint64_t>& audio_bytes);

}  // namespace earshot::analytics::reports
