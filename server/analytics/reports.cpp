#include "server/analytics/reports.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "content/storage/statement.hpp"
#include "server/analytics/count.hpp"
#include "server/analytics/day.hpp"
#include "server/analytics/dimensions.hpp"

namespace earshot::analytics::reports {

namespace {

using storage::Statement;
using Figure = Statistics::Figure;
using Cells = std::map<std::string, std::uint64_t>;
using DayCells = std::map<Day, Cells>;

constexpr Day most_days = 366;

struct Period {
    Day first{}, last{-1};
    [[nodiscard]] bool empty() const { return last < first; }
};

Period period_of(const Statistics::Query& query) {
    const auto first = parse_day(query.first_day);
    const auto last = parse_day(query.last_day);
    if (!first || !last) return {};
    return {std::max(*first, *last - most_days + 1), *last};
}

bool hidden(std::uint64_t count, const Source& source) {
    return count > 0 && count < source.suppress_below;
}

// An episode's cells by day: columns day, name, count.
DayCells read_cells(soci::session& session, const char* sql, const std::string& episode, Period period,
                    std::optional<std::string_view> dimension = {}) {
    DayCells result;
    Day day = 0;
    std::string name;
    std::uint64_t count = 0;
    Statement query(session, sql);
    query.bind("episode", episode)
        .bind("first", milliseconds(period.first * 24))
        .bind("past", milliseconds((period.last + 1) * 24))
        .into(day)
        .into(name)
        .into(count);
    if (dimension) query.bind("dimension", std::string(*dimension));
    while (query.next()) result[day][name] = count;
    return result;
}

DayCells totals(soci::session& session, const std::string& episode, Period period) {
    return read_cells(session,
                      "select hour / 86400000, value, cast(sum(downloads) as bigint) from downloads "
                      "where episode = :episode and dimension = 'all' and hour >= :first and hour < :past group by hour / 86400000, value",
                      episode, period);
}

DayCells by_dimension(soci::session& session, std::string_view dimension, const std::string& episode, Period period) {
    return read_cells(
        session,
        "select hour / 86400000, value, cast(sum(downloads) as bigint) from downloads "
        "where episode = :episode and dimension = :dimension and hour >= :first and hour < :past group by hour / 86400000, value",
        episode, period, dimension);
}

DayCells by_reason(soci::session& session, const std::string& episode, Period period) {
    return read_cells(session,
                      "select hour / 86400000, reason, cast(sum(requests) as bigint) from requests "
                      "where episode = :episode and hour >= :first and hour < :past group by hour / 86400000, reason",
                      episode, period);
}

std::uint64_t total_of(const DayCells& cells, Day day) {
    const auto found = cells.find(day);
    return found == cells.end() || found->second.empty() ? 0 : found->second.begin()->second;
}

// Small cells go into "other"; when that is small itself, the smallest shown one goes with them. What is left can all be shown.
Cells folded(const Cells& cells, const Source& source) {
    Cells shown;
    std::uint64_t rest = 0;
    for (const auto& [value, count] : cells) {
        if (value == other_values || hidden(count, source))
            rest += count;
        else if (count > 0)
            shown[value] = count;
    }
    while (hidden(rest, source) && !shown.empty()) {
        const auto smallest = std::ranges::min_element(shown, {}, [](const auto& cell) { return cell.second; });
        rest += smallest->second;
        shown.erase(smallest);
    }
    if (rest > 0) shown[std::string(other_values)] = rest;
    return shown;
}

Statistics::EpisodeReport one_episode(const Source& source, const DayCells& cells, const model::EpisodeId& episode, Period period) {
    Statistics::EpisodeReport report{.episode = episode};
    std::uint64_t sum = 0;
    for (auto day = period.first; day <= period.last; ++day) {
        const auto count = total_of(cells, day);
        const bool hide = hidden(count, source);
        report.days.push_back({format_day(day), Figure{hide ? std::nullopt : std::optional(count)}});
        report.total_is_partial |= hide;
        if (!hide) sum += count;
    }
    report.total.value = sum == 0 && report.total_is_partial ? std::nullopt : std::optional(sum);
    return report;
}

}  // namespace

std::vector<Statistics::EpisodeReport> days(const Source& source, const Statistics::Query& query) {
    std::vector<Statistics::EpisodeReport> result;
    const auto period = period_of(query);
    if (period.empty()) return result;
    source.database.read([&](soci::session& session) {
        for (const auto& episode : query.episodes)
            result.push_back(one_episode(source, totals(session, episode.value, period), episode, period));
    });
    return result;
}

Statistics::Tally tally(const Source& source, const Statistics::Query& query) {
    Statistics::Tally result;
    for (std::size_t i = 0; i < verdicts; ++i) result.reasons[std::string(to_string(static_cast<Verdict>(i)))] = {};
    const auto period = period_of(query);
    if (period.empty()) return result;
    std::map<std::string, bool> partial;
    source.database.read([&](soci::session& session) {
        for (const auto& episode : query.episodes) {
            for (const auto& [day, cells] : by_reason(session, episode.value, period)) {
                for (const auto& [reason, count] : cells) {
                    if (hidden(count, source))
                        partial[reason] = true;
                    else
                        *result.reasons[reason].value += count;
                }
            }
        }
    });
    std::uint64_t shown = 0;
    for (auto& [reason, figure] : result.reasons) {
        shown += *figure.value;
        if (!partial[reason]) continue;
        result.is_partial = true;
        if (*figure.value == 0) figure.value.reset();
    }
    result.requests.value = shown == 0 && result.is_partial ? std::nullopt : std::optional(shown);
    return result;
}

std::vector<std::pair<std::string, Figure>> breakdown(const Source& source, std::string_view dimension, const Statistics::Query& query) {
    const auto period = period_of(query);
    Cells sums;
    bool any_hidden = false;
    if (!period.empty()) {
        source.database.read([&](soci::session& session) {
            for (const auto& episode : query.episodes) {
                const auto all = totals(session, episode.value, period);
                for (const auto& [day, cells] : by_dimension(session, dimension, episode.value, period)) {
                    const bool hide = hidden(total_of(all, day), source);
                    any_hidden |= hide;
                    if (hide) continue;
                    for (const auto& [value, count] : folded(cells, source)) sums[value] += count;
                }
            }
        });
    }
    std::vector<std::pair<std::string, Figure>> result;
    for (const auto& [value, count] : sums) {
        if (value != other_values) result.emplace_back(value, Figure{count});
    }
    std::ranges::sort(
        result, [](const auto& a, const auto& b) { return std::pair(*b.second.value, a.first) < std::pair(*a.second.value, b.first); });
    const auto rest = sums.find(std::string(other_values));
    if (rest != sums.end())
        result.emplace_back(other_values, Figure{rest->second});
    else if (any_hidden)
        result.emplace_back(other_values, Figure{std::nullopt});
    return result;
}

}  // namespace earshot::analytics::reports
