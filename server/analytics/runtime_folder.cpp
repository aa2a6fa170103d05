#include "server/analytics/runtime_folder.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace earshot::analytics {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "day-", lock_name = "counting.lock";

// The folder is ours alone, so that nobody can plant or read a key in it.
storage::LockedFile claim(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    struct stat info{};
    if (error || ::lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
        throw std::runtime_error(
            fmt::format("{}: the folder for the day's counting cannot be made. Choose another storage.runtime_dir.", folder.string()));
    if (info.st_uid != ::geteuid() || ::chmod(folder.c_str(), 0700) != 0)
        throw std::runtime_error(fmt::format(
            "{}: the folder for the day's counting belongs to somebody else. Choose another storage.runtime_dir.", folder.string()));
    auto lock = storage::LockedFile::take(
        storage::Descriptor(::open((folder / lock_name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)));
    if (!lock) throw std::runtime_error(fmt::format("{}: another Earshot is counting in this folder. Stop it first.", folder.string()));
    return *std::move(lock);
}

std::optional<Day> day_of_file(const fs::path& file) {
    const auto stem = file.stem().string();
    return stem.starts_with(prefix) ? parse_day(std::string_view(stem).substr(prefix.size())) : std::nullopt;
}

}  // namespace

RuntimeFolder::RuntimeFolder(fs::path path) : path_(std::move(path)), lock_(claim(path_)) {}

bool is_in_memory(const fs::path& folder) {
    struct statfs info{};
    return ::statfs(folder.c_str(), &info) == 0 && (info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC);
}

std::optional<std::uint64_t> RuntimeFolder::capacity() const {
    struct statfs info{};
    if (::statfs(path_.c_str(), &info) != 0 || info.f_blocks == 0) return std::nullopt;
    return static_cast<std::uint64_t>(info.f_blocks) * static_cast<std::uint64_t>(info.f_bsize);
}

fs::path RuntimeFolder::file(Day day, std::string_view kind) const {
    return path_ / fmt::format("{}{}.{}", prefix, format_day(day), kind);
}

std::set<Day> days_in(const fs::path& folder) {
    std::set<Day> result;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (const auto day = day_of_file(entry.path())) result.insert(*day);
    }
    return result;
}

bool is_counted_in(const fs::path& folder) {
    storage::Descriptor lock(::open((folder / lock_name).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    return lock && !storage::LockedFile::take(std::move(lock));
}

bool may_be_swapped(const fs::path& root) {
    std::ifstream swaps(root / "proc/swaps"), groups(root / "proc/self/cgroup");
    std::string line;
    std::getline(swaps, line);  // the heading
    if (!std::getline(swaps, line)) return false;
    const auto all_groups = root / "sys/fs/cgroup";
    while (std::getline(groups, line)) {
        if (!line.starts_with("0::/")) continue;  // the one hierarchy of cgroup v2
        for (auto group = fs::path(line.substr(4)); !group.empty(); group = group.parent_path()) {
            if (std::string most; std::getline(std::ifstream(all_groups / group / "memory.swap.max") >> std::ws, most) && most == "0")
                return false;
        }
    }
    return true;
}

}  // namespace earshot::analytics
