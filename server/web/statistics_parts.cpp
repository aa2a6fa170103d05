#include "server/web/statistics_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/analytics/day.hpp"
#include "server/analytics/dimensions.hpp"
#include "server/analytics/recognition.hpp"
#include "server/web/figure_words.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

struct Reason {
    std::string_view key, name, why;
};
constexpr Reason known_reasons[] = {
    {"counted", "Counted as a download", ""},
    {"repeat", "The same device again that day", "came from a device that was counted that day"},
    {"under_a_minute", "Less than a minute was received", "brought less than a minute"},
    {"probe", "A probe of a few bytes", "were probes of a few bytes"},
    {"head", "Asked for the size only (HEAD)", "asked for the size only"},
    {"bot", "A bot", "came from bots"},
    {"flood", "Too many from one address", "were too many from one address"},
    {"opted_out", "Asked not to be counted (GPC, DNT)", "asked not to be counted"},
    {"preview", "Staff listening before publication", "were staff"},
    {"withdrawn", "Withdrawn, or audio that was replaced", "asked for audio that is gone"},
    {"error", "Answered with an error", "were answered with an error"},
};

// "Thu 26 Nov 2026 is", when the period runs.
std::string running_days(const Selection& selection) {
    return selection.first_running == selection.last_day ? full_day(selection.last_day) + " is"
                                                         : fmt::format("Days from {} on are", full_day(selection.first_running));
}

// Of a UTC day: all of one that is over.
std::size_t hours_begun(std::string_view day, model::Timestamp now) {
    return model::format_utc_day(now) == day ? static_cast<std::size_t>(analytics::hour_of(now) % 24 + 1) : 24;
}

Cell tally_cell(const analytics::Statistics::Figure& figure) {
    return {.text = figure.value ? grouped(*figure.value) : "hidden", .is_quiet = figure.value.value_or(0) == 0};
}

}  // namespace

std::vector<analytics::Annotation> annotations_of(Context& context, const Selection& selection) {
    std::string show;
    for (const auto& each : selection.shows) {
        if (each.slug == selection.show || selection.shows.size() == 1) show = each.id.value;
    }
    return context.annotations.list(show, selection.first_day, selection.last_day);
}

std::vector<std::string> reasons() {
    std::vector<std::string> result;
    for (const auto& reason : known_reasons) result.emplace_back(reason.key);
    return result;
}

std::string_view reason_words(std::string_view reason) {
    return std::ranges::find(known_reasons, reason, &Reason::key)->name;
}

std::string value_words(std::string_view dimension, const std::string& value) {
    if (dimension == "site" && value == analytics::no_site) return "Not on a page, or the browser does not say";
    if (dimension == "site" && value == analytics::other_values) return "Not told apart: on no page, or on one not shown";
    if (dimension == "app" && value != analytics::other_values) return value;  // as the rules spell it
    auto words = value;
    std::ranges::replace(words, '_', ' ');
    return capitalised(words);
}

std::string other_sentence(std::string_view dimension, unsigned suppress_below) {
    const auto few = fmt::format("fewer than {}", suppress_below);
    if (suppress_below <= 1) return dimension == "site" ? "Not told apart: on a site that is not on our list." : "Other: not on our list.";
    if (dimension != "site")
        return fmt::format("Other: not on our list, or {} of an episode’s day; so the others’ shares are at least these.", few);
    return fmt::format(
        "Not told apart: on a site that is not on our list, or with {} of an episode’s day; and whoever was on no page on such a day, "
        "beside "
        "whom so few could be computed. Apps are on no page: this is not a number of other sites.",
        few);
}

Table breakdown_table(const BreakdownNames& names, const analytics::Statistics::Breakdown& rows, unsigned suppress_below,
                      const std::string& path, const Selection& selection) {
    Table table{.id = std::string(names.id), .caption = std::string(names.title)};
    table.columns = {{std::string(names.column)}, {"Downloads", true}, {"Share"}};
    std::uint64_t whole = 0;
    for (const auto& [value, figure] : rows) whole += figure.value.value_or(0);
    for (const auto& [value, figure] : rows) {
        auto only = selection;
        only.only = {std::string(names.dimension), value};
        const auto count = figure.value.value_or(0);
        const bool can_filter = value != analytics::other_values;
        table.rows.push_back(
            {{.text = value_words(names.dimension, value), .href = can_filter ? address_of(path, only) : ""},
             {.text = shown(figure, suppress_below), .is_quiet = !figure.value},
             {.text = percent_words(count, whole), .bar = whole == 0 ? 0 : static_cast<double>(count) / static_cast<double>(whole)}});
    }
    if (!rows.empty() && rows.back().first == analytics::other_values) table.note = other_sentence(names.dimension, suppress_below);
    return table;
}

std::vector<analytics::Statistics::Breakdown> breakdowns_of(analytics::Statistics& statistics, const analytics::Statistics::Query& query) {
    std::vector<std::string_view> dimensions;
    for (const auto& names : breakdowns) dimensions.push_back(names.dimension);
    return statistics.breakdowns(dimensions, query);
}

std::vector<Table> breakdown_tables(Context& context, const analytics::Statistics::Query& query, const std::string& path,
                                    const Selection& selection) {
    std::vector<Table> tables;
    auto all = query;
    all.only = {};
    const auto fewest = context.settings.statistics.suppress_below;
    const auto figures = breakdowns_of(context.statistics, all);
    for (std::size_t i = 0; const auto& names : breakdowns) tables.push_back(breakdown_table(names, figures[i++], fewest, path, selection));
    return tables;
}

void put_breakdowns(Values& values, const std::vector<Table>& tables, const Selection& selection) {
    auto& all = values.include("BREAKDOWNS", "statistics_breakdowns.html");
    if (selection.runs()) all.add("LEFT_OUT").set("DAYS", running_days(selection));
    for (const auto& names : breakdowns) {
        const auto table = std::ranges::find(tables, names.id, &Table::id);
        if (table == tables.end()) continue;
        auto& section = all.add("BREAKDOWN").set("ID", std::string(names.id)).set("TITLE", std::string(names.title));
        if (table->rows.empty())
            section.show("NOTHING_YET");
        else
            put_table(section, "TABLE", *table);
    }
}

Cell total_cell(const analytics::Statistics::Total& total, unsigned suppress_below) {
    return {.text = total_words(total, suppress_below),
            .csv = total.is_partial || (total.is_rounded && total.shown == 0) ? "" : std::to_string(total.shown),
            .is_quiet = total.shown == 0};
}

void put_running(std::vector<Cell>& row, bool runs, std::string_view said) {
    if (runs) row.front().csv = row.front().csv.empty() ? row.front().text : row.front().csv;
    if (runs) row.front().text += said;
    row.push_back({.text = runs ? "running" : ""});
}

std::string running_sentence(const Selection& selection, unsigned suppress_below) {
    if (!selection.runs()) return {};
    return fmt::format("{} not over yet: {}.", running_days(selection),
                       suppress_below > 1 ? fmt::format("figures still grow, in steps of {}", suppress_below) : "figures still grow");
}

std::vector<analytics::Statistics::Ages> ages_of(Context& context, const std::vector<storage::EpisodeLine>& episodes) {
    std::vector<analytics::Statistics::Published> published;
    for (const auto& episode : episodes) published.push_back({episode.id, episode.publish_at});
    return context.statistics.ages(published);
}

Table ages_table(const std::vector<storage::EpisodeLine>& episodes, const std::vector<analytics::Statistics::Ages>& ages,
                 const storage::TimeZone& zone, const std::function<std::string(const storage::EpisodeLine&)>& link,
                 unsigned suppress_below) {
    Table table{.id = "ages", .caption = "Episodes at the same age"};
    table.columns = {{"Episode"},     {"Published"}, {"First 24 hours", true}, {"First 7 days", true}, {"First 28 days", true},
                     {"So far", true}};
    for (std::size_t i = episodes.size(); i-- > 0;) {
        std::vector<Cell> row{{.text = title_of(episodes[i]), .href = link(episodes[i])},
                              {.text = moment_words(zone, episodes[i].publish_at), .csv = model::format_rfc3339(episodes[i].publish_at)}};
        for (const std::size_t days : {1, 7, 28})
            row.push_back(ages[i].after.size() >= days ? total_cell(ages[i].after[days - 1], suppress_below)
                                                       : Cell{.text = "not yet", .is_quiet = true});
        row.push_back(total_cell(ages[i].so_far, suppress_below));
        table.rows.push_back(std::move(row));
    }
    table.note = "Counted from the hour of publication.";
    if (suppress_below > 1) table.note += fmt::format(" The last, broken day is rounded down to steps of {}.", suppress_below);
    return table;
}

Table tally_hours_table(std::span<const analytics::Statistics::Tally> hours, std::string_view day, model::Timestamp now) {
    Table table{.id = "request-hours", .caption = "What became of requests, hour by hour"};
    table.columns = {{"Hour (UTC)"}};
    for (const auto& reason : known_reasons) table.columns.push_back({std::string(reason.name), true});
    table.columns.push_back({"Requests", true});
    for (std::size_t hour = 0; hour < std::min(hours.size(), hours_begun(day, now)); ++hour) {
        auto& row = table.rows.emplace_back(std::vector<Cell>{{.text = fmt::format("{:02}:00", hour)}});
        for (const auto& reason : known_reasons) row.push_back(tally_cell(hours[hour].reasons.at(std::string(reason.key))));
        row.push_back(tally_cell(hours[hour].requests));
    }
    table.note =
        "Hours are rounded down to steps, and “hidden” stands for none as well as for few: so that beside the day’s figures no hour tells "
        "a "
        "small one.";
    return table;
}

Table tally_table(const analytics::Statistics::Tally& tally, bool runs) {
    Table table{.id = "requests", .caption = "What became of every request"};
    table.columns = {{"What it was"}, {"Requests", true}};
    for (const auto& reason : known_reasons)
        table.rows.push_back({{.text = std::string(reason.name)}, tally_cell(tally.reasons.at(std::string(reason.key)))});
    table.rows.push_back({{.text = "All requests shown"}, tally_cell(tally.requests)});
    table.note = "Every request for the audio is in exactly one line.";
    if (tally.is_partial) table.note += " Days on which a line had too few requests to be shown are left out.";
    if (runs && tally.is_partial) table.note += " As long as a day runs, “hidden” may be none.";
    return table;
}

std::string tally_sentence(const analytics::Statistics::Tally& tally) {
    const auto all = tally.requests.value.value_or(0);
    if (all == 0) return "No requests yet that could be shown.";
    auto sentence = fmt::format("Of {} requests for the audio {} counted as a download.", grouped(all),
                                grouped(tally.reasons.at("counted").value.value_or(0)));
    std::vector<std::pair<std::uint64_t, std::string_view>> others;
    for (const auto& reason : known_reasons) {
        const auto count = tally.reasons.at(std::string(reason.key)).value.value_or(0);
        if (!reason.why.empty() && count > 0) others.emplace_back(count, reason.why);
    }
    std::ranges::sort(others, std::greater());
    if (others.empty()) return sentence;
    sentence += " Of the others ";
    for (std::size_t i = 0; i < std::min<std::size_t>(3, others.size()); ++i)
        sentence += fmt::format("{}{} {}",
                                i == 0                                             ? ""
                                : i + 1 == std::min<std::size_t>(3, others.size()) ? " and "
                                                                                   : ", ",
                                grouped(others[i].first), others[i].second);
    return sentence + ".";
}

}  // namespace earshot::web
