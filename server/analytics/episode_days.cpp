#include "server/analytics/episode_days.hpp"

#include <boost/json.hpp>

namespace earshot::analytics::reports {

std::string list_of(const std::vector<model::EpisodeId>& episodes) {
    boost::json::array list;
    list.reserve(episodes.size());
    for (const auto& episode : episodes) list.emplace_back(episode.value);
    return boost::json::serialize(list);
}

namespace {

DayTotals read_totals(soci::session& session, const std::vector<model::EpisodeId>& episodes, Period period) {
    DayTotals result(episodes.size(), std::vector<std::uint64_t>(static_cast<std::size_t>(period.last - period.first + 1)));
    std::size_t episode = 0, day = 0;
    std::uint64_t count = 0;
    storage::Statement rows(session,
                            "select e.key, d.day - :from, d.downloads from json_each(:episodes) e cross join episodes n cross join days d "
                            "where n.id = e.value and d.episode = n.number and d.day >= :first and d.day <= :last");
    rows.bind("from", period.first).bind("episodes", list_of(episodes)).bind("first", period.first).bind("last", period.last);
    rows.into(episode).into(day).into(count);
    while (rows.next()) result.at(episode).at(day) = count;
    return result;
}

}  // namespace

DayTotals day_totals(const Source& source, soci::session& session, const std::vector<model::EpisodeId>& episodes, Period period) {
    return SettledDays::of(
        source.settled, "", episodes, period.first, period.last,
        [&](const std::vector<model::EpisodeId>& wanted, Day first, Day last) { return read_totals(session, wanted, {first, last}); });
}

void each_packed(soci::session& session, const char* sql, const std::string& episodes, Period period,
                 const std::function<void(const PackedRow&)>& what) {
    PackedRow row;
    storage::Statement rows(session, sql);
    rows.bind("episodes", episodes).bind("first", period.first).bind("last", period.last);
    rows.into(row.episode).into(row.at).into(row.downloads).into(row.counts);
    while (rows.next()) what(row);
}

const char* const parts_of_days =
    "select e.key, d.day, d.downloads, d.parts from json_each(:episodes) e cross join episodes n cross join days d "
    "where n.id = e.value and d.episode = n.number and d.day >= :first and d.day <= :last and d.downloads > 0";
const char* const hours_of_days =
    "select e.key, d.day, d.downloads, d.hours from json_each(:episodes) e cross join episodes n cross join days d "
    "where n.id = e.value and d.episode = n.number and d.day >= :first and d.day <= :last";
const char* const requests_of_days =
    "select e.key, d.day, d.downloads, d.requests from json_each(:episodes) e cross join episodes n cross join days d "
    "where n.id = e.value and d.episode = n.number and d.day >= :first and d.day <= :last";
const char* const requests_of_hours =
    "select e.key, h.hour, 0, h.requests from json_each(:episodes) e cross join episodes n cross join hours h "
    "where n.id = e.value and h.episode = n.number and h.hour >= :first * 24 and h.hour < (:last + 1) * 24";

}  // namespace earshot::analytics::reports
