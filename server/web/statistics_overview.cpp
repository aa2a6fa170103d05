// The statistics people open first.

#include "server/web/statistics_overview.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/analytics/day.hpp"
#include "server/web/figure_words.hpp"
#include "server/web/handlers.hpp"
#include "server/web/statistics_frame.hpp"
#include "server/web/statistics_parts.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

void put_tile(Values& values, std::string value, std::string name, std::string detail) {
    values.add("TILE").set("VALUE", std::move(value)).set("NAME", std::move(name)).maybe("DETAIL", std::move(detail));
}

std::string beside(const Overview& all, const Overview::Change& change, int days, unsigned fewest) {
    if (!was_any_out(all.selection, day_after(all.last_closed, 1 - 2 * days))) return {};
    return compared_words(change_words(change.now, change.before, fewest), fmt::format("in the {} days before", days));
}

void put_tiles(Values& values, const Overview& all, unsigned fewest) {
    const auto now = all.live.hours.empty() ? 0 : all.live.hours.back();
    const auto so_far = [&](std::uint64_t shown) {
        if (fewest > 1 && shown == 0) return all.selection.episodes.size() > 1 ? "too few yet" : fmt::format("under {}", fewest);
        return grouped(shown) + (fewest > 1 ? "+" : "");
    };
    put_tile(values, so_far(all.live.all.shown), "today so far",
             fmt::format("{} in this hour; {} in all on {}", so_far(now), total_words(all.yesterday, fewest), short_day(all.last_closed)));
    put_tile(values, total_words(all.week.now, fewest), "in the last 7 days", beside(all, all.week, 7, fewest));
    put_tile(values, total_words(all.month.now, fewest), "in the last 28 days", beside(all, all.month, 28, fewest));
}

void put_hours(Values& values, const Overview& all) {
    const auto most = std::max<std::uint64_t>(10, *std::ranges::max_element(all.live.hours));
    const auto& rows = all.table("hours").rows;
    for (std::size_t hour = 0; hour < all.live.hours.size(); ++hour) {
        const auto height = 60.0 * static_cast<double>(all.live.hours[hour]) / static_cast<double>(most);
        auto& bar = values.add("HOUR").set("X", fmt::format("{}", hour * 20 + 2)).set("Y", fmt::format("{:.1f}", 62 - height));
        bar.set("H", fmt::format("{:.1f}", height + 1)).set("TEXT", fmt::format("{}: at least {}", rows[hour][0].text, rows[hour][1].text));
        if (hour + 1 == all.live.hours.size()) bar.show("NOW");
    }
}

// Forms that need the session's token; without one (a program's bearer token) they are only listed.
void put_annotations(Values& report, const Overview& all, const std::string& csrf, std::string_view noted) {
    auto& section = report.add("ANNOTATIONS");
    if (analytics::parse_day(noted) && (noted < all.selection.first_day || noted > all.selection.last_day)) {
        auto there = all.selection;
        there.is_usual = false;
        there.is_before_usual = true;
        there.first_day = day_after(noted, -27);
        there.last_day = noted;
        section.add("NOTED").set("DAY", full_day(noted)).set("HREF", address_of("/statistics", there) + "#annotations");
    }
    const auto put_hidden = [&](Values& form) {
        form.set("ACTION", address_of("/statistics/annotations", all.selection)).set("CSRF", csrf).set("SHOW", all.selection.show);
    };
    for (const auto& annotation : all.annotations) {
        auto& item = section.add("ANNOTATION").set("DAY", annotation.day).set("FULL_DAY", full_day(annotation.day));
        item.set("WORDS", annotation.words).set("WHO", annotation.who).set("ID", annotation.id);
        if (!csrf.empty()) put_hidden(item.add("CHANGE_FORM"));
    }
    if (!csrf.empty()) {
        auto& form = section.add("ADD_FORM").set("DAY", all.selection.last_day);
        put_hidden(form);
    }
}

}  // namespace

http::Answer overview_page(Context& context, const http::Request& request, int status, const std::string& problem) {
    const auto fewest = context.settings.statistics.suppress_below;
    const auto all = gather_overview(context, select(context, request));
    const auto& selection = all.selection;
    Page page{.title = "Statistics", .main = "statistics_overview.html"};
    page.scripts = {"statistics.js"};
    auto& values = page.values;
    put_filter(values, selection, "/statistics");
    values.maybe("PROBLEM", problem.empty() ? selection.problem : problem);
    if (selection.episodes.empty()) {
        values.show("NOTHING");
        return statistics_reply(context, request, "/statistics", std::move(page), address_of("/statistics", selection), status);
    }
    auto& report = values.add("REPORT");
    report.set("SENTENCE", all.sentence);
    put_tiles(report, all, fewest);
    report.set("CLOSED", period_words(all.first_closed_of_7, all.last_closed));
    report.set("DAY_RULE", day_rule(selection.zone, selection.first_day, selection.last_day));
    report.set("NOW", moment_words(selection.zone, context.clock())).set("PLACE", place_words(selection.zone));
    if (fewest > 1) report.add("STEPS").set("STEP", fewest);
    put_hours(report, all);
    put_table(report, "HOURS_TABLE", all.table("hours"));
    report.set("PERIOD", period_words(selection.first_day, selection.last_day));
    report.set("PERIOD_TOTAL", total_words(all.chosen.sum(0, all.chosen.days.size()), fewest));
    report.set("BEFORE", period_words(selection.before_first, selection.before_last));
    report.set("BEFORE_TOTAL", total_words(all.before.sum(0, all.before.days.size()), fewest));
    if (all.chosen.days.size() != all.before.days.size())
        report.maybe("LENGTHS", fmt::format("{} against {}", counted(all.chosen.days.size(), "day"), all.before.days.size()));
    report.maybe("RUNNING", running_sentence(selection, fewest));
    put_days(report, all.chart, all.tables, "/statistics", selection);
    put_table(report, "EPISODES_TABLE", all.listed_episodes());
    put_table(report, "AGES_TABLE", all.table("ages"));
    put_breakdowns(report, all.tables, selection);
    put_only(report, "/statistics", selection);
    for (const auto& change : all.changes) report.add("CHANGE").set("TEXT", change);
    if (all.changes.empty()) report.show("NO_CHANGE");
    put_annotations(report, all, request.identity.value_or(model::Identity{}).csrf_token, request.query_value("noted").value_or(""));
    return statistics_reply(context, request, "/statistics", std::move(page), address_of("/statistics", selection), status);
}

http::Answer statistics(Context& context, const http::Request& request) {
    return overview_page(context, request);
}

http::Answer statistics_table(Context& context, const http::Request& request) {
    const auto all = gather_overview(context, select(context, request));
    return table_reply(context, request, all.tables, "/statistics", all.selection);
}

}  // namespace earshot::web
