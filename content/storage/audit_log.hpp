#pragma once
// What staff did, append-only, each row chained to the one before by SHA-256. Never about listeners.

#include <chrono>
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
    void add(std::string_view who, std::string_view what, std::string_view object);
    // That somebody looked at figures ("statistics.view"), the first time within an hour; people load a page again and again. Not noted
    // when the database cannot take it just now: figures can be read all the same.
    void add_look(std::string_view who, std::string_view object);
    [[nodiscard]] std::vector<AuditEntry> list(int limit);  // newest first
    // Number of the first row whose chain is broken, 0 when whole.
    [[nodiscard]] long long verify();

private:
    Database& database_;
    model::Clock clock_;
    std::mutex looks_mutex_;
    std::set<std::string> looks_;  // of this hour
    std::chrono::sys_time<std::chrono::hours> hour_{};
};

}  // namespace earshot::storage
