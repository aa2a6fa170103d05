#include "server/analytics/episode_days.hpp"

#include <boost/json.hpp>

namespace earshot::analytics::reports {

std::string list_of(const std::vector<model::EpisodeId>& episodes) {
    boost::json::array list;
    list.reserve(episodes.size());
    for (const auto& episode : episodes) list.emplace_back(episode.value);
    return boost::json::serialize(list);
}

DayTotals day_totals(soci::session& session, const std::vector<model::EpisodeId>& episodes, Period period) {
    DayTotals result(episodes.size(), std::vector<std::uint64_t>(static_cast<std::size_t>(period.last - period.first + 1)));
    std::size_t episode = 0, day = 0;
    std::uint64_t count = 0;
    storage::Statement rows(session,
                            "select e.key, (d.hour - :from) / 86400000, d.downloads from json_each(:episodes) e cross join downloads d "
                            "where d.episode = e.value and d.dimension = 'day' and d.hour >= :first and d.hour < :past");
    rows.bind("from", milliseconds(period.first * 24)).bind("episodes", list_of(episodes));
    rows.bind("first", milliseconds(period.first * 24)).bind("past", milliseconds((period.last + 1) * 24));
    rows.into(episode).into(day).into(count);
    while (rows.next()) result.at(episode).at(day) = count;
    return result;
}

}  // namespace earshot::analytics::reports
