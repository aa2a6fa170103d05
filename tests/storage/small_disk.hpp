#pragma once
// A tmpfs of a few MiB, to see what happens when the disk is full. Needs root (the tests say so when it is not to be had).

#include <filesystem>
#include <fstream>
#include <string>

#include <sched.h>
#include <sys/mount.h>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

class SmallDisk {
public:
    explicit SmallDisk(const char* size) {
        const auto options = std::string("size=") + size;
        // In a mount namespace of our own, so that nothing stays mounted when a test dies.
        static const bool apart = ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        mounted_ = apart && ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options.c_str()) == 0;
    }
    ~SmallDisk() {
        if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_.path(); }
    [[nodiscard]] bool is_there() const {
        if (!mounted_) WARN("skipped: mounting a small tmpfs needs root");
        return mounted_;
    }
    // Takes all room but the given number of bytes.
    void fill(std::uint64_t leave = 0) const {
        const auto free = std::filesystem::space(path()).available;
        if (free <= leave) return;
        std::ofstream out(path() / "ballast", std::ios::binary | std::ios::app);
        const std::string block(4096, 'x');
        for (std::uint64_t written = 0; written + 4096 <= free - leave && out; written += 4096) out << block << std::flush;
    }
    void empty() const { std::filesystem::remove(path() / "ballast"); }

private:
    TemporaryFolder folder_;
    bool mounted_ = false;
};

}  // namespace earshot::tests
