#pragma once
// One child process: started with chosen descriptors, no environment and nothing inherited; its output read until it ends or runs out of
// time.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::publishing {

struct WorkerProcess {
    std::filesystem::path program;
    std::string record;            // becomes stdin
    std::vector<int> descriptors;  // become 3, 4, … in the child; stay open here
    std::chrono::milliseconds deadline{};
    unsigned spare_cores{};  // of ours that the child may not run on; one always remains to it
    // Instead of a program: what a copy of this process does, whose result is its exit status. Starts thirty times as fast, and only a
    // process of one thread that knows no secrets may do it: the makers of a hundred thousand damaged files do.
    std::function<int()> instead{};
};

struct WorkerExit {
    bool in_time{true};      // false: ended by us at the deadline
    bool stopped{};          // ended by us because a callback said so
    int status{};            // as waitpid tells
    std::string last_words;  // the end of its stderr, for logs
};

// Blocking. `on_line` gets each line of the child's stdout, the last one also when nothing ends it; `on_tick` is called every 200 ms
// until the child is gone, also when it has closed its output; the child is killed when one returns false. The child dies with this
// thread's process at the latest. Throws std::system_error when it cannot be started.
[[nodiscard]] WorkerExit run_worker(const WorkerProcess& process, const std::function<bool(std::string_view)>& on_line,
                                    const std::function<bool()>& on_tick);

// The processor time for a recording: a minute, and twice as long as it lasts, which is some sixty times what it takes. `stated`: what
// its head says, 0 when it says nothing. That many bytes are believed to last as long as they would in the densest of lossy files, and
// nothing is taken that lasts longer than half a day.
[[nodiscard]] std::uint64_t worker_cpu_seconds(std::chrono::milliseconds stated, std::uint64_t bytes) noexcept;

// "was killed by signal 11 (Segmentation fault)", "ended with status 3".
[[nodiscard]] std::string describe(const WorkerExit& exit);

}  // namespace earshot::publishing
