#include "server/analytics/tallies.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "server/analytics/count.hpp"
#include "server/analytics/episode_days.hpp"
#include "server/analytics/packed_counts.hpp"

namespace earshot::analytics::reports {

namespace {

using Tally = Statistics::Tally;

constexpr std::size_t hours_a_day = 24;

// Adds up what is shown and remembers where something is not.
class Adding {
public:
    void add(std::size_t reason, std::uint64_t count) { sums_[reason] += count; }
    void leave_out(std::size_t reason) { is_partial_[reason] = true; }
    void add(const Adding& other) {
        for (std::size_t reason = 0; reason < verdicts; ++reason) {
            sums_[reason] += other.sums_[reason];
            is_partial_[reason] |= other.is_partial_[reason];
        }
    }
    [[nodiscard]] Tally sum() const {
        Tally result;
        std::uint64_t shown = 0;
        for (std::size_t reason = 0; reason < verdicts; ++reason) {
            auto& figure = result.reasons[std::string(to_string(static_cast<Verdict>(reason)))];
            figure.value = sums_[reason];
            shown += sums_[reason];
            if (sums_[reason] == 0 && is_partial_[reason]) figure.value.reset();
            result.is_partial |= is_partial_[reason];
        }
        result.requests.value = shown == 0 && result.is_partial ? std::nullopt : std::optional(shown);
        return result;
    }

private:
    std::array<std::uint64_t, verdicts> sums_{};
    std::array<bool, verdicts> is_partial_{};  // some cells are hidden
};

template <class What>  // what(reason, requests)
void each_reason(const std::string& counts, const KnownNames::Table& names, What what) {
    each_count(counts, [&](std::uint32_t number, std::int64_t count) {
        if (const auto reason = names.at(number).reason; reason < verdicts) what(reason, static_cast<std::uint64_t>(count));
    });
}

using Counted = std::array<std::uint64_t, verdicts>;

void add_day(Adding& episode, Day day, const Counted& counted, const Source& source) {
    for (std::size_t reason = 0; reason < verdicts; ++reason)
        source.few(day, counted[reason]) ? episode.leave_out(reason) : episode.add(reason, source.rounded(day, counted[reason]));
}

std::vector<Adding> by_episode(const Source& source, soci::session& session, const KnownNames::Table& names, const Statistics::Query& query,
                               Period period) {
    std::vector<Adding> episodes(query.episodes.size());
    std::set<std::pair<std::size_t, Day>> running;
    each_packed(session, requests_of_days, list_of(query.episodes), period, [&](const PackedRow& row) {
        Counted counted{};
        each_reason(row.counts, names, [&](std::size_t reason, std::uint64_t count) { counted[reason] = count; });
        add_day(episodes[row.episode], row.at, counted, source);
        if (source.runs(row.at)) running.emplace(row.episode, row.at);
    });
    // Nobody and few look alike while a day runs.
    for (std::size_t episode = 0; episode < episodes.size(); ++episode) {
        for (auto day = std::max(period.first, source.running); day <= period.last; ++day) {
            if (source.runs(day) && !running.contains({episode, day})) add_day(episodes[episode], day, {}, source);
        }
    }
    return episodes;
}

// Hours come in steps, on days that are over as well, and none and few look alike: which hours of a day are hidden, and how many, must
// not bound what is in them.
void add_hours(std::vector<Adding>& hours, std::size_t reason, Day day, const Cells& cells, const Source& source) {
    const auto total = sum(cells);
    if (total == 0 && !source.few(day, total)) return;
    auto shown = stepped(cells, source.runs(day) ? 0 : total, source);
    for (std::uint32_t hour = 0; hour < hours.size(); ++hour) {
        const auto* cell = find(shown, hour);
        const auto count = cell == nullptr ? 0 : cell->count;
        count == 0 && source.suppress_below > 1 ? hours[hour].leave_out(reason) : hours[hour].add(reason, count);
    }
}

std::vector<Adding> by_hour(const Source& source, soci::session& session, const KnownNames::Table& names, const Statistics::Query& query,
                            Day day) {
    std::vector<std::array<Cells, verdicts>> reasons(query.episodes.size());  // of each episode, by hour
    each_packed(session, requests_of_hours, list_of(query.episodes), {day, day}, [&](const PackedRow& row) {
        each_reason(row.counts, names, [&](std::size_t reason, std::uint64_t count) {
            reasons[row.episode][reason].push_back({static_cast<std::uint32_t>(row.at % hours_a_day), count});
        });
    });
    std::vector<Adding> hours(hours_a_day);
    for (const auto& episode : reasons) {
        for (std::size_t reason = 0; reason < verdicts; ++reason) add_hours(hours, reason, day, episode[reason], source);
    }
    return hours;
}

}  // namespace

std::vector<std::optional<Tally>> tallies_by_day(const Source& source, soci::session& session, const KnownNames::Table& names,
                                                 const model::EpisodeId& episode, Period period) {
    std::vector<std::optional<Tally>> days(static_cast<std::size_t>(period.last - period.first + 1));
    const auto put = [&](Day day, const Counted& counted) {
        Adding one;
        add_day(one, day, counted, source);
        days[static_cast<std::size_t>(day - period.first)] = one.sum();
    };
    for (auto day = std::max(period.first, source.running); day <= period.last; ++day)
        if (source.runs(day)) put(day, {});  // nobody and few look alike
    each_packed(session, requests_of_days, list_of({episode}), period, [&](const PackedRow& row) {
        Counted counted{};
        each_reason(row.counts, names, [&](std::size_t reason, std::uint64_t count) { counted[reason] = count; });
        put(row.at, counted);
    });
    return days;
}

Statistics::Tallies tallies(const Source& source, const Statistics::Query& query) {
    std::vector<Adding> episodes(query.episodes.size()), hours;
    const auto period = period_of(query);
    if (!period.empty()) {
        source.database.read([&](soci::session& session) {  // one state for all three: what they add up to must not differ by who just came
            const auto names = source.names->of(session);
            episodes = by_episode(source, session, *names, query, period);
            if (period.first == period.last && period.last >= source.hours_from)
                hours = by_hour(source, session, *names, query, period.last);
        });
    }
    Statistics::Tallies result;
    Adding all;
    for (const auto& one : episodes) {
        all.add(one);
        result.by_episode.push_back(one.sum());
    }
    for (const auto& one : hours) result.by_hour.push_back(one.sum());
    result.all = all.sum();
    return result;
}

}  // namespace earshot::analytics::reports
