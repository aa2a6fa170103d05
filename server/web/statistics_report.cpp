// One page to print and to hand out: the overview's figures for a period, with what they mean.

#include <fmt/format.h>

#include "server/analytics/count.hpp"
#include "server/web/figure_words.hpp"
#include "server/web/handlers.hpp"
#include "server/web/statistics_frame.hpp"
#include "server/web/statistics_overview.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

std::string heading_of(const Selection& selection) {
    for (const auto& show : selection.shows) {
        if (show.slug == selection.show || selection.shows.size() == 1) return show.title;
    }
    return "All shows";
}

std::string sentence_of(const Overview& all, unsigned fewest) {
    const auto now = all.chosen.sum(0, all.chosen.days.size()), before = all.before.sum(0, all.before.days.size());
    auto sentence = fmt::format("{} downloads in {}", total_words(now, fewest), counted(all.chosen.days.size(), "day"));
    const auto words = change_words(now.shown, before.shown);
    if (words.empty()) return sentence + '.';
    return sentence + fmt::format(", {} {} in {} ({}).", words, words.ends_with("as many") ? "as" : "than",
                                  period_words(all.selection.before_first, all.selection.before_last), total_words(before, fewest));
}

}  // namespace

http::Answer statistics_report(Context& context, const http::Request& request) {
    const auto fewest = context.settings.statistics.suppress_below;
    auto all = gather_overview(context, select_all(context, request));
    Page page{.title = "Report", .main = "statistics_report.html"};
    auto& values = page.values;
    values.set("HEADING", heading_of(all.selection)).set("BACK", address_of("/statistics", all.selection));
    values.maybe("PROBLEM", all.selection.problem);
    if (all.selection.episodes.empty()) {
        values.show("NOTHING");
        return statistics_reply(context, request, "/statistics/report", std::move(page));
    }
    auto& report = values.add("REPORT").set("PERIOD", period_words(all.selection.first_day, all.selection.last_day));
    report.set("SENTENCE", sentence_of(all, fewest)).set("MADE", moment_words(all.selection.zone, context.clock()));
    report.set("PLACE", place_words(all.selection.zone)).set("METHOD_VERSION", std::string(analytics::method_version));
    report.set("DAY_RULE", day_rule(all.selection.zone, all.selection.first_day, all.selection.last_day));
    if (fewest > 1) report.add("SMALL_NUMBERS").set("FEWEST", fewest);
    if (all.selection.last_day >= all.today) report.show("RUNS");
    put_line_chart(report, "LINE_CHART", all.chart);
    for (const auto& mark : all.table("marks").rows) {
        if (&mark - all.table("marks").rows.data() < 5)
            report.add("MARK").set("NUMBER", mark[0].text).set("DAY", mark[1].text).set("TEXT", mark[2].text);
    }
    for (const auto* id : {"episodes", "ages"}) {
        auto table = all.table(id);
        table.csv_path.clear();
        if (table.rows.size() > 6) table.rows.resize(6);
        put_table(report, id == std::string_view("ages") ? "AGES_TABLE" : "EPISODES_TABLE", table);
    }
    return statistics_reply(context, request, "/statistics/report", std::move(page));
}

}  // namespace earshot::web
