#include "server/analytics/reports.hpp"

#include <algorithm>
#include <ranges>

#include "server/analytics/dimensions.hpp"
#include "server/analytics/recognition.hpp"

namespace earshot::analytics::reports {

namespace {

using Figure = Statistics::Figure;

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

std::uint64_t total_of(const DayCells& cells, Day day) {
    const auto found = cells.find(day);
    return found == cells.end() || found->second.empty() ? 0 : found->second.begin()->second;
}

std::uint64_t sum(const Cells& cells) {
    std::uint64_t result = 0;
    for (const auto& [name, count] : cells) result += count;
    return result;
}

// What cannot be shown beside the day's total goes into "other"; so does what nobody asked for when it was counted: a dimension may be
// younger than the day.
Cells folded(Cells named, std::uint64_t total, const Source& source) {
    named.erase(std::string(other_values));
    auto shown = showable(named, source, total - std::min(total, sum(named)));
    if (const auto known = sum(shown); known < total) shown[std::string(other_values)] = total - known;
    return shown;
}

// Only browsers say a site, and which apps are browsers is no secret. So beside these the sites must not tell how few browsers are on none
// of those that are shown, nor how few say none.
Cells folded_sites(Cells named, std::uint64_t total, std::uint64_t browsers, const Source& source) {
    const std::string none(no_site);
    const auto on_sites = sum(named) - (named.contains(none) ? named[none] : 0);
    if (source.hides(browsers - std::min(browsers, on_sites))) named.erase(none);
    auto shown = folded(std::move(named), total, source);
    const auto is_site = [&](const auto& cell) { return cell.first != none && cell.first != other_values; };
    while (true) {
        auto sites = shown | std::views::filter(is_site);
        auto elsewhere = browsers;
        for (const auto& [site, count] : sites) elsewhere -= std::min(elsewhere, count);
        if (!source.hides(elsewhere) || sites.empty()) return shown;
        const auto smallest = *std::ranges::min_element(sites, {}, [](const auto& cell) { return cell.second; });
        shown.erase(smallest.first);
        shown[std::string(other_values)] += smallest.second;
    }
}

Statistics::EpisodeReport one_episode(const Source& source, const DayCells& cells, const model::EpisodeId& episode, Period period) {
    Statistics::EpisodeReport report{.episode = episode};
    std::uint64_t sum = 0;
    for (auto day = period.first; day <= period.last; ++day) {
        const auto count = total_of(cells, day);
        const bool hide = source.few(day, count);
        const auto shown = source.rounded(day, count);
        report.days.push_back({format_day(day), Figure{hide ? std::nullopt : std::optional(shown)}});
        report.total_is_partial |= hide;
        if (!hide) sum += shown;
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

std::vector<std::pair<std::string, Figure>> breakdown(const Source& source, std::string_view dimension, const Statistics::Query& query) {
    const auto period = period_of(query);
    Cells sums;
    bool any_hidden = false;
    if (!period.empty()) {
        source.database.read([&](soci::session& session) {
            for (const auto& episode : query.episodes) {
                const auto all = totals(session, episode.value, period);
                auto named = by_dimension(session, dimension, episode.value, period);
                auto kinds = dimension == "site" ? by_dimension(session, "kind", episode.value, period) : DayCells();
                for (const auto& [day, cells] : all) {
                    if (source.runs(day)) continue;
                    const auto total = total_of(all, day);
                    const bool hide = source.hides(total);
                    any_hidden |= hide;
                    if (hide) continue;
                    const auto shown = dimension == "site" ? folded_sites(std::move(named[day]), total, kinds[day]["browser"], source)
                                                           : folded(std::move(named[day]), total, source);
                    for (const auto& [value, count] : shown) sums[value] += count;
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
