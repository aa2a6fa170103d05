// Every figure: downloads by day and episode, what they break down into, what became of every request. Small figures never reach this file:
// Statistics hides them. (The CSV is the API's.)

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "server/analytics/count.hpp"
#include "server/analytics/day.hpp"
#include "server/analytics/dimensions.hpp"
#include "server/web/chart.hpp"
#include "server/web/figure_words.hpp"
#include "server/web/handlers.hpp"
#include "server/web/page.hpp"
#include "server/web/statistics_frame.hpp"
#include "server/web/statistics_parts.hpp"
#include "server/web/statistics_query.hpp"
#include "server/web/statistics_window.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using Statistics = analytics::Statistics;
using Reports = std::vector<Statistics::EpisodeReport>;

std::vector<std::string> titles_of(const Selection& selection) {
    std::vector<std::string> titles;
    for (const auto& episode : selection.episodes) {
        titles.push_back(title_of(episode));
    }
    return titles;
}

void put_form(Values& values, const Selection& selection) {
    values.set("FROM", selection.first_day).set("TO", selection.last_day).maybe("PROBLEM", selection.problem);
    values.set("CSV", fmt::format("/api/v1/statistics.csv?from={}&to={}{}{}", selection.first_day, selection.last_day,
                                  selection.show.empty() ? "" : "&show=", selection.show));
    values.set("PERIOD", period_words(selection.first_day, selection.last_day));
    values.maybe("WITH_TODAY", with_today("/statistics/figures", selection));
    for (const auto& show : selection.shows) {
        auto& option = values.add("SHOW");
        option.set("SLUG", show.slug).set("TITLE", show.title);
        if (show.slug == selection.show) option.show("CHOSEN");
    }
}

std::uint64_t sum_of_day(const Reports& reports, std::size_t day) {
    std::uint64_t sum = 0;
    for (const auto& report : reports) sum += report.days[day].downloads.value.value_or(0);
    return sum;
}

// Newest day first: it is the one people come for.
std::uint64_t put_table(Values& report_values, const Reports& reports, const std::vector<std::string>& titles, unsigned fewest) {
    for (const auto& title : titles) report_values.add("HEAD").set("TITLE", title);
    for (std::size_t day = reports.front().days.size(); day-- > 0;) {
        auto& row = report_values.add("ROW");
        row.set("DAY", reports.front().days[day].day).set("SUM", grouped(sum_of_day(reports, day)));
        for (const auto& report : reports) {
            const auto& figure = report.days[day].downloads;
            auto& cell = row.add("CELL").set("VALUE", shown(figure, fewest));
            if (!figure.value) cell.show("FEW");
            if (figure.value == 0) cell.show("NONE");
        }
    }
    std::uint64_t total = 0;
    for (const auto& report : reports) {
        report_values.add("FOOT").set("VALUE", shown(report.total, fewest));
        total += report.total.value.value_or(0);
    }
    return total;
}

void put_figures(Values& values, const Reports& reports, std::uint64_t total) {
    values.set("TOTAL", grouped(total))
        .set("EPISODE_COUNT", reports.size())
        .set("EPISODE_WORD", reports.size() == 1 ? "episode" : "episodes");
    std::size_t best = 0;
    const auto days = reports.front().days.size();
    for (std::size_t day = 0; day < days; ++day) {
        if (sum_of_day(reports, day) > sum_of_day(reports, best)) best = day;
    }
    const auto most = sum_of_day(reports, best);
    values.set("BEST", grouped(most))
        .set("BEST_NAME", most > 0 ? "on the best day, " + full_day(reports.front().days[best].day) : "on the best day");
}

using Tallies = std::vector<Statistics::Tally>;

void put_cell(Values& row, const Statistics::Figure& figure) {
    auto& cell = row.add("CELL").set("VALUE", figure.value ? grouped(*figure.value) : "hidden");
    if (!figure.value) cell.show("FEW");
    if (figure.value == 0) cell.show("NONE");
}

// Reasons down, episodes across.
void put_tally(Values& values, const Statistics::Tally& all, const Tallies& each, const std::vector<std::string>& titles, bool runs) {
    auto& table = values.add("TALLY");
    if (all.is_partial) table.show("PARTIAL");
    if (all.is_partial && runs) table.show("RUNS");
    for (const auto& title : titles) table.add("HEAD").set("TITLE", title);
    for (const auto& key : reasons()) {
        auto& row = table.add("REASON").set("NAME", std::string(reason_words(key)));
        for (const auto& one : each) put_cell(row, one.reasons.at(std::string(key)));
        put_cell(row, all.reasons.at(std::string(key)));
    }
    auto& foot = table.add("SUM");
    for (const auto& one : each) put_cell(foot, one.requests);
    put_cell(foot, all.requests);
}

void put_breakdown(Values& values, const BreakdownNames& names, const Statistics::Breakdown& rows, unsigned fewest, bool to_come) {
    auto& section = values.add("BREAKDOWN");
    section.set("ID", std::string(names.id)).set("TITLE", std::string(names.title));
    if (rows.empty()) {
        section.show(to_come ? "TO_COME" : "NOTHING_YET");
        return;
    }
    auto& table = section.add("TABLE");
    table.set("COLUMN", std::string(names.column));
    if (rows.back().first == analytics::other_values) table.maybe("NOTE", other_sentence(names.dimension, fewest));
    for (const auto& [value, figure] : rows)
        table.add("ENTRY").set("NAME", value_words(names.dimension, value)).set("VALUE", shown(figure, fewest));
}

// Who acknowledges bytes is then the proxy.
void put_proxies(Values& values, const config::Settings::Server& server) {
    if (!server.trusted_proxies.empty()) values.show("BEHIND_PROXY");
}

void put_shared(Values& values, const Statistics::SharedAddressRules& rules) {
    if (rules.most_per_address == 0) return;
    auto& section = values.add("SHARED").set("MOST", rules.most_per_address);
    if (rules.entries == 0) return;
    auto& list = section.add("LIST").set("ENTRIES", rules.entries).set("OLDEST", rules.oldest_review);
    if (rules.overdue > 0) list.add("OVERDUE").set("OVERDUE", rules.overdue);
}

void put_report(Values& values, Statistics& statistics, const Selection& selection, unsigned fewest, model::Timestamp now) {
    const auto query = query_of(selection);
    const auto reports = statistics.report(query);
    if (reports.empty() || reports.front().days.empty()) {
        values.show("NOTHING");
        return;
    }
    const auto titles = titles_of(selection);
    const auto few = fmt::format("fewer than {}", fewest);
    auto& report = values.add("REPORT");
    put_figures(report, reports, put_table(report, reports, titles, fewest));
    put_chart(report, reports, titles, few);
    if (std::ranges::any_of(reports, &Statistics::EpisodeReport::total_is_partial)) report.add("PARTIAL").set("FEW", few);
    const auto rounded_from = statistics.first_rounded_day(query);
    if (rounded_from) report.add("ROUNDED").set("DAY", full_day(*rounded_from)).set("STEP", fewest);
    const auto tallies = statistics.tallies(query);
    put_tally(values, tallies.all, tallies.by_episode, titles, rounded_from.has_value());
    if (!tallies.by_hour.empty())
        put_table(values.add("HOURS"), "HOURS_TABLE", tally_hours_table(tallies.by_hour, selection.last_day, now));
    else if (selection.first_day == selection.last_day)
        values.add("HOURS_GONE").set("DAYS", static_cast<std::uint64_t>(statistics.hours_kept().count()));
    const auto parts = breakdowns_of(statistics, query);
    for (std::size_t i = 0; const auto& names : breakdowns) put_breakdown(report, names, parts[i++], fewest, rounded_from.has_value());
}

}  // namespace

http::Answer statistics_figures(Context& context, const http::Request& request) {
    const auto fewest = context.settings.statistics.suppress_below;
    auto selection = select_all(context, request);
    Page page{.title = "All figures", .main = "statistics_figures.html"};
    put_form(page.values, selection);
    narrow(selection, page.values, request, "/statistics/figures");
    if (selection.episodes.empty()) {
        page.values.show("NOTHING");
    } else {
        put_report(page.values, context.statistics, selection, fewest, context.clock());
    }
    put_proxies(page.values, context.settings.server);
    put_shared(page.values, context.statistics.shared_address_rules());
    page.values.set("METHOD_VERSION", std::string(analytics::method_version));
    if (fewest > 1) page.values.add("SMALL_NUMBERS").set("SMALL_NUMBERS", fewest).set("LESS", fewest - 1);
    return statistics_reply(context, request, "/statistics/figures", std::move(page), address_of("/statistics/figures", selection));
}

}  // namespace earshot::web
