#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "server/web/figure_words.hpp"
#include "server/web/statistics_overview.hpp"
#include "server/web/statistics_parts.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using Statistics = analytics::Statistics;
using Total = Statistics::Total;

constexpr std::size_t week_days = 7, month_days = 28, most_shown_ages = 6, most_listed = 20, most_broken_down = 24;

std::string table_path(const Selection& selection, std::string_view id) {
    return address_of(fmt::format("/statistics/tables/{}.csv", id), selection, true);
}

std::string episode_path(const Selection& selection, const storage::EpisodeLine& episode) {
    const auto show = std::ranges::find(selection.shows, episode.show, &model::Show::id);
    return show == selection.shows.end() ? std::string() : fmt::format("/statistics/shows/{}/{}", show->slug, episode.slug);
}

// Figures of several periods that mostly overlap: one question to the database for all, unless they lie far apart.
class Grids {
public:
    Grids(Statistics& statistics, const std::vector<model::EpisodeId>& episodes, const std::string& first_day, const std::string& last_day)
        : statistics_(statistics), episodes_(episodes) {
        if (days_between(first_day, last_day) < longest) all_ = statistics.grid({first_day, last_day, episodes});
    }
    [[nodiscard]] Statistics::Grid of(const std::string& first_day, const std::string& last_day,
                                      const Statistics::Query::Only& only = {}) const {
        if (all_ && only.dimension.empty()) return all_->part(first_day, last_day);
        return statistics_.grid({first_day, last_day, episodes_, only});
    }

private:
    static constexpr int longest = 120;
    Statistics& statistics_;
    const std::vector<model::EpisodeId>& episodes_;
    std::optional<Statistics::Grid> all_;
};

// Positions, those with the greatest value first.
template <class Value>
std::vector<std::size_t> ordered(std::size_t count, Value value) {
    std::vector<std::pair<std::uint64_t, std::size_t>> keys;
    for (std::size_t i = 0; i < count; ++i) keys.emplace_back(UINT64_MAX - value(i), i);
    std::ranges::sort(keys);
    std::vector<std::size_t> result;
    for (const auto& [key, i] : keys) result.push_back(i);
    return result;
}

// The newest ones.
Table newest_by_age(Context& context, const Overview& all) {
    const auto& episodes = all.selection.episodes;
    const std::vector newest(episodes.end() - static_cast<std::ptrdiff_t>(std::min(episodes.size(), most_shown_ages)), episodes.end());
    const auto link = [&](const storage::EpisodeLine& episode) { return episode_path(all.selection, episode); };
    auto table = ages_table(newest, ages_of(context, newest), all.selection.zone, link, context.settings.statistics.suppress_below);
    table.csv_path = table_path(all.selection, table.id);
    return table;
}

// --- words -----------------------------------------------------------------------------------------------------------------------------

std::string main_sentence(const Overview& all, unsigned fewest) {
    const auto now = all.week.now.shown, before = all.week.before.shown;
    if (now == 0 && before == 0) {
        return all.live.all.shown > 0
                   ? fmt::format("{} downloads so far today. Compared with other days when the day is over.", grouped(all.live.all.shown))
                   : std::string("Nothing to compare yet: figures appear here when the first days are over.");
    }
    auto sentence = capitalised(downloads_words(all.week.now, fewest)) + " in the last 7 days";
    const auto words = compared_words(change_words(all.week.now, all.week.before, fewest), "in the 7 days before");
    if (!words.empty() && was_any_out(all.selection, all.before_those_7)) sentence += ", " + words;
    const auto& by_episode = all.week_by_episode;
    const auto best = std::ranges::max_element(by_episode, {}, [](const auto& change) { return change.now.shown; });
    if (by_episode.size() < 2 || best == by_episode.end() || best->now.shown == 0) return sentence + '.';
    const auto& title = all.selection.episodes[static_cast<std::size_t>(best - by_episode.begin())].title;
    const bool most = best->now.shown * 2 > now;
    return sentence + fmt::format("; “{}” brought {} ({}).", title, most ? "most of them" : "the most", total_words(best->now, fewest));
}

std::string came_words(const Overview& all, const storage::EpisodeLine& episode) {
    return "published " + short_day(model::format_utc_day(all.selection.zone.local(episode.publish_at)));
}

std::vector<std::string> change_sentences(const Overview& all, unsigned fewest) {
    std::vector<std::string> result;
    const auto& episodes = all.selection.episodes;
    for (const auto& episode : episodes) {
        const auto day = model::format_utc_day(episode.publish_at);
        if (day < all.first_closed_of_7) continue;
        result.push_back(fmt::format("“{}” was published: {} ({} time).", episode.title,
                                     moment_words(all.selection.zone, episode.publish_at), place_words(all.selection.zone)));
    }
    const auto difference = [&](std::size_t i) {
        const auto& change = all.week_by_episode[i];
        return std::max(change.now.shown, change.before.shown) - std::min(change.now.shown, change.before.shown);
    };
    for (const auto i : ordered(episodes.size(), difference)) {
        const auto& [now, before] = all.week_by_episode[i];
        if (result.size() >= 6 || difference(i) < 10 || difference(i) * 20 < before.shown) break;
        const auto words = was_out(episodes[i], all.before_those_7) ? change_words(now, before, fewest) : came_words(all, episodes[i]);
        result.push_back(fmt::format("“{}”: {} in the last 7 days after {} in those before{}{}.", episodes[i].title,
                                     total_words(now, fewest), total_words(before, fewest), words.empty() ? "" : ", ", words));
    }
    return result;
}

// --- tables ----------------------------------------------------------------------------------------------------------------------------

Table days_table(const Overview& all, unsigned fewest) {
    Table table{.id = "days", .caption = "Downloads by day", .csv_path = table_path(all.selection, "days")};
    table.columns = {{"Day (UTC)"}, {"Downloads", true}, {"Compared with"}, {"Downloads then", true}, running_column};
    const auto count = all.chosen.days.size();
    for (std::size_t back = 0; back < count; ++back) {
        const auto day = count - 1 - back;  // the newest is what people come for
        std::vector<Cell> row{{.text = full_day(all.chosen.days[day]), .csv = all.chosen.days[day]},
                              total_cell(all.chosen.sum(day, day + 1), fewest)};
        if (day < all.before.days.size()) {
            row.push_back({.text = full_day(all.before.days[day]), .csv = all.before.days[day]});
            row.push_back(total_cell(all.before.sum(day, day + 1), fewest));
        } else {
            row.insert(row.end(), {{.text = "–"}, {.text = "–"}});
        }
        put_running(row, all.chosen.days[day] >= all.selection.first_running);
        table.rows.push_back(std::move(row));
    }
    return table;
}

Table episodes_table(Overview& all, unsigned fewest) {
    Table table{.id = "episodes", .caption = "Episodes by downloads", .csv_path = table_path(all.selection, "episodes")};
    const auto& selection = all.selection;
    const auto days = all.chosen.days.size(), days_before = all.before.days.size();
    table.columns = {{"Episode"}, {"Downloads", true}, {"Share"}, {"Before", true}, {"Change"}};
    const auto& episodes = selection.episodes;
    const auto whole = all.chosen.sum(0, all.chosen.days.size()).shown;
    std::vector<Total> now, before;
    for (std::size_t i = 0; i < episodes.size(); ++i) {
        now.push_back(all.chosen.sum(i, 0, all.chosen.days.size()));
        before.push_back(all.before.sum(i, 0, all.before.days.size()));
    }
    for (const auto i : ordered(episodes.size(), [&](std::size_t each) { return now[each].shown; })) {
        if (model::format_utc_day(episodes[i].publish_at) > selection.last_day || ++all.out > most_listed) continue;
        const double share = whole == 0 ? 0 : static_cast<double>(now[i].shown) / static_cast<double>(whole);
        table.rows.push_back({{.text = title_of(episodes[i]), .href = episode_path(all.selection, episodes[i])},
                              total_cell(now[i], fewest),
                              {.text = percent_words(now[i].shown, whole), .bar = share},
                              total_cell(before[i], fewest),
                              {.text = !was_out(episodes[i], selection.before_first) ? came_words(all, episodes[i])
                                       : selection.runs()                            ? ""
                                                          : change_words(now[i], before[i], fewest, days, days_before)}});
    }
    const bool has_changes = std::ranges::any_of(episodes, [&](const auto& episode) { return was_out(episode, selection.before_first); });
    const auto say = [&](const std::string& sentence) { table.note += (table.note.empty() ? "" : " ") + sentence; };
    if (selection.runs())
        say("Not compared with the time before, as long as the last day is not over.");
    else if (days != days_before && has_changes)
        say(fmt::format("{} against {}: changes are of a day’s average.", counted(days, "day"), days_before));
    return table;
}

Table hours_table(const Overview& all) {
    Table table{.id = "hours", .caption = "Today by the hour", .csv_path = table_path(all.selection, "hours")};
    table.columns = {{fmt::format("Hour ({})", place_words(all.selection.zone))}, {"Downloads, at least", true}, running_column};
    const auto midnight = model::parse_rfc3339(all.today + "T00:00:00Z").value_or(model::Timestamp{});
    for (std::size_t hour = 0; hour < all.live.hours.size(); ++hour) {
        const auto begins = midnight + std::chrono::hours(hour);
        table.rows.push_back({{.text = moment_words(all.selection.zone, begins), .csv = model::format_rfc3339(begins)},
                              {.text = grouped(all.live.hours[hour]), .is_quiet = all.live.hours[hour] == 0}});
        put_running(table.rows.back(), true, "");
    }
    return table;
}

}  // namespace

const Table& Overview::table(std::string_view id) const {
    return *std::ranges::find(tables, id, &Table::id);
}

Table Overview::listed_episodes() const {
    auto listed = table("episodes");
    if (out > listed.rows.size())
        listed.note += fmt::format("{}The first {} of {} episodes; choose a show to see its others.", listed.note.empty() ? "" : " ",
                                   listed.rows.size(), out);
    return listed;
}

Overview gather_overview(Context& context, Selection chosen) {
    auto& statistics = context.statistics;
    const auto fewest = context.settings.statistics.suppress_below;
    Overview all{.selection = std::move(chosen)};
    const auto& selection = all.selection;
    const auto ids = ids_of(selection);
    all.today = model::format_utc_day(context.clock());
    all.last_closed = analytics::format_day(analytics::first_running(context.clock()) - 1);
    all.first_closed_of_7 = day_after(all.last_closed, -6);
    all.before_those_7 = day_after(all.last_closed, -13);
    all.live = statistics.today(ids);
    const auto recent_first = day_after(all.last_closed, 1 - 2 * static_cast<int>(month_days));
    const auto grids = Grids(statistics, ids, std::min({recent_first, selection.first_day, selection.before_first}),
                             std::max({all.last_closed, selection.last_day, selection.before_last}));
    const auto recent = grids.of(recent_first, all.last_closed);
    all.yesterday = recent.sum(2 * month_days - 1, 2 * month_days);
    all.week = {recent.sum(2 * month_days - week_days, 2 * month_days),
                recent.sum(2 * month_days - 2 * week_days, 2 * month_days - week_days)};
    all.month = {recent.sum(month_days, 2 * month_days), recent.sum(0, month_days)};
    for (std::size_t i = 0; i < ids.size(); ++i)
        all.week_by_episode.push_back({recent.sum(i, 2 * month_days - week_days, 2 * month_days),
                                       recent.sum(i, 2 * month_days - 2 * week_days, 2 * month_days - week_days)});
    all.chosen = grids.of(selection.first_day, selection.last_day, selection.only);
    all.before = grids.of(selection.before_first, selection.before_last, selection.only);
    all.sentence = main_sentence(all, fewest);
    all.changes = change_sentences(all, fewest);
    all.annotations = annotations_of(context, selection);
    all.chart = days_chart(selection, all.chosen, all.before, selection.episodes, all.annotations, fewest);
    all.tables = {days_table(all, fewest), episodes_table(all, fewest), newest_by_age(context, all), hours_table(all),
                  marks_table(all.chart, all.chosen)};
    all.tables.back().csv_path = table_path(selection, "marks");
    if (selection.episodes.size() <= most_broken_down) {
        for (auto& table : breakdown_tables(context, query_of(selection), "/statistics", selection)) {
            table.csv_path = table_path(selection, table.id);
            all.tables.push_back(std::move(table));
        }
    }
    return all;
}

}  // namespace earshot::web
