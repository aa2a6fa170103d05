#include "server/analytics/cells.hpp"

#include <algorithm>

#include "server/analytics/dimensions.hpp"

namespace earshot::analytics::reports {

namespace {

constexpr Day most_days = 366;

}  // namespace

Period period_of(const Statistics::Query& query) {
    const auto first = parse_day(query.first_day);
    const auto last = parse_day(query.last_day);
    if (!first || !last) return {};
    return {std::max(*first, *last - most_days + 1), *last};
}

std::uint64_t sum(const Cells& cells) {
    std::uint64_t result = 0;
    for (const auto& [name, count] : cells) result += count;
    return result;
}

DayCells read_cells(soci::session& session, const char* sql, const std::string& episode, Period period,
                    std::optional<std::string_view> dimension) {
    DayCells result;
    Day day = 0;
    std::string name;
    std::uint64_t count = 0;
    storage::Statement query(session, sql);
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

Cells showable(const Cells& cells, const Source& source, std::uint64_t rest) {
    Cells shown;
    for (const auto& [name, count] : cells) {
        if (source.hides(count))
            rest += count;
        else if (count > 0)
            shown[name] = count;
    }
    while (source.hides(rest) && !shown.empty()) {
        const auto smallest = std::ranges::min_element(shown, {}, [](const auto& cell) { return cell.second; });
        rest += smallest->second;
        shown.erase(smallest);
    }
    return shown;
}

Cells stepped(const Cells& cells, std::uint64_t total, const Source& source) {
    Cells shown;
    for (const auto& [name, count] : cells) shown[name] = source.in_steps(count);
    const auto known = sum(shown);
    const auto greatest = std::ranges::max_element(shown, {}, [](const auto& cell) { return cell.second; });
    if (known > 0 && source.hides(total - std::min(total, known)))
        greatest->second -= std::min<std::uint64_t>(greatest->second, source.suppress_below);
    return shown;
}

Cells folded(Cells named, std::uint64_t total, const Source& source) {
    named.erase(std::string(other_values));
    auto shown = showable(named, source, total - std::min(total, sum(named)));
    if (const auto known = sum(shown); known < total) shown[std::string(other_values)] = total - known;
    return shown;
}

}  // namespace earshot::analytics::reports
