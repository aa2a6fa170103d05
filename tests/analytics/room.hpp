#pragma once
// Statistics with a database, a runtime folder in memory and a clock that the test sets.

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "content/storage/database.hpp"
#include "server/analytics/statistics.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

// A folder of a test's own under `parent`, gone at its end.
class FolderUnder {
public:
    explicit FolderUnder(const std::filesystem::path& parent);
    ~FolderUnder();
    FolderUnder(const FolderUnder&) = delete;
    FolderUnder& operator=(const FolderUnder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

class Room {
public:
    struct Options {
        analytics::ListFiles lists{};
        unsigned suppress_below{1};
        std::size_t most_waiting{1 << 17};
        std::chrono::milliseconds commit_every{1000};
        std::uint64_t long_journal{64 << 20};
    };
    explicit Room(const Options& options, const std::filesystem::path& parent = "/dev/shm");
    Room() : Room(Options{}) {}

    [[nodiscard]] analytics::Statistics& statistics() { return *statistics_; }
    void stop() { statistics_.reset(); }
    void restart();
    void restart(const Options& options);
    void second();  // another Statistics beside the running one

    void set_clock(model::Timestamp time) { clock_ = time.time_since_epoch().count(); }
    void set_clock(const char* rfc3339) { set_clock(*model::parse_rfc3339(rfc3339)); }
    [[nodiscard]] model::Timestamp now() const { return model::Timestamp(std::chrono::milliseconds(clock_)); }

    // The whole file, by a listener that was not there before.
    [[nodiscard]] model::Delivery download(const std::string& episode, const char* time, const std::string& agent);
    [[nodiscard]] std::uint64_t total(const std::string& episode);  // of November 2026

    [[nodiscard]] std::filesystem::path runtime() const { return runtime_.path() / "runtime"; }
    [[nodiscard]] std::filesystem::path data() const { return data_.path(); }
    [[nodiscard]] std::filesystem::path save_runtime() const;  // a copy of runtime and data folder
    void restore(const std::filesystem::path& saved);
    [[nodiscard]] static bool contains_other_than_zero(const std::filesystem::path& file);

private:
    void start();
    Options options_;
    FolderUnder runtime_;
    FolderUnder data_;
    std::atomic<std::int64_t> clock_{};
    std::atomic<int> listeners_{};
    std::unique_ptr<storage::Database> database_;
    std::unique_ptr<analytics::Statistics> statistics_;
};

constexpr const char* moment = "2026-11-23T10:00:00Z";

// Of that moment: half of an episode, which is not a download yet, or the rest, which makes it one.
[[nodiscard]] model::Delivery fragment(std::uint32_t listener, bool first);

}  // namespace earshot::tests
