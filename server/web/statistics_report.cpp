// One page to print and to hand out: the overview's figures for a period, with what they mean.

#include "server/web/statistics_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/analytics/count.hpp"
#include "server/web/figure_words.hpp"
#include "server/web/handlers.hpp"
#include "server/web/statistics_frame.hpp"
#include "server/web/statistics_parts.hpp"
#include "server/web/strips.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

constexpr std::size_t most_marks = 8, most_rows = 6;

std::string heading_of(const Selection& selection) {
    for (const auto& show : selection.shows) {
        if (show.slug == selection.show || selection.shows.size() == 1) return show.title;
    }
    return "All shows";
}

// A day that is not over is compared with nothing.
std::string period_sentence(const Overview& all, unsigned fewest) {
    const auto days = all.chosen.days.size(), days_before = all.before.days.size();
    const auto now = all.chosen.sum(0, days), before = all.before.sum(0, days_before);
    const auto sentence = fmt::format("{} in {}", capitalised(downloads_words(now, fewest)), counted(days, "day"));
    if (all.selection.runs()) return sentence + " so far.";
    const auto& selection = all.selection;
    const auto span = in_period_words(selection.before_first, selection.before_last);
    const auto length = days == days_before ? std::string() : counted(days_before, "day");
    if (before.shown > 0 && !was_any_out(selection, selection.before_first)) {
        const auto published = short_day(model::format_utc_day(selection.zone.local(selection.episodes.front().publish_at)));
        return sentence + fmt::format("; {} {} ({}the first episode published {}).", total_words(before, fewest), span,
                                      length.empty() ? length : length + ", ", published);
    }
    const auto words = compared_words(change_words(now, before, fewest, days, days_before), span);
    if (words.empty()) return sentence + '.';
    return sentence + fmt::format(", {} ({}{}).", words, total_words(before, fewest), length.empty() ? length : " in " + length);
}

// `all`: how many rows there would be.
Table first_rows(Table table, std::size_t all) {
    table.csv_path.clear();
    if (all > most_rows) {
        table.note = fmt::format("And {} more.{}{}", all - most_rows, table.note.empty() ? "" : " ", table.note);
        table.rows.resize(most_rows);
    }
    return table;
}

void put_marks(Report& report) {
    const auto& rows = report.all.table("marks").rows;
    for (const auto& row : rows) {
        if (report.marks.size() == most_marks) break;
        report.marks.push_back({row[0].text, row[1].text, row[2].text});
    }
    if (rows.size() > most_marks) report.more_marks = fmt::format("and {} more", rows.size() - most_marks);
}

void put_acting(Context& context, Report& report, const FewWords& few) {
    const auto& selection = report.all.selection;
    for (const auto& show : selection.shows) {
        if (!selection.show.empty() && show.slug != selection.show) continue;
        const bool is_one = !selection.show.empty() || selection.shows.size() == 1;
        const auto named = [&](const std::string& name) { return is_one ? name : show.title + ": " + name; };
        std::vector<std::string> links;
        for (const auto& action : show.actions) links.push_back(action.href);
        for (const auto& link : context.follows.report(show.id.value, links, selection.first_day, selection.last_day)) {
            const auto action = std::ranges::find(show.actions, link.link, &model::CallToAction::href);
            report.followed.push_back({named(action == show.actions.end() ? link.link : action->label),
                                       sum_words(strip_of(link.days, selection.first_running), few, selection.today)});
        }
        for (const auto& series : context.totals.list(show.id.value, selection.first_day, selection.last_day)) {
            if (series.days.empty()) continue;
            std::uint64_t sum = 0;
            for (const auto& [day, total] : series.days) sum += total;
            report.loaded.push_back({named(series.name), fmt::format("{} in {}", grouped(sum), counted(series.days.size(), "day"))});
        }
    }
    if (!report.followed.empty() || !report.loaded.empty())
        report.caution = "Together is not because: what rises on the same day need not have the same cause.";
}

std::vector<std::string> meanings_of(Context& context, const Selection& selection, unsigned fewest) {
    std::vector<std::string> result{
        "A download is at least 60 seconds of audio that a listener’s device confirmed to have received, once a day for each network "
        "address and app. Bots, previews and probes are not counted. It is what was delivered, not what was heard, and not a number of "
        "people.",
        fmt::format("The method follows the IAB Tech Lab’s guidelines, version 2.3 (our version {}).", analytics::method_version),
        day_rule(selection.zone, selection.first_day, selection.last_day)};
    if (fewest > 1)
        result.push_back(fmt::format("Figures of a day under {} are left out to protect listeners, and are in no sum.", fewest));
    const auto& site = context.settings.server.public_url;
    result.push_back(fmt::format("How we count: {}/how-we-count", site));
    result.push_back(fmt::format("Every figure: {}{}", site, address_of("/statistics", selection, true)));
    result.push_back(fmt::format("Made on {}, {} time.", moment_words(selection.zone, context.clock()), place_words(selection.zone)));
    return result;
}

void put_named(Values& report, const char* section, const std::vector<Report::Named>& lines) {
    if (lines.empty()) return;
    auto& list = report.add(section);
    for (const auto& line : lines) list.add("LINE").set("NAME", line.name).set("WORDS", line.words);
}

}  // namespace

Report gather_report(Context& context, Selection selection) {
    const auto fewest = context.settings.statistics.suppress_below;
    std::erase_if(selection.episodes, [&](const auto& episode) { return model::format_utc_day(episode.publish_at) > selection.last_day; });
    Report report{.all = gather_overview(context, std::move(selection))};
    const auto& all = report.all;
    report.heading = heading_of(all.selection);
    report.period = period_words(all.selection.first_day, all.selection.last_day);
    if (!all.selection.episodes.empty()) {
        report.sentence = period_sentence(all, fewest);
        report.running = running_sentence(all.selection, fewest);
        report.episodes = first_rows(all.table("episodes"), all.out);
        report.ages = first_rows(all.table("ages"), all.table("ages").rows.size());
    } else {
        report.sentence = "No episode had been published by then, so there is nothing to count yet.";
    }
    put_marks(report);
    put_acting(context, report, few_words(fewest));
    report.meanings = meanings_of(context, all.selection, fewest);
    return report;
}

http::Answer statistics_report(Context& context, const http::Request& request) {
    const auto report = gather_report(context, select_all(context, request));
    const auto& selection = report.all.selection;
    Page page{.title = "Report", .main = "statistics_report.html"};
    auto& values = page.values;
    values.set("HEADING", report.heading).set("PERIOD", report.period).set("SENTENCE", report.sentence);
    values.set("BACK", address_of("/statistics", selection)).set("AS_TEXT", address_of("/statistics/report.txt", selection, true));
    values.maybe("PROBLEM", selection.problem).maybe("RUNNING", report.running);
    if (!selection.episodes.empty()) {
        auto& figures = values.add("FIGURES");
        put_line_chart(figures, "LINE_CHART", report.all.chart);
        put_table(figures, "EPISODES_TABLE", report.episodes);
        put_table(figures, "AGES_TABLE", report.ages);
        if (!report.marks.empty()) {
            auto& marks = figures.add("MARKS");
            marks.maybe("MORE", report.more_marks);
            for (const auto& mark : report.marks) marks.add("MARK").set("NUMBER", mark.number).set("DAY", mark.day).set("TEXT", mark.words);
        }
    }
    put_named(values, "FOLLOWED", report.followed);
    put_named(values, "LOADED", report.loaded);
    values.maybe("CAUTION", report.caution);
    for (const auto& sentence : report.meanings) values.add("MEANING").set("SENTENCE", sentence);
    return statistics_reply(context, request, "/statistics/report", std::move(page), address_of("/statistics/report", selection));
}

}  // namespace earshot::web
