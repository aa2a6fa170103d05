#pragma once
// Replays the documented cases on the running program: through a counting instance that is thrown away, of the very same code, by the lists
// and the limit that are in force (of shared addresses by the cases' own list, since they speak of those).

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "content/model/error.hpp"
#include "content/model/time.hpp"
#include "content/storage/database.hpp"
#include "server/analytics/recognition.hpp"

namespace earshot::analytics {

struct SelfAudit {
    struct Difference {
        std::string name;               // of the case
        std::string expected, counted;  // "2026-11-23 1; repeat 2"
    };
    model::Timestamp time{};
    std::string method;  // version
    std::size_t cases{}, requests{};
    std::vector<Difference> differences;
    [[nodiscard]] bool passed() const noexcept { return differences.empty(); }
};

class SelfAudits {
public:
    // `runtime_dir`: as in StatisticsOptions; the audit works in a folder of its own below it.
    using InForce = std::function<std::shared_ptr<const Recognition>()>;
    SelfAudits(storage::Database& database, std::filesystem::path runtime_dir, InForce in_force, model::Clock clock);
    // About a second; blocks. The result is kept. Errors: unavailable while another one runs.
    [[nodiscard]] model::Result<SelfAudit> run();
    [[nodiscard]] std::optional<SelfAudit> last() const;  // of this server's life, else the one kept before; does not ask the database

private:
    storage::Database& database_;
    std::filesystem::path runtime_dir_;
    InForce in_force_;
    model::Clock clock_;
    std::mutex running_;
    mutable std::mutex last_mutex_;
    std::optional<SelfAudit> last_;
};

}  // namespace earshot::analytics
