#include <optional>
#include <utility>

#include "server/analytics/episode_days.hpp"
#include "server/analytics/reports.hpp"
#include "server/analytics/shown_parts.hpp"
#include "server/analytics/tallies.hpp"

namespace earshot::analytics::reports {

std::vector<Statistics::DayDetails> details(const Source& source, const Statistics::Query& query,
                                            const std::vector<std::string_view>& dimensions) {
    std::vector<Statistics::DayDetails> result;
    const auto period = period_of(query);
    if (period.empty()) return result;
    source.database.read([&](soci::session& session) {
        const auto names = source.names->of(session);
        auto tallies = tallies_by_day(source, session, *names, query.episodes.front(), period);
        std::vector<std::vector<Statistics::Breakdown>> parts(tallies.size(), std::vector<Statistics::Breakdown>(dimensions.size()));
        each_shown_part(source, session, *names, dimensions, query, period, [&](const ShownParts& shown) {
            parts[static_cast<std::size_t>(shown.day - period.first)][shown.dimension] = most_first(*names, shown.cells, false);
        });
        const auto totals = day_totals(source, session, query.episodes, period).front();
        for (std::size_t at = 0; at < tallies.size(); ++at) {
            const auto day = period.first + static_cast<Day>(at);
            if (!tallies[at]) continue;
            const auto downloads = source.few(day, totals[at]) ? std::nullopt : std::optional(source.rounded(day, totals[at]));
            result.push_back({format_day(day), {downloads}, std::move(*tallies[at]), std::move(parts[at])});
        }
    });
    return result;
}

}  // namespace earshot::analytics::reports
