#include "server/analytics/reports.hpp"

#include <algorithm>

#include "server/analytics/dimensions.hpp"
#include "server/analytics/episode_days.hpp"
#include "server/analytics/shown_parts.hpp"

namespace earshot::analytics::reports {

namespace {

using Figure = Statistics::Figure;
using Totals = std::vector<std::uint64_t>;

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

// Hidden and none look alike: beside the other values it must not tell who was there.
std::vector<Statistics::EpisodeReport> of_one_value(const Source& source, soci::session& session, const Statistics::Query& query,
                                                    Period period) {
    std::vector<Statistics::EpisodeReport> reports;
    for (const auto& episode : query.episodes) {
        auto& report = reports.emplace_back(Statistics::EpisodeReport{.episode = episode, .total_is_partial = true});
        for (auto day = period.first; day <= period.last; ++day) report.days.push_back({format_day(day), Figure{0}});
    }
    const auto names = source.names->of(session);
    each_shown_part(source, session, *names, {query.only.dimension}, query, period, [&](const ShownParts& shown) {
        for (const auto& cell : shown.cells) {
            if (names->at(cell.name).value != query.only.value) continue;
            auto& report = reports[shown.episode];
            *report.days[static_cast<std::size_t>(shown.day - period.first)].downloads.value += cell.count;
            *report.total.value += cell.count;
        }
    });
    return reports;
}

Statistics::Breakdown most_first(const KnownNames::Table& names, const std::vector<std::uint64_t>& sums, bool any_hidden) {
    Statistics::Breakdown result;
    for (std::size_t name = 1; name < sums.size(); ++name) {
        if (sums[name] > 0) result.emplace_back(names[name].value, Figure{sums[name]});
    }
    std::ranges::sort(
        result, [](const auto& a, const auto& b) { return std::pair(*b.second.value, a.first) < std::pair(*a.second.value, b.first); });
    if (sums[other_name] > 0)
        result.emplace_back(other_values, Figure{sums[other_name]});
    else if (any_hidden)
        result.emplace_back(other_values, Figure{std::nullopt});
    return result;
}

}  // namespace

std::vector<Statistics::EpisodeReport> days(const Source& source, const Statistics::Query& query) {
    std::vector<Statistics::EpisodeReport> result;
    const auto period = period_of(query);
    if (period.empty()) return result;
    source.database.read([&](soci::session& session) {
        if (!query.only.dimension.empty()) {
            result = of_one_value(source, session, query, period);
            return;
        }
        const auto totals = day_totals(session, query.episodes, period);
        for (std::size_t i = 0; i < query.episodes.size(); ++i) result.push_back(one_episode(source, totals[i], query.episodes[i], period));
    });
    return result;
}

std::vector<Statistics::Breakdown> breakdowns(const Source& source, const std::vector<std::string_view>& dimensions,
                                              const Statistics::Query& query) {
    std::vector<Statistics::Breakdown> result(dimensions.size());
    const auto period = period_of(query);
    if (period.empty()) return result;
    source.database.read([&](soci::session& session) {
        const auto names = source.names->of(session);
        std::vector<std::vector<std::uint64_t>> sums(dimensions.size(), std::vector<std::uint64_t>(names->size()));
        const bool any_hidden = each_shown_part(source, session, *names, dimensions, query, period, [&](const ShownParts& shown) {
            for (const auto& cell : shown.cells) sums[shown.dimension][cell.name] += cell.count;
        });
        for (std::size_t i = 0; i < dimensions.size(); ++i) result[i] = most_first(*names, sums[i], any_hidden);
    });
    return result;
}

}  // namespace earshot::analytics::reports
