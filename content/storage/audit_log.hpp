#pragma once
// What staff did, append-only, each row chained to the one before by SHA-256. Never about listeners.

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/time.hpp"
#include "content/storage/database.hpp"

namespace earshot::storage {

struct AuditEntry {
    long long number{};
    model::Timestamp time{};
    std::string who, what, object;  // "producer", "episode.publish", "<episode id>"
    std::string hash;
};

class AuditLog {
public:
    explicit AuditLog(Database& database, model::Clock clock = model::system_now);
    ~AuditLog();
    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;

    void add(std::string_view who, std::string_view what, std::string_view object);
    // That somebody looked at figures ("statistics.view"), the first time within an hour; people load a page again and again. Not noted
    // when the database cannot take it just now: figures can be read all the same.
    void add_look(std::string_view who, std::string_view object);
    // That a sign-in was refused. Added up in memory and written when the hour is over, when the log is listed and at the end: one row for
    // each account, one for all names that are none (somebody may have typed a password there). So a flood cannot make the log grow, and
    // the time an answer takes does not tell which names there are.
    void add_refused_sign_in(std::string_view typed_name);
    [[nodiscard]] std::vector<AuditEntry> list(int limit);  // newest first
    // Number of the first row whose chain is broken, 0 when whole.
    [[nodiscard]] long long verify();

private:
    void write_refused_sign_ins();

    Database& database_;
    model::Clock clock_;
    std::mutex looks_mutex_;
    std::set<std::string> looks_;  // of this hour
    std::chrono::sys_time<std::chrono::hours> hour_{};
    std::mutex refused_mutex_;
    std::map<std::string, std::uint64_t> refused_;  // by account
    std::chrono::sys_time<std::chrono::hours> refused_hour_{};
};

}  // namespace earshot::storage
