#include "server/analytics/daily_totals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "content/storage/statement.hpp"

namespace earshot::analytics {

namespace {

namespace json = boost::json;
using storage::Statement;

std::vector<std::string> names(soci::session& session, const std::string& show) {
    std::vector<std::string> result;
    std::string name;
    Statement rows(session, "select distinct series from daily_totals where show = :show order by series");
    rows.bind("show", show).into(name);
    while (rows.next()) result.push_back(name);
    return result;
}

}  // namespace

model::Status DailyTotals::load(const std::string& show, const TotalsTable& table) {
    json::array cells, figures;
    for (const auto& [day, values] : table.days) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            cells.push_back(json::array{table.series[i], day});
            if (!values[i].empty()) figures.push_back(json::array{table.series[i], day, std::stoull(values[i])});
        }
    }
    model::Status status;
    database_.write([&](soci::session& session) {
        auto after = names(session, show);
        for (const auto& name : table.series) {
            if (std::ranges::find(after, name) == after.end()) after.push_back(name);
        }
        if (after.size() > most_series) {
            status =
                model::fail(model::Errc::invalid_input,
                            fmt::format("This show would have {} columns of totals; it may have {}. Are the headings the same as before?",
                                        after.size(), most_series));
            return;
        }
        Statement(session,
                  "delete from daily_totals where show = :show and exists (select 1 from json_each(:cells) as cell "
                  "where cell.value->>0 = daily_totals.series and cell.value->>1 = daily_totals.day)")
            .bind("show", show)
            .bind("cells", json::serialize(cells))
            .run();
        Statement(session,
                  "insert into daily_totals (show, series, day, total) "
                  "select :show, value->>0, value->>1, value->>2 from json_each(:figures) where true")
            .bind("show", show)
            .bind("figures", json::serialize(figures))
            .run();
    });
    return status;
}

std::vector<DailyTotals::Series> DailyTotals::list(const std::string& show, const std::string& first_day, const std::string& last_day) {
    std::vector<Series> result;
    database_.read([&](soci::session& session) {
        for (auto& name : names(session, show)) {
            Series series{std::move(name), {}};
            std::string day;
            std::uint64_t total = 0;
            Statement rows(
                session, "select day, total from daily_totals where show = :show and series = :series and day >= :first and day <= :last");
            rows.bind("show", show).bind("series", series.name).bind("first", first_day).bind("last", last_day);
            rows.into(day).into(total);
            while (rows.next()) series.days[day] = total;
            result.push_back(std::move(series));
        }
    });
    return result;
}

}  // namespace earshot::analytics
