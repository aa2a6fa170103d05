#pragma once
// The folder in memory for what is known about today's listeners: one process's alone, one key and one journal a day.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>

#include "content/storage/descriptor.hpp"
#include "server/analytics/day.hpp"

namespace earshot::analytics {

// On a tmpfs or ramfs.
[[nodiscard]] bool is_in_memory(const std::filesystem::path& folder);

// Of which there is a key or a journal.
[[nodiscard]] std::set<Day> days_in(const std::filesystem::path& folder);
// At this moment; whoever counts there forgets days by itself.
[[nodiscard]] bool is_counted_in(const std::filesystem::path& folder);

// Nothing keeps this process's memory, and what it writes into a tmpfs, out of swap: a device for it is in use, and neither this process's
// control group nor one above it forbids it (memory.swap.max). `root` holds proc and sys. False when that cannot be told.
[[nodiscard]] bool may_be_swapped(const std::filesystem::path& root = "/");

class RuntimeFolder {
public:
    // Makes it when absent, and claims it: 0700, nobody else counts in it. Throws std::runtime_error with a sentence.
    explicit RuntimeFolder(std::filesystem::path path);
    [[nodiscard]] std::optional<std::uint64_t> capacity() const;  // bytes, of its whole file system; nothing when that has no limit
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path key(Day day) const { return file(day, "key"); }
    [[nodiscard]] std::filesystem::path journal(Day day) const { return file(day, "journal"); }
    [[nodiscard]] std::filesystem::path shorter_journal(Day day) const { return file(day, "shorter"); }  // while it is written

private:
    [[nodiscard]] std::filesystem::path file(Day day, std::string_view kind) const;
    std::filesystem::path path_;
    storage::LockedFile lock_;
};

}  // namespace earshot::analytics
