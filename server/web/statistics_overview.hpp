#pragma once
// All the overview says, gathered once: for the page, for its tables as files, and for the report that is printed.

#include <string>
#include <vector>

#include "server/analytics/annotations.hpp"
#include "server/web/line_chart.hpp"
#include "server/web/statistics_query.hpp"
#include "server/web/table.hpp"

namespace earshot::web {

struct Overview {
    using Total = analytics::Statistics::Total;
    struct Change {
        Total now, before;
    };

    Selection selection;
    std::string today;                           // UTC
    std::string first_closed_of_7, last_closed;  // the 7 days that are over
    std::string before_those_7;                  // the first of the 7 before
    analytics::Statistics::Today live;
    analytics::Statistics::Total yesterday;  // or the last day that is over, in the first minutes of a day
    Change week, month;                      // the last 7 and 28 days that are over, and as many before
    std::vector<Change> week_by_episode;     // as selection.episodes
    analytics::Statistics::Grid chosen, before;

    std::string sentence;
    std::vector<std::string> changes;  // sentences
    LineChart chart;
    std::vector<analytics::Annotation> annotations;  // of the period, in the order of their marks
    std::vector<Table> tables;                       // days, episodes, ages, marks, hours
    std::size_t out{};                               // episodes by the end of the period; the table has the first of them
    [[nodiscard]] const Table& table(std::string_view id) const;
    [[nodiscard]] Table listed_episodes() const;  // the table, and how many there are
};

// Blocking.
[[nodiscard]] Overview gather_overview(Context& context, Selection selection);

// The page; `problem`: a sentence about what was just tried.
[[nodiscard]] http::Answer overview_page(Context& context, const http::Request& request, int status = 200, const std::string& problem = {});

}  // namespace earshot::web
