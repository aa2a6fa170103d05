#include "server/publishing/sandbox.hpp"

#include <fmt/core.h>
#include <linux/capability.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace earshot::publishing {
namespace {

// The kernel's landlock_ruleset_attr as of ABI 6. Older kernels accept the longer struct as long as what they don't know is zero.
struct RulesetAttributes {
    std::uint64_t handled_access_fs{}, handled_access_net{}, scoped{};
};

constexpr std::uint64_t every_file_right(long abi) {
    std::uint64_t rights = (1ULL << 13) - 1;  // ABI 1: execute … make_sym
    if (abi >= 2) rights |= 1ULL << 13;       // refer
    if (abi >= 3) rights |= 1ULL << 14;       // truncate
    if (abi >= 5) rights |= 1ULL << 15;       // ioctl on devices
    return rights;
}

std::string why() {
    return std::strerror(errno);
}

bool limit(__rlimit_resource which, rlim_t soft, rlim_t hard) {
    rlimit now{};
    if (::getrlimit(which, &now) != 0) return false;
    const rlimit wanted{std::min(soft, now.rlim_max), std::min(hard, now.rlim_max)};
    return ::setrlimit(which, &wanted) == 0;
}

}  // namespace

bool is_sanitizer_build() noexcept {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
    return true;
#endif
#endif
    return false;
}

SandboxLayer limit_resources(std::uint64_t cpu_seconds, std::uint64_t file_bytes) {
    SandboxLayer layer{"limits (rlimit)", false, ""};
    constexpr rlim_t gibibyte = 1ULL << 30;
    ::signal(SIGXFSZ, SIG_IGN);            // a full allowance is an error of write, not a death
    ::mallopt(M_ARENA_MAX, 1);             // each arena reserves 64 MiB of address space, and keeps holes of its own
    ::mallopt(M_MMAP_THRESHOLD, 1 << 20);  // what grows with a recording's length leaves no holes when it moves
    bool done = limit(RLIMIT_CPU, cpu_seconds, cpu_seconds + 2) && limit(RLIMIT_FSIZE, file_bytes, file_bytes) &&
                limit(RLIMIT_NOFILE, 32, 32) && limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_MEMLOCK, 0, 0);
    if (!is_sanitizer_build()) done = done && limit(RLIMIT_AS, 3 * gibibyte / 2, 3 * gibibyte / 2);
    layer.holds = done;
    layer.detail = !done ? "setrlimit: " + why()
                   : is_sanitizer_build()
                       ? fmt::format("files {} MiB, 32 descriptors, no core; memory unlimited: this is a sanitizer build", file_bytes >> 20)
                       : fmt::format("memory 1.5 GiB, CPU {} s, files {} MiB, 32 descriptors, no core", cpu_seconds, file_bytes >> 20);
    return layer;
}

SandboxLayer die_with(pid_t parent) {
    SandboxLayer layer{"end with the server", false, ""};
    layer.holds = ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
    layer.detail = layer.holds ? "killed when its parent ends" : "prctl: " + why();
    if (::getppid() != parent) ::_exit(1);  // it went away before the signal was asked for
    return layer;
}

SandboxLayer drop_privileges() {
    SandboxLayer layer{"privileges", false, ""};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        layer.detail = "no_new_privs: " + why();
        return layer;
    }
    // What counts is that none are left: a service manager that took them away may also have forbidden the call.
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{}, left{};
    ::syscall(SYS_capset, &header, none.data());
    if (::syscall(SYS_capget, &header, left.data()) != 0) {
        layer.detail = "capget: " + why();
        return layer;
    }
    for (const auto& word : left) {
        if ((word.effective | word.permitted | word.inheritable) == 0) continue;
        layer.detail = "capabilities are left that cannot be given up";
        return layer;
    }
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    layer.holds = true;
    layer.detail = "no new privileges, no capabilities, not traceable";
    return layer;
}

SandboxLayer forbid_files() {
    SandboxLayer layer{"files (landlock)", false, ""};
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1U /* LANDLOCK_CREATE_RULESET_VERSION */);
    if (abi < 1) {
        layer.detail = "this kernel offers no landlock: " + why();
        return layer;
    }
    RulesetAttributes attributes{.handled_access_fs = every_file_right(abi)};
    if (abi >= 4) attributes.handled_access_net = 0b11;  // bind and connect TCP
    if (abi >= 6) attributes.scoped = 0b11;              // abstract unix sockets, signals
    const long ruleset = ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0U);
    if (ruleset < 0) {
        layer.detail = "landlock_create_ruleset: " + why();
        return layer;
    }
    // No rule is added: a ruleset that handles everything and allows nothing.
    const bool held = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::syscall(SYS_landlock_restrict_self, ruleset, 0U) == 0;
    layer.holds = held;
    layer.detail = held ? fmt::format("ABI {}: no path{}{}", abi, abi >= 4 ? ", no TCP" : "", abi >= 6 ? ", no signal to others" : "")
                        : "landlock_restrict_self: " + why();
    ::close(static_cast<int>(ruleset));
    return layer;
}

std::vector<SandboxLayer> enter_sandbox(pid_t parent, std::uint64_t cpu_seconds, std::uint64_t file_bytes) {
    std::vector<SandboxLayer> layers;
    layers.push_back(die_with(parent));
    layers.push_back(forbid_files());  // before the limits and privileges go
    layers.push_back(limit_resources(cpu_seconds, file_bytes));
    layers.push_back(drop_privileges());
    layers.push_back(filter_system_calls());
    return layers;
}

std::string missing_layers(const std::vector<SandboxLayer>& layers) {
    std::string text;
    for (const auto& layer : layers) {
        if (!layer.holds) text += fmt::format("{}{} ({})", text.empty() ? "" : "; ", layer.name, layer.detail);
    }
    return text;
}

}  // namespace earshot::publishing
