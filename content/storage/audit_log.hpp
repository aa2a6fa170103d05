#pragma once
// What staff did, append-only, each row chained to the one before by SHA-256. Never about listeners.

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
    [[nodiscard]] std::vector<AuditEntry> list(int limit);  // newest first
    // Number of the first row whose chain is broken, 0 when whole.
    [[nodiscard]] long long verify();

private:
    Database& database_;
    model::Clock clock_;
};

}  // namespace earshot::storage
