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

class RuntimeFolder {
public:
    // Makes it when absent, and claims it: 0700, nobody else counts in it. Throws std::runtime_error with a sentence.
    explicit RuntimeFolder(std::filesystem::path path);
    [[nodiscard]] std::optional<std::uint64_t> capacity() const;  // bytes, of its whole file system; nothing when that has no limit
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path key(Day day) const { return file(day, "key"); }
    [[nodiscard]] std::filesystem::path journal(Day day) const { return file(day, "journal"); }
    [[nodiscard]] std::filesystem::path shorter_journal(Day day) const { return file(day, "shorter"); }  // while it is written
    [[nodiscard]] std::set<Day> days() const;  // of which there is a key or a journal

private:
    [[nodiscard]] std::filesystem::path file(Day day, std::string_view kind) const;
    std::filesystem::path path_;
    storage::LockedFile lock_;
};

}  // namespace earshot::analytics
