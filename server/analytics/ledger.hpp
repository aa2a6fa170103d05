#pragma once
// Counts, and keeps what a restart needs: windows in memory, each day's key and journal in the runtime folder, sums in the database.
// One thread. Order of things: memory, journal, database; so kill -9 loses nothing a journal has and adds nothing twice.

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/storage/database.hpp"
#include "server/analytics/day_journal.hpp"
#include "server/analytics/runtime_folder.hpp"
#include "server/analytics/sums.hpp"

namespace earshot::analytics {

// What an operator should know, one sentence a cause. Thread-safe.
class Warnings {
public:
    void set(const std::string& cause, std::string sentence);
    void clear(const std::string& cause);
    void clear_all(std::string_view prefix);  // causes that begin with it
    [[nodiscard]] std::vector<std::string> all() const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::string> sentences_;
};

struct LedgerOptions {
    unsigned suppress_below{10};
    std::uint64_t long_journal{64 << 20};  // bytes; one longer, or longer than a quarter of its file system, is shortened now and then
    std::chrono::days keep_hours{92};      // of requests
    std::function<void(Day)> changed{};    // told after each commit: figures of days from that one on are others than before
};

class Ledger {
public:
    // Replays what the runtime folder holds; destroys that, and keeps to memory, where the folder is on a disk. Throws std::runtime_error
    // when another process counts in it or it cannot be used.
    Ledger(storage::Database& database, std::filesystem::path runtime, Warnings& warnings, model::Timestamp now,
           LedgerOptions options = {});

    // Counted, and in the journal.
    void take_in(std::span<const model::Delivery> deliveries, const Recognition& recognition);
    void lists_changed() noexcept { windows_.lists_changed(); }  // before deliveries are taken in by another Recognition
    void commit() noexcept;                          // sums into the database; a failure warns and is made good by the next commit
    void close_days(model::Timestamp now) noexcept;  // destroys what belongs to days past their grace

private:
    void open(Day day);
    void recover(model::Timestamp now);
    void replay(Day day, const std::map<std::string, JournalPosition>& committed);
    void close(Day day) noexcept;
    void add_reach(Day day) noexcept;
    void write_journals();
    void forget_old_hours(model::Timestamp now) noexcept;
    void shorten_journals();
    [[nodiscard]] std::uint64_t long_journal() const;
    void shorten(Day day, DayJournal& journal);
    [[nodiscard]] std::vector<JournalPosition> positions() const;

    storage::Database& database_;
    Warnings& warnings_;
    const LedgerOptions options_;
    RuntimeFolder folder_;
    const bool in_memory_{is_in_memory(folder_.path())};  // else no day has a key or journal in it
    Terms terms_;
    Windows windows_{terms_};
    Sums sums_{terms_};
    std::map<Day, DayJournal> journals_;  // of open days
    std::map<Day, Journal> spent_;        // of closed days whose last sums are not committed yet
    std::set<Day> in_reach_;              // days that are open, but were closed before a restart
    Step step_;
    bool day_closed_{};  // since the last commit
};

}  // namespace earshot::analytics
