#pragma once
// What the worker gives up before it touches foreign bytes. Irreversible, for this whole process; call it while there is one thread and
// everything that has to be opened is open. Nothing here grants anything: only descriptors already held keep working.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace earshot::publishing {

struct SandboxLayer {
    std::string name;  // "files (landlock)"
    bool holds{};
    std::string detail;  // "ABI 7: no path, no TCP, no signal to others", or why not
};

// The layers one by one, in the order enter_sandbox uses them. Each tells how it went; none throws.
// Address space 1.5 GiB, `cpu_seconds`, files ≤ `file_bytes`, 32 descriptors, no core dump.
[[nodiscard]] SandboxLayer limit_resources(std::uint64_t cpu_seconds, std::uint64_t file_bytes);
// Ends when `parent` does, at once when it is no longer this process's parent.
[[nodiscard]] SandboxLayer die_with(pid_t parent);
// no_new_privs, no capabilities, not traceable by others.
[[nodiscard]] SandboxLayer drop_privileges();
// Landlock by raw system calls (Debian 12's headers know less than its newer kernels): no path at all, no TCP from ABI 4 on, from ABI 6 on
// no abstract sockets and no signals to processes outside.
[[nodiscard]] SandboxLayer forbid_files();
// seccomp: an allow-list of what decoding, encoding and libc need; paths answer EACCES, anything else kills the process.
[[nodiscard]] SandboxLayer filter_system_calls();

[[nodiscard]] std::vector<SandboxLayer> enter_sandbox(pid_t parent, std::uint64_t cpu_seconds, std::uint64_t file_bytes);

// One sentence naming the layers that do not hold; empty when all do.
[[nodiscard]] std::string missing_layers(const std::vector<SandboxLayer>& layers);

// Sanitizers need room and calls that the sandbox takes away: such builds hold fewer layers and say so in the details.
[[nodiscard]] bool is_sanitizer_build() noexcept;

}  // namespace earshot::publishing
