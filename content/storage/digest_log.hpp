#pragma once
// Of each digest and receiver the newest period that was, or is to be, told of: so that a restart neither loses nor doubles one.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/time.hpp"
#include "content/storage/database.hpp"

namespace earshot::storage {

struct DigestEntry {
    std::string name, channel;  // "weekly"; "webhook", "e-mail 4f1c…"
    std::string last_day;       // of the period, UTC
    bool sent{};
    int attempts{};       // 0: nothing was due yet when the digest was new
    std::string problem;  // of the last attempt; "" when it was sent or is under way
    model::Timestamp tried_at{};
};

class DigestLog {
public:
    explicit DigestLog(Database& database) : database_(database) {}
    [[nodiscard]] std::optional<DigestEntry> find(std::string_view name, std::string_view channel) const;
    [[nodiscard]] std::vector<DigestEntry> list() const;
    // Puts `next` in the place of `now` (nullopt: of nothing), unless another process has changed it meanwhile: then false.
    [[nodiscard]] bool replace(const std::optional<DigestEntry>& now, const DigestEntry& next);

private:
    Database& database_;
};

}  // namespace earshot::storage
