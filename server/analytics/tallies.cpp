#include "server/analytics/tallies.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "server/analytics/count.hpp"

namespace earshot::analytics::reports {

namespace {

using Tally = Statistics::Tally;

// Adds up what is shown and remembers where something is not.
class Adding {
public:
    Adding() {
        for (std::size_t i = 0; i < verdicts; ++i) tally_.reasons[std::string(to_string(static_cast<Verdict>(i)))] = {};
    }
    void add(const std::string& reason, std::uint64_t count) { *tally_.reasons[reason].value += count; }
    void leave_out(const std::string& reason) { partial_.insert(reason); }
    void add(const Adding& other) {
        for (const auto& [reason, figure] : other.tally_.reasons) add(reason, *figure.value);
        partial_.insert(other.partial_.begin(), other.partial_.end());
    }
    [[nodiscard]] Tally sum() const {
        auto result = tally_;
        std::uint64_t shown = 0;
        for (auto& [reason, figure] : result.reasons) {
            shown += *figure.value;
            if (*figure.value == 0 && partial_.contains(reason)) figure.value.reset();
        }
        result.is_partial = !partial_.empty();
        result.requests.value = shown == 0 && result.is_partial ? std::nullopt : std::optional(shown);
        return result;
    }

private:
    Tally tally_;
    std::set<std::string> partial_;  // reasons of which some cells are hidden
};

DayCells by_reason(soci::session& session, const std::string& episode, Period period) {
    return read_cells(
        session, "select day / 86400000, reason, requests from request_days where episode = :episode and day >= :first and day < :past",
        episode, period);
}

// Names are "07 bot".
DayCells by_hour_and_reason(soci::session& session, const std::string& episode, Period period) {
    return read_cells(session,
                      "select hour / 86400000, substr('0' || (hour % 86400000 / 3600000), -2) || ' ' || reason, requests from requests "
                      "where episode = :episode and hour >= :first and hour < :past",
                      episode, period);
}

void add_days(Adding& episode, const DayCells& days, Period period, const Source& source) {
    for (auto day = period.first; day <= period.last; ++day) {
        const auto found = days.find(day);
        if (found == days.end() && !source.runs(day)) continue;
        for (std::size_t i = 0; i < verdicts; ++i) {
            const std::string reason(to_string(static_cast<Verdict>(i)));
            const auto count = found == days.end() || !found->second.contains(reason) ? 0 : found->second.at(reason);
            source.few(day, count) ? episode.leave_out(reason) : episode.add(reason, source.rounded(day, count));
        }
    }
}

// Hours come in steps, on days that are over as well, and none and few look alike: which hours of a day are hidden, and how many, must
// not bound what is in them.
void add_hours(std::vector<Adding>& hours, Day day, const Cells& cells_of_day, const Source& source) {
    std::map<std::string, Cells> reasons;  // → hour → requests
    for (std::size_t i = 0; i < verdicts; ++i) reasons[std::string(to_string(static_cast<Verdict>(i)))];
    for (const auto& [name, count] : cells_of_day) reasons[name.substr(3)][name.substr(0, 2)] = count;
    for (const auto& [reason, cells] : reasons) {
        const auto total = sum(cells);
        if (total == 0 && !source.few(day, total)) continue;
        auto shown = stepped(cells, source.runs(day) ? 0 : total, source);
        for (std::size_t hour = 0; hour < hours.size(); ++hour) {
            const auto count = shown[fmt::format("{:02}", hour)];
            count == 0 && source.suppress_below > 1 ? hours[hour].leave_out(reason) : hours[hour].add(reason, count);
        }
    }
}

}  // namespace

Statistics::Tallies tallies(const Source& source, const Statistics::Query& query) {
    std::vector<Adding> episodes(query.episodes.size()), hours(24);
    const auto period = period_of(query);
    if (!period.empty()) {
        source.database.read([&](soci::session& session) {  // one state for all three: what they add up to must not differ by who just came
            for (std::size_t i = 0; i < query.episodes.size(); ++i) {
                const auto& episode = query.episodes[i].value;
                add_days(episodes[i], by_reason(session, episode, period), period, source);
                add_hours(hours, period.last, by_hour_and_reason(session, episode, {period.last, period.last})[period.last], source);
            }
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
