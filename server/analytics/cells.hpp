#pragma once
// Cells of statistics.db and which of them may be shown: an episode's day, and within it an hour, a reason or a value of a dimension.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/analytics/day.hpp"
#include "server/analytics/known_names.hpp"
#include "server/analytics/settled_days.hpp"
#include "server/analytics/statistics.hpp"

namespace earshot::analytics::reports {

struct Source {
    storage::Database& database;
    unsigned suppress_below;
    Day running{std::numeric_limits<Day>::max()};  // the first day that is not closed yet
    Day hours_from{};                              // the first day of which requests are known by the hour
    std::shared_ptr<KnownNames> names{std::make_shared<KnownNames>()};
    SettledDays::View settled{};
    [[nodiscard]] bool hides(std::uint64_t count) const { return count > 0 && count < suppress_below; }
    // Whoever asks every second must not see a single listener come: while a day runs, its figures rise in steps and nothing is broken
    // down.
    [[nodiscard]] bool runs(Day day) const { return suppress_below > 1 && day >= running; }
    // Too few to be told. Of a day that runs none are few, too: else the first listener would be seen to come.
    [[nodiscard]] bool few(Day day, std::uint64_t count) const {
        return runs(day) && day <= running + 1 ? count < suppress_below : hides(count);
    }
    [[nodiscard]] std::uint64_t rounded(Day day, std::uint64_t count) const { return runs(day) ? in_steps(count) : count; }
    [[nodiscard]] std::uint64_t in_steps(std::uint64_t count) const { return count - count % std::max(1U, suppress_below); }
};

struct Period {
    Day first{}, last{-1};
    [[nodiscard]] bool empty() const { return last < first; }
};
[[nodiscard]] Period period_of(const Statistics::Query& query);  // empty when it makes no sense; at most 366 days, the last ones

// What a figure is made of, each by a number of its own: a name's, an hour's.
struct Cell {
    std::uint32_t name{};
    std::uint64_t count{};
    bool operator==(const Cell&) const = default;
};
using Cells = std::vector<Cell>;
[[nodiscard]] std::uint64_t sum(const Cells& cells);
[[nodiscard]] Cell* find(Cells& cells, std::uint32_t name);  // null: none

// Of cells whose sum with `rest` may be known: those that can be shown beside it. The small ones are not, and when what is left out with
// `rest` would be small itself, the smallest shown one is left out too (of several the first).
[[nodiscard]] Cells showable(Cells cells, const Source& source, std::uint64_t rest = 0);

// Parts of a total that is shown, rounded down: what is left over is nothing or at least a step, for which the greatest part gives one up.
// So a part may have come to any of the ten numbers from what is shown of it on. Of an unknown total (0) they are rounded down alone.
[[nodiscard]] Cells stepped(Cells cells, std::uint64_t total, const Source& source);

// The parts of a total that is shown. What cannot be shown beside it goes into "other" (other_name); so does what nobody asked for when it
// was counted: a dimension may be younger than the day.
[[nodiscard]] Cells folded(Cells named, std::uint64_t total, const Source& source);

}  // namespace earshot::analytics::reports
