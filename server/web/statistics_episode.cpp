// One episode: at the same age as others, day by day, how far it was delivered, by whom it was fetched, and what was not counted.

#include <fmt/format.h>

#include <algorithm>

#include "feeds/addresses.hpp"
#include "server/analytics/audio_bytes.hpp"
#include "server/web/figure_words.hpp"
#include "server/web/handlers.hpp"
#include "server/web/statistics_frame.hpp"
#include "server/web/statistics_parts.hpp"
#include "server/web/statistics_reach.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using Statistics = analytics::Statistics;
using Total = Statistics::Total;

constexpr std::size_t longest_age = 28, most_before = 3, most_after = 2;

struct EpisodePage {
    Selection selection;
    model::Show show;
    model::Episode episode;
    std::string path;
    std::vector<storage::EpisodeLine> beside;  // itself among its neighbours, oldest first
    std::size_t own{};                         // its place there
    std::vector<Statistics::Ages> ages;
    Statistics::Grid grid, before;
    LineChart chart;  // of days
    std::optional<ReachPage> reach;
    Statistics::Tally tally;
    std::vector<Table> tables;

    [[nodiscard]] const Table* table(std::string_view id) const {
        const auto found = std::ranges::find(tables, id, &Table::id);
        return found == tables.end() ? nullptr : &*found;
    }
};

std::string table_path(const EpisodePage& page, std::string_view id) {
    return address_of(fmt::format("{}/tables/{}.csv", page.path, id), page.selection, true);
}

// „…“ had 1,240 downloads in its first 7 days, 8 % more than „…“ (1,150).
std::string sentence_of(const EpisodePage& page, unsigned fewest) {
    const auto& own = page.ages[page.own];
    if (own.after.empty())
        return fmt::format("“{}” is less than a day old: {} so far.", page.episode.title, downloads_words(own.so_far, fewest));
    const Statistics::Ages* other = page.own > 0 ? &page.ages[page.own - 1] : nullptr;
    auto days = std::min<std::size_t>(own.after.size(), 7);
    if (other != nullptr && !other->after.empty()) days = std::min(days, other->after.size());
    const auto& now = own.after[days - 1];
    const auto age = days == 1 ? std::string("24 hours") : fmt::format("{} days", days);
    auto sentence = fmt::format("“{}” had {} in its first {}", page.episode.title, downloads_words(now, fewest), age);
    if (other == nullptr || other->after.empty()) return sentence + '.';
    const auto& before = other->after[days - 1];
    const auto& title = page.beside[page.own - 1].title;
    const auto words = compared_words(change_words(now, before, fewest), fmt::format("“{}”", title));
    if (words.empty()) return sentence + fmt::format("; “{}” had {}.", title, total_words(before, fewest));
    return sentence + fmt::format(", {} ({}).", words, total_words(before, fewest));
}

LineChart ages_chart(const EpisodePage& page) {
    LineChart chart{.id = "ages-line", .title = "Downloads by age"};
    for (std::size_t day = 0; day <= longest_age; ++day) {
        chart.labels.push_back(day == 0 ? "0" : day == 1 ? "1 day" : fmt::format("{} days", day));
        chart.full_labels.push_back(day == 0 ? "at the start" : fmt::format("after {}", counted(day, "day")));
    }
    bool any_hidden = false;
    for (std::size_t i = 0; i < page.beside.size(); ++i) {
        const bool is_this = i == page.own;
        LineChart::Line line{.label = title_of(page.beside[i])};
        line.colour = is_this ? 1 : static_cast<int>(i % 5) + 2;
        line.is_faint = !is_this;
        line.values.emplace_back(0);
        line.hidden.push_back(false);
        for (const auto& total : page.ages[i].after) {
            line.hidden.push_back(is_hidden(total));
            line.values.push_back(is_hidden(total) ? std::nullopt : std::optional(static_cast<double>(total.shown)));
            any_hidden |= is_hidden(total);
        }
        chart.lines.push_back(std::move(line));
    }
    chart.hidden_words = "too few to be shown";
    chart.text = fmt::format("Lines of downloads added up from publication on, one an episode.{} The table below has the figures.",
                             any_hidden ? " As long as they are too few to be shown, a line has a gap and hollow marks." : "");
    return chart;
}

// The line's figures.
Table curve_table(const EpisodePage& page, unsigned fewest) {
    Table table{.id = "curve", .caption = "Downloads by age, day by day"};
    table.columns = {{"After"}};
    std::size_t longest = 0;
    for (std::size_t i = page.beside.size(); i-- > 0;) {
        table.columns.push_back({title_of(page.beside[i]), true});
        longest = std::max(longest, page.ages[i].after.size());
    }
    for (std::size_t day = 0; day < longest; ++day) {
        auto& row = table.rows.emplace_back(std::vector<Cell>{{.text = counted(day + 1, "day")}});
        for (std::size_t i = page.beside.size(); i-- > 0;)
            row.push_back(day < page.ages[i].after.size() ? total_cell(page.ages[i].after[day], fewest) : Cell{});
    }
    return table;
}

Table days_table(const EpisodePage& page, unsigned fewest) {
    Table table{.id = "days", .caption = "Downloads by day"};
    table.columns = {{"Day (UTC)"}, {"Downloads", true}, running_column};
    for (std::size_t day = page.grid.days.size(); day-- > 0;) {
        table.rows.push_back(
            {{.text = full_day(page.grid.days[day]), .csv = page.grid.days[day]}, total_cell(page.grid.sum(day, day + 1), fewest)});
        put_running(table.rows.back(), page.grid.days[day] >= page.selection.first_running);
    }
    return table;
}

std::optional<EpisodePage> gather(Context& context, const http::Request& request) {
    auto& statistics = context.statistics;
    const auto fewest = context.settings.statistics.suppress_below;
    const auto show = context.catalogue.find_show_by_slug(request.param("show"));
    if (!show) return std::nullopt;
    auto episode = context.catalogue.find_episode_by_slug(show->id, request.param("episode"));
    if (!episode) return std::nullopt;
    EpisodePage page{.selection = select(context, request), .show = *show, .episode = std::move(*episode)};
    page.path = fmt::format("/statistics/shows/{}/{}", show->slug, page.episode.slug);
    page.selection.show.clear();
    page.selection.shows = {*show};
    page.selection.zone = storage::TimeZone::find(show->time_zone).value_or(storage::TimeZone());
    const auto lines = context.catalogue.list_public_lines(show->id);
    const auto own = std::ranges::find(lines, page.episode.id, &storage::EpisodeLine::id);
    if (own == lines.end()) return std::nullopt;
    page.own = std::min<std::size_t>(most_before, static_cast<std::size_t>(own - lines.begin()));
    const auto after = std::min<std::ptrdiff_t>(most_after + 1, lines.end() - own);
    page.beside.assign(own - static_cast<std::ptrdiff_t>(page.own), own + after);

    page.ages = ages_of(context, page.beside);
    Statistics::Query query{page.selection.first_day, page.selection.last_day, {page.episode.id}, page.selection.only};
    page.grid = statistics.grid(query);
    page.before = statistics.grid({page.selection.before_first, page.selection.before_last, {page.episode.id}, page.selection.only});
    const auto annotations = annotations_of(context, page.selection);
    page.chart = days_chart(page.selection, page.grid, page.before, {page.beside[page.own]}, annotations, fewest);
    query.only = {};
    auto tallies = statistics.tallies(query);
    page.tally = std::move(tallies.all);
    const auto link = [&](const storage::EpisodeLine& line) {
        return line.id == page.episode.id ? std::string() : fmt::format("/statistics/shows/{}/{}", show->slug, line.slug);
    };
    page.tables = {ages_table(page.beside, page.ages, page.selection.zone, link, fewest), curve_table(page, fewest),
                   days_table(page, fewest), tally_table(page.tally, page.selection.runs()), marks_table(page.chart, page.grid)};
    if (!tallies.by_hour.empty()) page.tables.push_back(tally_hours_table(tallies.by_hour, page.selection.last_day, context.clock()));
    for (auto& table : breakdown_tables(context, query, page.path, page.selection)) page.tables.push_back(std::move(table));
    if (const auto reach = statistics.reach(page.episode.id, analytics::audio_bytes_of(page.episode.renditions))) {
        page.reach = reach_page(*reach, page.episode, model::parse_topics(show->topics).value_or(std::vector<model::Topic>()),
                                page.episode.renditions.front().duration, fewest);
        page.tables.insert(page.tables.end(), {page.reach->chapters, page.reach->minutes});
    }
    for (auto& table : page.tables) table.csv_path = table_path(page, table.id);
    return page;
}

void put_reach(Values& report, const EpisodePage& page) {
    if (!page.reach) {
        report.show("NO_REACH");
        return;
    }
    auto& section = report.add("REACH").set("SENTENCE", page.reach->sentence);
    for (const auto& topic : page.reach->topics) {
        auto& tile = section.add("TOPIC").set("NAME", topic.name).set("COLOUR", static_cast<std::uint64_t>(topic.colour));
        tile.set("SHARE", fmt::format("{:.0f}\u202f%", topic.share * 100));
    }
    put_line_chart(section, "REACH_CHART", page.reach->chart);
    if (!page.reach->chapters.rows.empty()) put_table(section.add("CHAPTERS"), "CHAPTERS_TABLE", *page.table("chapters"));
    put_table(section, "MINUTES_TABLE", *page.table("minutes"));
}

}  // namespace

http::Answer statistics_episode(Context& context, const http::Request& request) {
    const auto gathered = gather(context, request);
    if (!gathered) return not_found_page(context, request);
    const auto& episode = *gathered;
    const auto fewest = context.settings.statistics.suppress_below;
    Page page{.title = episode.episode.title + " · Statistics", .main = "statistics_episode.html"};
    page.scripts = {"statistics.js"};
    auto& values = page.values;
    put_filter(values, episode.selection, episode.path);
    values.set("TITLE", episode.episode.title).set("SHOW", episode.show.title).maybe("PROBLEM", episode.selection.problem);
    values.set("SHOW_PATH", "/statistics?show=" + http::percent_encode(episode.show.slug));
    values.set("SENTENCE", sentence_of(episode, fewest));
    values.set("PUBLISHED", moment_words(episode.selection.zone, episode.beside[episode.own].publish_at))
        .set("PLACE", place_words(episode.selection.zone));
    values.set("DAY_RULE", day_rule(episode.selection.zone, episode.selection.first_day, episode.selection.last_day));
    const auto& ages = episode.ages[episode.own];
    constexpr std::pair<std::size_t, std::string_view> tiles[] = {
        {1, "in the first 24 hours"}, {7, "in the first 7 days"}, {28, "in the first 28 days"}};
    for (const auto& [days, name] : tiles)
        values.add("TILE")
            .set("VALUE", ages.after.size() >= days ? total_words(ages.after[days - 1], fewest) : "not yet")
            .set("NAME", std::string(name));
    values.add("TILE").set("VALUE", total_words(ages.so_far, fewest)).set("NAME", "so far");
    put_line_chart(values, "AGES_CHART", ages_chart(episode));
    put_table(values, "AGES_TABLE", *episode.table("ages"));
    if (const auto& curve = *episode.table("curve"); !curve.rows.empty()) put_table(values.add("CURVE"), "CURVE_TABLE", curve);
    put_days(values, episode.chart, episode.tables, episode.path, episode.selection);
    values.set("PERIOD", period_words(episode.selection.first_day, episode.selection.last_day));
    put_reach(values, episode);
    values.maybe("RUNNING", running_sentence(episode.selection, fewest));
    put_breakdowns(values, episode.tables, episode.selection);
    values.set("TALLY_SENTENCE", tally_sentence(episode.tally));
    put_table(values, "TALLY_TABLE", *episode.table("requests"));
    if (const auto* hours = episode.table("request-hours")) put_table(values.add("TALLY_HOURS"), "TALLY_HOURS_TABLE", *hours);
    return statistics_reply(context, request, episode.path, std::move(page), address_of(episode.path, episode.selection));
}

http::Answer statistics_episode_table(Context& context, const http::Request& request) {
    const auto page = gather(context, request);
    return page ? table_reply(context, request, page->tables, page->path, page->selection) : not_found_page(context, request);
}

}  // namespace earshot::web
