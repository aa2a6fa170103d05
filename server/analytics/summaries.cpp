// Reports whose sums the database makes: every cell is suppressed or rounded there, before it is added.

#include <algorithm>

#include "server/analytics/episode_days.hpp"
#include "server/analytics/reach.hpp"
#include "server/analytics/reports.hpp"

namespace earshot::analytics::reports {

namespace {

using Total = Statistics::Total;

// The parameters by which a cell is shown: `least` 0 hides none, `step` 1 rounds none; days from `running` on are rounded.
storage::Statement& bind_rules(storage::Statement& rows, const Source& source) {
    const auto running = source.suppress_below > 1 ? std::min(source.running, Day{1} << 30) : Day{1} << 30;
    return rows.bind("least", source.suppress_below)
        .bind("step", std::max(1U, source.suppress_below))
        .bind("running", milliseconds(running * 24));
}

// Of each day, downloads before that hour.
std::vector<std::uint64_t> before_hour(soci::session& session, const std::string& episode, Period period, std::int64_t hour) {
    std::vector<std::uint64_t> result(static_cast<std::size_t>(period.last - period.first + 1));
    std::size_t day = 0;
    std::uint64_t count = 0;
    storage::Statement rows(session,
                            "select (hour - :from) / 86400000, cast(sum(downloads) as bigint) from downloads "
                            "where episode = :episode and dimension = 'all' and hour >= :first and hour < :past "
                            "and hour % 86400000 < :before group by hour / 86400000");
    rows.bind("from", milliseconds(period.first * 24)).bind("episode", episode).bind("first", milliseconds(period.first * 24));
    rows.bind("past", milliseconds((period.last + 1) * 24)).bind("before", hour * 3'600'000).into(day).into(count);
    while (rows.next()) result.at(day) = count;
    return result;
}

// Beside the day's total what came later is nothing, or may be any of ten numbers.
std::uint64_t part_shown(std::uint64_t part, std::uint64_t total, Day day, const Source& source) {
    if (source.runs(day) || source.hides(total)) return source.in_steps(part);
    return sum(stepped({{"before", part}}, total, source));
}

std::vector<Total> by_age(const Source& source, soci::session& session, const Statistics::Published& published, std::size_t passed) {
    const auto first_hour = hour_of(published.at);
    const auto first = first_hour / 24;
    const Period period{first, first + static_cast<Day>(passed)};
    const auto totals = day_totals(session, {published.episode}, period).front();
    const auto parts = before_hour(session, published.episode.value, period, first_hour % 24);
    std::vector<Total> result;
    Total whole;
    for (std::size_t day = 0; day < passed; ++day) {
        const auto date = first + static_cast<Day>(day);
        const bool hidden = source.hides(totals[day]);
        whole.is_partial |= hidden && !source.runs(date);  // else the first listener of a running day would be seen to come
        if (!hidden) whole.shown += source.rounded(date, totals[day]);
        result.push_back(
            {whole.shown + part_shown(parts[day + 1], totals[day + 1], date + 1, source), whole.is_partial, source.suppress_below > 1});
    }
    return result;
}

}  // namespace

Statistics::Grid grid(const Source& source, const Statistics::Query& query) {
    Statistics::Grid result;
    const auto period = period_of(query);
    if (period.empty()) return result;
    for (auto day = period.first; day <= period.last; ++day) {
        result.days.push_back(format_day(day));
        if (!source.runs(day)) ++result.closed;
    }
    if (!query.only.dimension.empty()) {
        result.is_part = true;
        for (const auto& report : days(source, query)) {
            auto& row = result.episodes.emplace_back();
            for (const auto& day : report.days) row.push_back(day.downloads);
        }
        return result;
    }
    source.database.read([&](soci::session& session) {
        for (const auto& totals : day_totals(session, query.episodes, period)) {
            auto& row = result.episodes.emplace_back();
            for (auto day = period.first; day <= period.last; ++day) {
                const auto count = totals[static_cast<std::size_t>(day - period.first)];
                row.push_back({source.few(day, count) ? std::nullopt : std::optional(source.rounded(day, count))});
            }
        }
    });
    return result;
}

Statistics::Today today(const Source& source, const std::vector<model::EpisodeId>& episodes, model::Timestamp now) {
    const auto day = day_of(now);
    Statistics::Today result{.day = format_day(day),
                             .hours = std::vector<std::uint64_t>(static_cast<std::size_t>(hour_of(now) - day * 24 + 1))};
    source.database.read([&](soci::session& session) {
        const auto totals = day_totals(session, episodes, {day, day});
        for (const auto& days : totals) {
            result.all.shown += source.rounded(day, days.front());
        }
        std::size_t hour = 0;
        std::uint64_t sum = 0;
        storage::Statement rows(session,
                                "select (d.hour - :from) / 3600000, cast(sum(d.downloads - d.downloads % :step) as bigint) "
                                "from json_each(:episodes) e cross join downloads d where d.episode = e.value and d.dimension = 'all' "
                                "and d.hour >= :first and d.hour < :past group by d.hour");
        rows.bind("from", milliseconds(day * 24)).bind("step", std::max(1U, source.suppress_below)).bind("episodes", list_of(episodes));
        rows.bind("first", milliseconds(day * 24)).bind("past", milliseconds(hour_of(now) + 1)).into(hour).into(sum);
        while (rows.next()) result.hours.at(hour) = sum;
    });
    return result;
}

std::vector<Statistics::Ages> ages(const Source& source, const std::vector<Statistics::Published>& episodes, std::size_t days,
                                   model::Timestamp now) {
    std::vector<Statistics::Ages> result(episodes.size(), {.after = {}, .so_far = {.is_rounded = source.suppress_below > 1}});
    source.database.read([&](soci::session& session) {
        std::vector<model::EpisodeId> ids;
        for (std::size_t i = 0; i < episodes.size(); ++i) {
            ids.push_back(episodes[i].episode);
            const auto age = (hour_of(now) - hour_of(episodes[i].at)) / 24;
            if (age > 0) result[i].after = by_age(source, session, episodes[i], std::min(days, static_cast<std::size_t>(age)));
        }
        std::size_t episode = 0, hidden = 0;
        std::uint64_t sum = 0;
        storage::Statement rows(
            session,
            "select e.key, cast(sum(case when d.downloads < :least then 0 when d.hour < :running then d.downloads "
            "else d.downloads - d.downloads % :step end) as bigint), sum(case when d.hour < :running and d.downloads < :least then 1 else "
            "0 end) "
            "from json_each(:episodes) e cross join downloads d where d.episode = e.value and d.dimension = 'day' and d.downloads > 0 "
            "group by e.key");
        bind_rules(rows, source).bind("episodes", list_of(ids)).into(episode).into(sum).into(hidden);
        while (rows.next()) result.at(episode).so_far = {sum, hidden > 0, source.suppress_below > 1};
    });
    return result;
}

std::optional<Statistics::ReachReport> reach(const Source& source, const model::EpisodeId& episode,
                                             const std::vector<std::uint64_t>& audio_bytes) {
    std::vector<std::uint64_t> sums(reach_parts + 1);  // the first one: all listens
    source.database.read([&](soci::session& session) {
        std::uint64_t bytes = 0, listens = 0;
        std::int64_t part = 0;
        storage::Statement rows(session, "select audio_bytes, part, listens from reach where episode = :episode");
        rows.bind("episode", episode.value).into(bytes).into(part).into(listens);
        while (rows.next()) {
            if (std::ranges::find(audio_bytes, bytes) != audio_bytes.end()) sums.at(static_cast<std::size_t>(part + 1)) += listens;
        }
    });
    for (auto& sum : sums) sum = source.in_steps(sum);
    if (sums.front() == 0) return std::nullopt;
    return Statistics::ReachReport{sums.front(), {sums.begin() + 1, sums.end()}};
}

}  // namespace earshot::analytics::reports
