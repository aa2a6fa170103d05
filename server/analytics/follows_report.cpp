#include "server/analytics/follows_report.hpp"

#include <algorithm>

#include "server/analytics/dimensions.hpp"

namespace earshot::analytics::reports {

namespace {

struct DayParts {
    std::uint64_t total{};
    Cells episodes, places;
};
using LinkDays = std::map<std::string, std::map<Day, DayParts>>;

void read(soci::session& session, const std::string& show, Period period, LinkDays& links) {
    std::string link, episode, place;
    Day day = 0;
    std::uint64_t count = 0;
    storage::Statement rows(session,
                            "select link, hour / 86400000, episode, place, cast(sum(follows) as bigint) from follows "
                            "where show = :show and hour >= :first and hour < :past group by link, hour / 86400000, episode, place");
    rows.bind("show", show).bind("first", milliseconds(period.first * 24)).bind("past", milliseconds((period.last + 1) * 24));
    rows.into(link).into(day).into(episode).into(place).into(count);
    while (rows.next()) {
        auto& parts = links[link][day];
        parts.total += count;
        parts.episodes[episode] += count;
        parts.places[place] += count;
    }
}

void add_folded(Cells& sums, const Cells& parts, std::uint64_t total, const Source& source) {
    for (const auto& [name, count] : folded(parts, total, source)) sums[name] += count;
}

Statistics::Breakdown most_first(const Cells& sums) {
    Statistics::Breakdown result;
    for (const auto& [name, count] : sums) {
        if (name != other_values) result.emplace_back(name, Statistics::Figure{count});
    }
    std::ranges::sort(result, {}, [](const auto& row) { return std::pair(-static_cast<std::int64_t>(*row.second.value), row.first); });
    if (const auto rest = sums.find(std::string(other_values)); rest != sums.end())
        result.emplace_back(rest->first, Statistics::Figure{rest->second});
    return result;
}

Follows::Link one_link(const Source& source, const std::string& link, const std::map<Day, DayParts>& days, Period period) {
    Follows::Link result{.link = link};
    Cells episodes, places;
    std::uint64_t sum = 0;
    for (auto day = period.first; day <= period.last; ++day) {
        const auto found = days.find(day);
        const std::uint64_t count = found == days.end() ? 0 : found->second.total;
        const bool hide = source.few(day, count);
        const auto shown = source.rounded(day, count);
        result.days.push_back({format_day(day), {hide ? std::nullopt : std::optional(shown)}});
        result.total_is_partial |= hide;
        if (hide || count == 0) continue;
        sum += shown;
        if (source.runs(day)) continue;
        add_folded(episodes, found->second.episodes, count, source);
        add_folded(places, found->second.places, count, source);
    }
    result.total.value = sum == 0 && result.total_is_partial ? std::nullopt : std::optional(sum);
    result.episodes = most_first(episodes);
    result.places = most_first(places);
    return result;
}

}  // namespace

std::vector<Follows::Link> follows(const Source& source, const std::string& show, const std::vector<std::string>& always, Period period) {
    std::vector<Follows::Link> result;
    if (period.empty()) return result;
    LinkDays links;
    for (const auto& link : always) links[link];
    source.database.read([&](soci::session& session) { read(session, show, period, links); });
    for (const auto& [link, days] : links) result.push_back(one_link(source, link, days, period));
    std::ranges::sort(result, {},
                      [](const auto& link) { return std::pair(-static_cast<std::int64_t>(link.total.value.value_or(0)), link.link); });
    return result;
}

}  // namespace earshot::analytics::reports
