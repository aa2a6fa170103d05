#pragma once
// What the database does not know yet: hourly sums, added to it in one transaction together with how far the journals are in them.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "content/storage/database.hpp"
#include "server/analytics/hour_cells.hpp"
#include "server/analytics/reach.hpp"
#include "server/analytics/windows.hpp"

namespace earshot::analytics {

struct JournalPosition {
    std::string journal, day;
    std::uint64_t position{};
    bool in_reach{};  // its day is closed, and part of the sums of reach
};

class Sums {
public:
    explicit Sums(const Terms& terms) : terms_(terms) {}
    void add(const Step& step);
    // What a record of that context came to; bytes are not in it.
    void add(std::uint32_t episode, std::uint32_t context, Hour hour, const Outcome& outcome);
    void add(const Reach& reach);
    [[nodiscard]] HourCells& cells() noexcept { return cells_; }
    [[nodiscard]] bool empty() const noexcept { return downloads_.empty() && cells_.empty() && reach_.empty(); }
    // All or nothing; afterwards empty. Returns the first of the days whose figures it changed. Throws what the database throws, and then
    // nothing is lost.
    std::optional<Day> commit(storage::Database& database, const std::vector<JournalPosition>& positions);

private:
    const Terms& terms_;
    HourCells cells_;
    std::unordered_map<std::uint64_t, std::int64_t> downloads_;  // by context and hour
    Reach reach_;
};

void save_positions(soci::session& session, const std::vector<JournalPosition>& positions);
[[nodiscard]] std::map<std::string, JournalPosition> journal_positions(storage::Database& database);  // by journal
void forget_journals(storage::Database& database, const std::vector<std::string>& journals);          // after their files are gone

}  // namespace earshot::analytics
