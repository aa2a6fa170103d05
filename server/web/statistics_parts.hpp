#pragma once
// What pages of one episode and of many say alike: into what downloads break down, and what became of every request.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/analytics/annotations.hpp"
#include "server/analytics/statistics.hpp"
#include "server/web/line_chart.hpp"
#include "server/web/statistics_query.hpp"
#include "server/web/table.hpp"

namespace earshot::web {

struct BreakdownNames {
    std::string_view dimension, id, title, column;
};
constexpr BreakdownNames breakdowns[] = {{"app", "apps", "Apps", "App"},
                                         {"device", "devices", "Devices", "Device"},
                                         {"country", "countries", "Countries", "Country"},
                                         {"site", "sites", "Pages it was played on", "Site"}};

[[nodiscard]] std::string value_words(std::string_view dimension, const std::string& value);

// What the row of all others is, which comes last: below a table that has one.
[[nodiscard]] std::string other_sentence(std::string_view dimension, unsigned suppress_below);

// Each row leads to `path` with only its downloads.
[[nodiscard]] Table breakdown_table(const BreakdownNames& names, const analytics::Statistics::Breakdown& rows, unsigned suppress_below,
                                    const std::string& path, const Selection& selection);

// By each of `breakdowns`.
[[nodiscard]] std::vector<analytics::Statistics::Breakdown> breakdowns_of(analytics::Statistics& statistics,
                                                                          const analytics::Statistics::Query& query);

// The same as tables, and as templates/statistics_breakdowns.html: fills {{>BREAKDOWNS}} with those of the tables.
[[nodiscard]] std::vector<Table> breakdown_tables(Context& context, const analytics::Statistics::Query& query, const std::string& path,
                                                  const Selection& selection);
void put_breakdowns(Values& values, const std::vector<Table>& tables, const Selection& selection);

// "at least 1,240" and the like; a program gets the number.
[[nodiscard]] Cell total_cell(const analytics::Statistics::Total& total, unsigned suppress_below);

// The last column of a table of days or hours, for programs: of which figures still grow. People read it beside the day.
inline const Table::Column running_column{.name = "Running", .is_for_programs = true};
void put_running(std::vector<Cell>& row, bool runs, std::string_view said = ", so far");

// What a period says that reaches into a day that is not over: "Thu 26 Nov 2026 is not over yet: …"; "" when all are.
[[nodiscard]] std::string running_sentence(const Selection& selection, unsigned suppress_below);

// Episodes at the same age, the newest first. `link`: where the statistics of each are, or "".
[[nodiscard]] std::vector<analytics::Statistics::Ages> ages_of(Context& context, const std::vector<storage::EpisodeLine>& episodes);
[[nodiscard]] Table ages_table(const std::vector<storage::EpisodeLine>& episodes, const std::vector<analytics::Statistics::Ages>& ages,
                               const storage::TimeZone& zone, const std::function<std::string(const storage::EpisodeLine&)>& link,
                               unsigned suppress_below);

// Downloads per day beside those of the other period, with numbered marks: what was published, what staff noted.
[[nodiscard]] std::vector<analytics::Annotation> annotations_of(Context& context, const Selection& selection);
[[nodiscard]] LineChart days_chart(const Selection& selection, const analytics::Statistics::Grid& chosen,
                                   const analytics::Statistics::Grid& before, const std::vector<storage::EpisodeLine>& published,
                                   const std::vector<analytics::Annotation>& annotations, unsigned suppress_below);
[[nodiscard]] Table marks_table(const LineChart& chart, const analytics::Statistics::Grid& chosen);

// Fills {{>DAYS}} with that line and the tables "days" and "marks", and says which downloads they are of. `path`: the page.
void put_days(Values& values, const LineChart& chart, const std::vector<Table>& tables, const std::string& path,
              const Selection& selection);
// Fills {{#ONLY}} when not all downloads are asked for.
void put_only(Values& values, const std::string& path, const Selection& selection);

// One day, by the hour as far as it has begun; `hours` as in Statistics::Tallies.
[[nodiscard]] Table tally_hours_table(std::span<const analytics::Statistics::Tally> hours, std::string_view day, model::Timestamp now);
[[nodiscard]] Table tally_table(const analytics::Statistics::Tally& tally, bool runs);
// "Of 5,210 requests for the audio 1,240 counted as a download. …"
[[nodiscard]] std::string tally_sentence(const analytics::Statistics::Tally& tally);
[[nodiscard]] std::vector<std::string> reasons();  // by which a tally has them, in the order of tables
[[nodiscard]] std::string_view reason_words(std::string_view reason);

}  // namespace earshot::web
