#include "server/analytics/cells.hpp"

#include <algorithm>

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
    for (const auto& cell : cells) result += cell.count;
    return result;
}

Cell* find(Cells& cells, std::uint32_t name) {
    const auto found = std::ranges::find(cells, name, &Cell::name);
    return found == cells.end() ? nullptr : &*found;
}

Cells showable(Cells cells, const Source& source, std::uint64_t rest) {
    std::erase_if(cells, [&](const Cell& cell) {
        const bool hidden = cell.count == 0 || source.hides(cell.count);
        if (hidden) rest += cell.count;
        return hidden;
    });
    while (source.hides(rest) && !cells.empty()) {
        const auto smallest = std::ranges::min_element(cells, {}, &Cell::count);
        rest += smallest->count;
        cells.erase(smallest);
    }
    return cells;
}

Cells stepped(Cells cells, std::uint64_t total, const Source& source) {
    for (auto& cell : cells) cell.count = source.in_steps(cell.count);
    const auto known = sum(cells);
    const auto greatest = std::ranges::max_element(cells, {}, &Cell::count);
    if (known > 0 && source.hides(total - std::min(total, known)))
        greatest->count -= std::min<std::uint64_t>(greatest->count, source.suppress_below);
    return cells;
}

Cells folded(Cells named, std::uint64_t total, const Source& source) {
    std::erase_if(named, [](const Cell& cell) { return cell.name == other_name; });
    const auto rest = total - std::min(total, sum(named));
    auto shown = showable(std::move(named), source, rest);
    if (const auto known = sum(shown); known < total) shown.push_back({other_name, total - known});
    return shown;
}

}  // namespace earshot::analytics::reports
