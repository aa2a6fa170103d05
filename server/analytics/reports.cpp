#include "server/analytics/reports.hpp"

#include <algorithm>
#include <ranges>

#include "server/analytics/dimensions.hpp"
#include "server/analytics/episode_days.hpp"
#include "server/analytics/recognition.hpp"

namespace earshot::analytics::reports {

namespace {

using Figure = Statistics::Figure;

DayCells by_dimension(soci::session& session, std::string_view dimension, const std::string& episode, Period period) {
    return read_cells(
        session,
        "select hour / 86400000, value, cast(sum(downloads) as bigint) from downloads "
        "where episode = :episode and dimension = :dimension and hour >= :first and hour < :past group by hour / 86400000, value",
        episode, period, dimension);
}

using Totals = std::vector<std::uint64_t>;

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

Statistics::EpisodeReport one_episode(const Source& source, const Totals& totals, const model::EpisodeId& episode, Period period) {
    Statistics::EpisodeReport report{.episode = episode};
    std::uint64_t sum = 0;
    for (auto day = period.first; day <= period.last; ++day) {
        const auto count = totals[static_cast<std::size_t>(day - period.first)];
        const bool hide = source.few(day, count);
        const auto shown = source.rounded(day, count);
        report.days.push_back({format_day(day), Figure{hide ? std::nullopt : std::optional(shown)}});
        report.total_is_partial |= hide;
        if (!hide) sum += shown;
    }
    report.total.value = sum == 0 && report.total_is_partial ? std::nullopt : std::optional(sum);
    return report;
}

// What a breakdown shows of each closed day, by value; of days whose total is hidden nothing.
DayCells shown_cells(const Source& source, soci::session& session, std::string_view dimension, const std::string& episode,
                     const Totals& totals, Period period) {
    auto named = by_dimension(session, dimension, episode, period);
    auto kinds = dimension == "site" ? by_dimension(session, "kind", episode, period) : DayCells();
    DayCells result;
    for (auto day = period.first; day <= period.last; ++day) {
        const auto total = totals[static_cast<std::size_t>(day - period.first)];
        if (total == 0 || source.runs(day) || source.hides(total)) continue;
        result[day] = dimension == "site" ? folded_sites(std::move(named[day]), total, kinds[day]["browser"], source)
                                          : folded(std::move(named[day]), total, source);
    }
    return result;
}

bool hides_any(const Source& source, const Totals& totals, Period period) {
    for (auto day = period.first; day <= period.last; ++day) {
        if (!source.runs(day) && source.hides(totals[static_cast<std::size_t>(day - period.first)])) return true;
    }
    return false;
}

// Hidden and none look alike: beside the other values it must not tell who was there.
Statistics::EpisodeReport one_value(const DayCells& cells, const std::string& value, const model::EpisodeId& episode, Period period) {
    Statistics::EpisodeReport report{.episode = episode, .total_is_partial = true};
    for (auto day = period.first; day <= period.last; ++day) {
        const auto found = cells.find(day);
        const auto count = found == cells.end() || !found->second.contains(value) ? 0 : found->second.at(value);
        report.days.push_back({format_day(day), Figure{count}});
        *report.total.value += count;
    }
    return report;
}

}  // namespace

std::vector<Statistics::EpisodeReport> days(const Source& source, const Statistics::Query& query) {
    std::vector<Statistics::EpisodeReport> result;
    const auto period = period_of(query);
    if (period.empty()) return result;
    source.database.read([&](soci::session& session) {
        const auto totals = day_totals(session, query.episodes, period);
        for (std::size_t i = 0; i < query.episodes.size(); ++i) {
            const auto& episode = query.episodes[i];
            if (query.only.dimension.empty()) {
                result.push_back(one_episode(source, totals[i], episode, period));
            } else {
                const auto cells = shown_cells(source, session, query.only.dimension, episode.value, totals[i], period);
                result.push_back(one_value(cells, query.only.value, episode, period));
            }
        }
    });
    return result;
}

std::vector<std::pair<std::string, Figure>> breakdown(const Source& source, std::string_view dimension, const Statistics::Query& query) {
    const auto period = period_of(query);
    Cells sums;
    bool any_hidden = false;
    if (!period.empty()) {
        source.database.read([&](soci::session& session) {
            const auto totals = day_totals(session, query.episodes, period);
            for (std::size_t i = 0; i < query.episodes.size(); ++i) {
                for (const auto& [day, cells] : shown_cells(source, session, dimension, query.episodes[i].value, totals[i], period)) {
                    for (const auto& [value, count] : cells) sums[value] += count;
                }
                any_hidden |= hides_any(source, totals[i], period);
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
