#pragma once
// What the database does not know yet: hourly sums, added to it in one transaction together with how far the journals are in them.

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "content/storage/database.hpp"
#include "server/analytics/windows.hpp"

namespace earshot::analytics {

struct JournalPosition {
    std::string journal, day;
    std::uint64_t position{};
};

class Sums {
public:
    void add(const Record& record, const Outcome& outcome);
    [[nodiscard]] bool empty() const noexcept { return downloads_.empty() && requests_.empty() && bytes_.empty(); }
    // All or nothing; afterwards empty. Throws what the database throws, and then nothing is lost.
    void commit(storage::Database& database, const std::vector<JournalPosition>& positions);

private:
    std::map<std::tuple<std::string, std::string, Hour, std::string>, std::int64_t> downloads_;  // episode, dimension, hour, value
    std::map<std::tuple<std::string, Hour, Verdict>, std::int64_t> requests_;
    std::map<std::tuple<std::string, Hour>, std::uint64_t> bytes_;
};

[[nodiscard]] std::map<std::string, std::uint64_t> journal_positions(storage::Database& database);
void forget_journals(storage::Database& database, const std::vector<std::string>& journals);  // after their files are gone

}  // namespace earshot::analytics
