// From listening to acting: downloads, calls to action that were followed, and the totals that staff load, side by side. Small numbers
// arrive hidden from the analytics room and stay so.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "server/analytics/day.hpp"
#include "server/api/csv.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"
#include "server/api/period.hpp"

namespace earshot::api {

namespace {

using analytics::Statistics;
using boost::json::array;
using boost::json::object;
using http::problem;
using Figure = Statistics::Figure;

struct Beside {
    model::Show show;
    DayRange period;
    std::vector<Statistics::DayRow> downloads;  // all episodes that were ever public together
    std::vector<analytics::Follows::Link> links;
    std::vector<analytics::DailyTotals::Series> totals;
};

// A day's sum of what is shown; hidden when nothing else is.
Figure sum_of_day(const std::vector<Statistics::EpisodeReport>& reports, std::size_t day) {
    std::uint64_t sum = 0;
    bool hidden = false;
    for (const auto& report : reports) {
        hidden |= !report.days[day].downloads.value;
        sum += report.days[day].downloads.value.value_or(0);
    }
    return {sum == 0 && hidden ? std::nullopt : std::optional(sum)};
}

std::vector<std::string> links_of(const model::Show& show) {
    std::vector<std::string> links;
    for (const auto& action : show.actions) links.push_back(action.href);
    return links;
}

model::Result<Beside> read_beside(Context& context, const Request& request) {
    auto show = find_launched_show(context, request);
    if (!show) return std::unexpected(show.error());
    auto period = read_period(request, context.clock());
    if (!period) return std::unexpected(period.error());
    Beside result{.show = std::move(*show), .period = std::move(*period)};
    Statistics::Query query{result.period.first_day, result.period.last_day, {}};
    for (const auto& episode : context.catalogue.list_public_lines(result.show.id)) query.episodes.push_back(episode.id);
    const auto reports = context.statistics.report(query);
    for (std::size_t day = 0; !reports.empty() && day < reports.front().days.size(); ++day)
        result.downloads.push_back({reports.front().days[day].day, sum_of_day(reports, day)});
    result.links = context.follows.report(result.show.id.value, links_of(result.show), query.first_day, query.last_day);
    result.totals = context.totals.list(result.show.id.value, query.first_day, query.last_day);
    return result;
}

object count_or_hidden(const Figure& value, unsigned hidden_below) {
    if (value.value) return {{"count", *value.value}};
    return {{"count", nullptr}, {"fewer_than", hidden_below}};
}

array day_rows(const std::vector<Statistics::DayRow>& rows, unsigned below) {
    array result;
    for (const auto& row : rows) {
        auto one = count_or_hidden(row.downloads, below);
        one["day"] = row.day;
        result.push_back(std::move(one));
    }
    return result;
}

array part_rows(std::string_view name, const Statistics::Breakdown& rows, unsigned below) {
    array result;
    for (const auto& [value, count] : rows) {
        auto one = count_or_hidden(count, below);
        one[name] = value;
        result.push_back(std::move(one));
    }
    return result;
}

std::string label_of(const model::Show& show, const std::string& link) {
    const auto action = std::ranges::find(show.actions, link, &model::CallToAction::href);
    return action == show.actions.end() ? link : action->label;
}

std::string csv_figure(const Figure& figure, unsigned below) {
    return figure.value ? std::to_string(*figure.value) : fmt::format("\"fewer than {}\"", below);
}

}  // namespace

Answer get_acting(Context& context, const Request& request) {
    const auto beside = read_beside(context, request);
    if (!beside) return problem(beside.error());
    note_look(context, request, {"from", "to"});
    const unsigned below = context.settings.statistics.suppress_below;
    array links, totals;
    for (const auto& link : beside->links) {
        auto total = count_or_hidden(link.total, below);
        total["is_partial"] = link.total_is_partial;
        links.push_back(object{{"href", link.link},
                               {"label", label_of(beside->show, link.link)},
                               {"total", std::move(total)},
                               {"days", day_rows(link.days, below)},
                               {"episodes", part_rows("episode", link.episodes, below)},
                               {"places", part_rows("place", link.places, below)}});
    }
    for (const auto& series : beside->totals) {
        array rows;
        for (const auto& [day, total] : series.days) rows.push_back(object{{"day", day}, {"count", total}});
        totals.push_back(object{{"name", series.name}, {"days", std::move(rows)}});
    }
    return http::json(200, serialize(object{{"show", beside->show.slug},
                                            {"from", beside->period.first_day},
                                            {"to", beside->period.last_day},
                                            {"downloads", day_rows(beside->downloads, below)},
                                            {"follows", std::move(links)},
                                            {"totals", std::move(totals)}}));
}

Answer get_acting_csv(Context& context, const Request& request) {
    const auto beside = read_beside(context, request);
    if (!beside) return problem(beside.error());
    const unsigned below = context.settings.statistics.suppress_below;
    std::string csv = "day,downloads";
    for (const auto& link : beside->links) csv += ',' + csv_cell("followed: " + label_of(beside->show, link.link));
    for (const auto& series : beside->totals) csv += ',' + csv_cell(series.name);
    csv += ",running\r\n";
    const auto running = analytics::format_day(analytics::first_running(context.clock()));
    const auto first =
        std::chrono::sys_days(std::chrono::floor<std::chrono::days>(*model::parse_rfc3339(beside->period.first_day + "T00:00:00Z")));
    for (auto day = first; model::format_utc_day(day) <= beside->period.last_day; day += std::chrono::days(1)) {
        const auto row = static_cast<std::size_t>((day - first).count());
        csv += model::format_utc_day(day) + ',';
        csv += csv_figure(row < beside->downloads.size() ? beside->downloads[row].downloads : Figure{}, below);
        for (const auto& link : beside->links) csv += ',' + csv_figure(link.days[row].downloads, below);
        for (const auto& series : beside->totals) {
            const auto total = series.days.find(model::format_utc_day(day));
            csv += ',' + (total == series.days.end() ? std::string() : std::to_string(total->second));
        }
        csv += model::format_utc_day(day) >= running ? ",running\r\n" : ",\r\n";
    }
    note(context, request, "acting.export", fmt::format("{} {}/{}", beside->show.slug, beside->period.first_day, beside->period.last_day));
    return csv_reply(std::move(csv),
                     fmt::format("acting-{}-{}-{}.csv", beside->show.slug, beside->period.first_day, beside->period.last_day));
}

Answer put_totals(Context& context, const Request& request) {
    const auto show = find_launched_show(context, request);
    if (!show) return problem(show.error());
    const auto table = analytics::parse_totals(request.body, context.clock());
    if (!table) return problem(table.error());
    // First the note: a change that no row tells of must not come about.
    note(context, request, "totals.load", fmt::format("{} {}/{}", show->slug, table->first_day(), table->last_day()));
    if (const auto loaded = context.totals.load(show->id.value, *table); !loaded) return problem(loaded.error());
    array series;
    for (const auto& name : table->series) series.push_back(boost::json::value(name));
    return http::json(
        200, serialize(object{
                 {"days", table->days.size()}, {"from", table->first_day()}, {"to", table->last_day()}, {"series", std::move(series)}}));
}

}  // namespace earshot::api
