#pragma once
// Totals of days that staff load from a table: calls to a hotline, reports. Figures of theirs, shown as they gave them, beside listening.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"
#include "content/model/time.hpp"
#include "content/storage/database.hpp"

namespace earshot::analytics {

// "day,calls,reports" and then a line for each day; commas, semicolons or tabs. An empty cell takes back what was known of that day.
struct TotalsTable {
    std::vector<std::string> series;                       // the columns' names
    std::map<std::string, std::vector<std::string>> days;  // "2026-11-24" → cells, as many as series; digits or ""
    [[nodiscard]] std::string first_day() const { return days.begin()->first; }
    [[nodiscard]] std::string last_day() const { return days.rbegin()->first; }
};
// The error has a sentence for each line that is wrong (the first ten), each on a line of its own.
[[nodiscard]] model::Result<TotalsTable> parse_totals(std::string_view csv, model::Timestamp now);

class DailyTotals {
public:
    static constexpr std::size_t most_series = 12;  // of one show

    explicit DailyTotals(storage::Database& database) : database_(database) {}

    // Replaces the figures of the table's days in its columns, all or nothing. Errors: invalid_input, when the show would have too many
    // series.
    [[nodiscard]] model::Status load(const std::string& show, const TotalsTable& table);

    struct Series {
        std::string name;
        std::map<std::string, std::uint64_t> days;
    };
    // By name; days of the period only, series that have none of them too.
    [[nodiscard]] std::vector<Series> list(const std::string& show, const std::string& first_day, const std::string& last_day);

private:
    storage::Database& database_;
};

}  // namespace earshot::analytics
