#pragma once
// A tmpfs of a few MiB, to see what happens when the disk is full. Root mounts it; anybody else becomes root of a user namespace first,
// which needs a process without threads. Where neither is allowed the test fails: it has not shown anything.

#include <filesystem>
#include <fstream>
#include <string>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

class SmallDisk {
public:
    explicit SmallDisk(const char* size) {
        const auto options = std::string("size=") + size;
        static const bool apart = own_mounts();
        INFO("a small tmpfs can be mounted here only as root or with user namespaces");
        REQUIRE(apart);
        REQUIRE(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options.c_str()) == 0);
    }
    ~SmallDisk() { ::umount2(folder_.path().c_str(), MNT_DETACH); }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_.path(); }
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

    // A mount namespace of this process's own, so that nothing stays mounted when a test dies.
    static bool own_mounts() {
        if (::geteuid() != 0) {
            const auto map = [](const char* file, unsigned id) {
                const auto number = std::to_string(id);
                std::ofstream(file) << number << ' ' << number << " 1";
            };
            const unsigned user = ::geteuid(), group = ::getegid();
            if (::unshare(CLONE_NEWUSER) != 0) return false;
            std::ofstream("/proc/self/setgroups") << "deny";
            map("/proc/self/uid_map", user);
            map("/proc/self/gid_map", group);
        }
        return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    }
};

}  // namespace earshot::tests
