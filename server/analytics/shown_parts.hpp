#pragma once
// How the downloads of closed days break down, as it may be shown: day by day, before anything is added up.

#include <functional>
#include <string_view>
#include <vector>

#include "server/analytics/cells.hpp"

namespace earshot::analytics::reports {

struct ShownParts {
    std::size_t episode{};  // position in the query
    Day day{};
    std::size_t dimension{};  // position in `dimensions`
    Cells cells;              // by the database's number for a name, or other_name; they add up to the day
};
// Of days whose total is hidden nothing; returns whether there are such.
bool each_shown_part(const Source& source, soci::session& session, const KnownNames::Table& names,
                     const std::vector<std::string_view>& dimensions, const Statistics::Query& query, Period period,
                     const std::function<void(const ShownParts&)>& what);

// Of each day what is shown of the downloads with the query's one value; hidden and none look alike: beside the other values it must not
// tell who was there.
[[nodiscard]] DayTotals totals_of_value(const Source& source, soci::session& session, const Statistics::Query& query, Period period);

}  // namespace earshot::analytics::reports
