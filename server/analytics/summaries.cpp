// Reports whose sums the database makes: every cell is suppressed or rounded there, before it is added.

#include <algorithm>
#include <boost/json.hpp>
#include <limits>

#include "server/analytics/episode_days.hpp"
#include "server/analytics/packed_counts.hpp"
#include "server/analytics/reach.hpp"
#include "server/analytics/reports.hpp"
#include "server/analytics/shown_parts.hpp"

namespace earshot::analytics::reports {

namespace {

using Total = Statistics::Total;

struct AgeDays {
    Day first{};
    std::size_t passed{};                // days of its age that are over
    std::vector<std::uint64_t> totals;   // of the UTC days from the first on, one more than have passed
    std::vector<std::uint64_t> parts{};  // of these, before the hour of publication
};

// All in one question.
std::vector<AgeDays> age_days(soci::session& session, const std::vector<Statistics::Published>& episodes, std::size_t most,
                              model::Timestamp now) {
    std::vector<AgeDays> result;
    boost::json::array wanted;
    for (const auto& [episode, at] : episodes) {
        const auto age = (hour_of(now) - hour_of(at)) / 24;
        const auto passed = std::min(most, static_cast<std::size_t>(std::max<Hour>(0, age)));
        const auto first = hour_of(at) / 24;
        result.push_back({first, passed, std::vector<std::uint64_t>(passed + 1), std::vector<std::uint64_t>(passed + 1)});
        if (passed > 0) wanted.push_back(boost::json::array{episode.value, first, first + static_cast<Day>(passed), result.size() - 1});
    }
    std::size_t episode = 0, day = 0;
    std::uint64_t count = 0;
    std::string hours;
    storage::Statement rows(session,
                            "select e.value->>3, d.day - (e.value->>1), d.downloads, d.hours from json_each(:episodes) e "
                            "cross join episodes n cross join days d where n.id = e.value->>0 and d.episode = n.number "
                            "and d.day >= e.value->>1 and d.day <= e.value->>2");
    rows.bind("episodes", boost::json::serialize(wanted)).into(episode).into(day).into(count).into(hours);
    while (rows.next()) {
        auto& of = result.at(episode);
        of.totals.at(day) = count;
        const auto before = static_cast<std::uint32_t>(hour_of(episodes[episode].at) % 24);
        each_count(hours, [&](std::uint32_t hour, std::int64_t downloads) {
            if (hour < before) of.parts.at(day) += static_cast<std::uint64_t>(downloads);
        });
    }
    return result;
}

// Beside the day's total what came later is nothing, or may be any of ten numbers.
std::uint64_t part_shown(std::uint64_t part, std::uint64_t total, Day day, const Source& source) {
    if (source.runs(day) || source.hides(total)) return source.in_steps(part);
    return sum(stepped({{0, part}}, total, source));
}

// How many cells that part stands for in Total::vague: stepped() takes up to 19 of it where a cell is less than ten.
std::uint64_t part_vague(std::uint64_t total, Day day, const Source& source) {
    if (source.runs(day) || source.hides(total)) return 1;
    return total == 0 ? 0 : 3;
}

std::vector<Total> by_age(const Source& source, const AgeDays& days) {
    std::vector<Total> result;
    Total whole;
    for (std::size_t day = 0; day < days.passed; ++day) {
        const auto date = days.first + static_cast<Day>(day);
        const bool hidden = source.hides(days.totals[day]);
        whole.is_partial |= hidden && !source.runs(date);  // else the first listener of a running day would be seen to come
        whole.vague += hidden || source.runs(date) ? 1 : 0;
        if (!hidden) whole.shown += source.rounded(date, days.totals[day]);
        result.push_back({whole.shown + part_shown(days.parts[day + 1], days.totals[day + 1], date + 1, source), whole.is_partial,
                          source.suppress_below > 1, whole.vague + part_vague(days.totals[day + 1], date + 1, source)});
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
    const bool is_filtered = !query.only.dimension.empty();
    result.is_part = is_filtered && source.suppress_below > 1;
    source.database.read([&](soci::session& session) {
        for (const auto& totals :
             is_filtered ? totals_of_value(source, session, query, period) : day_totals(source, session, query.episodes, period)) {
            auto& row = result.episodes.emplace_back();
            row.reserve(totals.size());
            for (auto day = period.first; day <= period.last; ++day) {
                const auto count = totals[static_cast<std::size_t>(day - period.first)];
                if (is_filtered)  // shown as it is
                    row.push_back({count});
                else
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
        const auto totals = day_totals(source, session, episodes, {day, day});
        for (const auto& days : totals) {
            result.all.shown += source.rounded(day, days.front());
        }
        each_packed(session, hours_of_days, list_of(episodes), {day, day}, [&](const PackedRow& row) {
            each_count(row.counts, [&](std::uint32_t hour, std::int64_t count) {
                if (hour < result.hours.size()) result.hours[hour] += source.rounded(day, static_cast<std::uint64_t>(count));
            });
        });
    });
    return result;
}

std::vector<Statistics::Ages> ages(const Source& source, const std::vector<Statistics::Published>& episodes, std::size_t days,
                                   model::Timestamp now) {
    std::vector<Statistics::Ages> result(episodes.size(), {.after = {}, .so_far = {.is_rounded = source.suppress_below > 1}});
    source.database.read([&](soci::session& session) {
        std::vector<model::EpisodeId> ids;
        for (const auto& days_of : age_days(session, episodes, days, now)) {
            result[ids.size()].after = by_age(source, days_of);
            ids.push_back(episodes[ids.size()].episode);
        }
        std::size_t episode = 0, hidden = 0;
        std::uint64_t sum = 0;
        storage::Statement rows(
            session,
            "select e.key, cast(sum(case when d.downloads < :least then 0 when d.day < :running then d.downloads "
            "else d.downloads - d.downloads % :step end) as bigint), sum(case when d.day < :running and d.downloads < :least then 1 else "
            "0 end) from json_each(:episodes) e cross join episodes n cross join days d "
            "where n.id = e.value and d.episode = n.number and d.downloads > 0 group by e.key");
        // `least` 0 hides none, `step` 1 rounds none; days from `running` on are rounded.
        rows.bind("least", source.suppress_below).bind("step", std::max(1U, source.suppress_below));
        rows.bind("running", source.suppress_below > 1 ? source.running : std::numeric_limits<Day>::max());
        rows.bind("episodes", list_of(ids)).into(episode).into(sum).into(hidden);
        while (rows.next()) result.at(episode).so_far = {sum, hidden > 0, source.suppress_below > 1};
    });
    return result;
}

std::optional<Statistics::ReachReport> reach(const Source& source, const model::EpisodeId& episode,
                                             const std::vector<std::uint64_t>& audio_bytes) {
    std::vector<std::uint64_t> sums(reach_parts + 1);  // the first one: all listens
    source.database.read([&](soci::session& session) {
        std::uint64_t bytes = 0, listens = 0;
        std::string parts;
        storage::Statement rows(
            session, "select r.audio_bytes, r.listens, r.parts from reach r join episodes n on n.number = r.episode where n.id = :episode");
        rows.bind("episode", episode.value).into(bytes).into(listens).into(parts);
        while (rows.next()) {
            if (std::ranges::find(audio_bytes, bytes) == audio_bytes.end()) continue;
            sums.front() += listens;
            each_count(parts, [&](std::uint32_t part, std::int64_t count) { sums.at(part + 1) += static_cast<std::uint64_t>(count); });
        }
    });
    for (auto& sum : sums) sum = source.in_steps(sum);
    if (sums.front() == 0) return std::nullopt;
    return Statistics::ReachReport{sums.front(), {sums.begin() + 1, sums.end()}};
}

}  // namespace earshot::analytics::reports
