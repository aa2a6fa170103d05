#pragma once
// Masters made by ffmpeg, workers found by their parent, and stand-in workers made of shell scripts.

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

#include "content/model/media.hpp"
#include "server/publishing/worker.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

struct CommandResult {
    int status{};
    std::string out;
};
// Standard output and exit status of a shell command.
inline CommandResult run_command(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("popen");
    CommandResult result;
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) result.out.append(buffer, got);
    const int status = ::pclose(pipe);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

inline std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class OpenDescriptor {
public:
    explicit OpenDescriptor(const std::filesystem::path& file, int flags = O_RDONLY)
        : number_(::open(file.c_str(), flags | O_CLOEXEC, 0600)) {
        if (number_ < 0) throw std::runtime_error("open " + file.string());
    }
    OpenDescriptor(OpenDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    OpenDescriptor& operator=(OpenDescriptor&&) = delete;
    ~OpenDescriptor() {
        if (number_ >= 0) ::close(number_);
    }
    operator int() const noexcept { return number_; }

private:
    int number_;
};

struct Workshop {
    TemporaryFolder folder;

    [[nodiscard]] std::filesystem::path path(const std::string& name) const { return folder.path() / name; }
    std::filesystem::path write(const std::string& name, const std::string& bytes) const {
        std::ofstream(path(name), std::ios::binary) << bytes;
        return path(name);
    }
    [[nodiscard]] std::filesystem::path master(int seconds) const {
        const auto file = path("master.wav");
        const auto made = run_command("ffmpeg -v error -y -f lavfi -i sine=330:d=" + std::to_string(seconds) +
                                      ":r=48000 -ac 2 -c:a pcm_s24le -metadata artist=Nobody " + file.string());
        if (made.status != 0) throw std::runtime_error("ffmpeg");
        return file;
    }
    // A program that is started as the worker would be.
    [[nodiscard]] std::filesystem::path script(const std::string& body) const {
        const auto file = write("worker.sh", "#!/bin/sh\n" + body + "\n");
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        return file;
    }
};

inline publishing::WorkerPool real_workers(std::chrono::seconds deadline = std::chrono::seconds(120)) {
    return publishing::WorkerPool(EARSHOT_BINARY, {.deadline = deadline});
}

// A worker on a kernel that offers no landlock.
inline int worker_without_landlock() {
    sock_filter refuse[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{4, refuse};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
    return publishing::worker_main();
}

inline model::RenditionProfile mp3_profile() {
    return {.name = "mp3", .codec = model::Codec::mp3, .bit_rate = 128'000, .mono_bit_rate = 96'000, .sample_rate = 44'100};
}

// This process's only child, 0 when it has none.
inline pid_t child_of(pid_t parent) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const auto stat = bytes_of(entry.path() / "stat");
        const auto behind_name = stat.rfind(')');
        if (behind_name == std::string::npos) continue;
        if (std::stol(stat.substr(behind_name + 4)) == parent) return static_cast<pid_t>(std::stol(name));
    }
    return 0;
}

}  // namespace earshot::tests
