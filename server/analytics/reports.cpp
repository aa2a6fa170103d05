#include "server/analytics/reports.hpp"

#include <algorithm>
#include <tuple>

#include "server/analytics/dimensions.hpp"
#include "server/analytics/episode_days.hpp"
#include "server/analytics/shown_parts.hpp"

namespace earshot::analytics::reports {

namespace {

using Figure = Statistics::Figure;
using Totals = std::vector<std::uint64_t>;

std::vector<std::string> days_of(Period period) {
    std::vector<std::string> result;
    for (auto day = period.first; day <= period.last; ++day) result.push_back(format_day(day));
    return result;
}

Statistics::EpisodeReport one_episode(const Source& source, const Totals& totals, const model::EpisodeId& episode, Period period,
                                      const std::vector<std::string>& names) {
    Statistics::EpisodeReport report{.episode = episode};
    report.days.reserve(names.size());
    std::uint64_t sum = 0;
    for (auto day = period.first; day <= period.last; ++day) {
        const auto at = static_cast<std::size_t>(day - period.first);
        const auto count = totals[at];
        const bool hide = source.few(day, count);
        const auto shown = source.rounded(day, count);
        report.days.push_back({names[at], Figure{hide ? std::nullopt : std::optional(shown)}});
        report.total_is_partial |= hide;
        if (!hide) sum += shown;
    }
    report.total.value = sum == 0 && report.total_is_partial ? std::nullopt : std::optional(sum);
    return report;
}

std::vector<Statistics::EpisodeReport> of_one_value(const Source& source, soci::session& session, const Statistics::Query& query,
                                                    Period period) {
    const auto names = days_of(period);
    std::vector<Statistics::EpisodeReport> reports;
    for (const auto& totals : totals_of_value(source, session, query, period)) {
        auto& report = reports.emplace_back(Statistics::EpisodeReport{.episode = query.episodes[reports.size()], .total_is_partial = true});
        for (std::size_t day = 0; day < totals.size(); ++day) {
            report.days.push_back({names[day], Figure{totals[day]}});
            *report.total.value += totals[day];
        }
    }
    return reports;
}

}  // namespace

Statistics::Breakdown most_first(const KnownNames::Table& names, const Cells& sums, bool any_hidden) {
    Statistics::Breakdown result;
    std::uint64_t others = 0;
    result.reserve(sums.size());
    for (const auto& cell : sums) {
        if (cell.name == other_name)
            others += cell.count;
        else if (cell.count > 0)
            result.emplace_back(names[cell.name].value, Figure{cell.count});
    }
    std::ranges::sort(result,
                      [](const auto& a, const auto& b) { return std::tie(*b.second.value, a.first) < std::tie(*a.second.value, b.first); });
    if (others > 0)
        result.emplace_back(other_values, Figure{others});
    else if (any_hidden)
        result.emplace_back(other_values, Figure{std::nullopt});
    return result;
}

std::vector<Statistics::EpisodeReport> days(const Source& source, const Statistics::Query& query) {
    std::vector<Statistics::EpisodeReport> result;
    const auto period = period_of(query);
    if (period.empty()) return result;
    source.database.read([&](soci::session& session) {
        if (!query.only.dimension.empty()) {
            result = of_one_value(source, session, query, period);
            return;
        }
        const auto totals = day_totals(source, session, query.episodes, period);
        const auto names = days_of(period);
        for (std::size_t i = 0; i < query.episodes.size(); ++i)
            result.push_back(one_episode(source, totals[i], query.episodes[i], period, names));
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
        std::vector<Cells> sums(dimensions.size(), Cells(names->size()));  // by name
        for (auto& cells : sums)
            for (std::uint32_t name = 0; name < cells.size(); ++name) cells[name].name = name;
        const bool any_hidden = each_shown_part(source, session, *names, dimensions, query, period, [&](const ShownParts& shown) {
            for (const auto& cell : shown.cells) sums[shown.dimension][cell.name].count += cell.count;
        });
        for (std::size_t i = 0; i < dimensions.size(); ++i) result[i] = most_first(*names, sums[i], any_hidden);
    });
    return result;
}

}  // namespace earshot::analytics::reports
