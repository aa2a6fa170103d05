#pragma once
// Counts, and keeps what a restart needs: windows in memory, each day's key and journal in the runtime folder, sums in the database.
// One thread. Order of things: memory, journal, database; so kill -9 loses nothing a journal has and adds nothing twice.

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "content/storage/database.hpp"
#include "content/storage/descriptor.hpp"
#include "server/analytics/journal.hpp"
#include "server/analytics/sums.hpp"

namespace earshot::analytics {

// What an operator should know, one sentence a cause. Thread-safe.
class Warnings {
public:
    void set(const std::string& cause, std::string sentence);
    void clear(const std::string& cause);
    [[nodiscard]] std::vector<std::string> all() const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::string> sentences_;
};

class Ledger {
public:
    // Replays what the runtime folder holds. Throws std::runtime_error when another process counts in that folder or it cannot be used.
    Ledger(storage::Database& database, std::filesystem::path runtime, Warnings& warnings, model::Timestamp now);

    // Counted, and in the journal.
    void take_in(std::span<const model::Delivery> deliveries, const Recognition& recognition);
    void commit() noexcept;                          // sums into the database; a failure warns and is made good by the next commit
    void close_days(model::Timestamp now) noexcept;  // destroys what belongs to days past their grace

private:
    void open(Day day);
    void recover(model::Timestamp now);
    void replay(Day day, const std::map<std::string, std::uint64_t>& committed);
    [[nodiscard]] std::filesystem::path file(Day day, std::string_view kind) const;
    [[nodiscard]] static bool is_over(Day day, model::Timestamp now);

    storage::Database& database_;
    std::filesystem::path runtime_;
    Warnings& warnings_;
    storage::Descriptor lock_;
    Windows windows_;
    std::map<Day, Journal> journals_;  // of open days
    std::map<Day, Journal> spent_;     // of closed days whose last sums are not committed yet
    Sums sums_;
};

}  // namespace earshot::analytics
