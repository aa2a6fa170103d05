#pragma once
// Days of many episodes in one question to the database.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "server/analytics/cells.hpp"

namespace earshot::analytics::reports {

// A JSON list of ids, as one parameter for all.
[[nodiscard]] std::string list_of(const std::vector<model::EpisodeId>& episodes);

// Row by row: an episode of the list, downloads on each day of the period. Nothing is suppressed yet.
[[nodiscard]] DayTotals day_totals(const Source& source, soci::session& session, const std::vector<model::EpisodeId>& episodes,
                                   Period period);

// What is packed in a row, of each row: the episode's position, day or hour, the day's downloads, the counts. `sql` is one of those below.
struct PackedRow {
    std::size_t episode{};
    std::int64_t at{};
    std::uint64_t downloads{};
    std::string counts;
};
void each_packed(soci::session& session, const char* sql, const std::string& episodes, Period period,
                 const std::function<void(const PackedRow&)>& what);
extern const char* const parts_of_days;     // of days with downloads
extern const char* const hours_of_days;     // downloads by hour
extern const char* const requests_of_days;  // by reason
extern const char* const requests_of_hours;

}  // namespace earshot::analytics::reports
