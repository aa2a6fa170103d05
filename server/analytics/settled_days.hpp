#pragma once
// What episodes' days came to, once nothing changes them any more: kept in memory as it was read, so that a year of all shows is not read
// again for every page. It hides nothing and rounds nothing: what goes in is what came from the database. Thread-safe.

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "content/model/ids.hpp"
#include "server/analytics/day.hpp"

namespace earshot::analytics::reports {

// Row by row: an episode, figures of each day of a period.
using DayTotals = std::vector<std::vector<std::uint64_t>>;

class SettledDays {
public:
    static constexpr std::size_t most_kinds = 8;  // of figures; of more those nobody asked for longest are forgotten
    static constexpr Day most_gap = 366;          // read only to fill what lies between two answers; else the earlier one is forgotten
    static constexpr Day most_days = 10 * 366;    // of an episode; when days further apart are asked for, the earlier answer is forgotten

    // What a reader may take from memory: begun before its state of the database is, so that nothing read before a change stays.
    struct View {
        std::shared_ptr<SettledDays> memory;  // null: everything is read
        Day before{};                         // days before that are settled
        std::uint64_t version{};
    };
    [[nodiscard]] static View begin(const std::shared_ptr<SettledDays>& memory, Day before);

    // After figures of days from `oldest` on were changed in the database.
    void changed(Day oldest);

    // Figures of [first, last]; `kind` tells one sort from the other. `read` is asked for what is not in memory.
    using Read = std::function<DayTotals(const std::vector<model::EpisodeId>& episodes, Day first, Day last)>;
    [[nodiscard]] static DayTotals of(const View& view, const std::string& kind, const std::vector<model::EpisodeId>& episodes, Day first,
                                      Day last, const Read& read);

private:
    struct Row {
        Day first{};
        std::vector<std::uint32_t> counts;
        [[nodiscard]] Day past() const { return first + static_cast<Day>(counts.size()); }
        [[nodiscard]] bool has(Day from, Day to) const { return !counts.empty() && first <= from && to < past(); }
    };
    using RowPtr = std::shared_ptr<const Row>;
    using Rows = std::unordered_map<std::string, RowPtr>;  // by episode
    struct Kind {
        std::string name;
        Rows rows;
    };
    std::vector<RowPtr> known(const View& view, const std::string& kind, const std::vector<model::EpisodeId>& episodes);
    void learn(const View& view, const std::string& kind, const std::vector<model::EpisodeId>& episodes, const std::vector<RowPtr>& rows);
    Rows& rows_of(const std::string& kind);
    static RowPtr joined(const RowPtr& known, Day first, const std::vector<std::uint64_t>& counts);

    std::mutex mutex_;
    std::list<Kind> kinds_;  // the last one asked for comes first
    Day watched_{};          // changes before it matter to somebody
    std::uint64_t version_{};
};

}  // namespace earshot::analytics::reports
