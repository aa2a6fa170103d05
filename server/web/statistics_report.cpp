// One page to print and to hand out: the overview's figures for a period, with what they mean.

#include <fmt/format.h>

#include "server/analytics/count.hpp"
#include "server/web/figure_words.hpp"
#include "server/web/handlers.hpp"
#include "server/web/statistics_frame.hpp"
#include "server/web/statistics_letter.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
http::Answer statistics_report(Context& context, const http::Request& request) {
    const auto fewest = context.settings.statistics.suppress_below;
    auto all = gather_overview(context, select_all(context, request));
    Page page{.title = "Report", .main = "statistics_report.html"};
    auto& values = page.values;
    values.set("HEADING", heading_of(all.selection)).set("BACK", address_of("/statistics", all.selection));
    values.set("AS_TEXT", address_of("/statistics/report.txt", all.selection, true));
    values.maybe("PROBLEM", all.selection.problem);
    if (all.selection.episodes.empty()) {
        values.show("NOTHING");
        return statistics_reply(context, request, "/statistics/report", std::move(page), address_of("/statistics/report", all.selection));
    }
    auto& report = values.add("REPORT").set("PERIOD", period_words(all.selection.first_day, all.selection.last_day));
    report.set("SENTENCE", period_sentence(all, fewest)).set("MADE", moment_words(all.selection.zone, context.clock()));
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
    return statistics_reply(context, request, "/statistics/report", std::move(page), address_of("/statistics/report", all.selection));
}

}  // namespace earshot::web
