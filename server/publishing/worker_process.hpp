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
};

struct WorkerExit {
    bool in_time{true};      // false: ended by us at the deadline
    bool stopped{};          // ended by us because a callback said so
    int status{};            // as waitpid tells
    std::string last_words;  // the end of its stderr, for logs
};

// Blocking. `on_line` gets each line of the child's stdout, the last one also when nothing ends it; `on_tick` is called every 200 ms; the
// child is killed when one returns false. The child dies with this thread's process at the latest. Throws std::system_error when it cannot
// be started.
[[nodiscard]] WorkerExit run_worker(const WorkerProcess& process, const std::function<bool(std::string_view)>& on_line,
                                    const std::function<bool()>& on_tick);

// Cores this thread may run on.
[[nodiscard]] unsigned cores_at_hand() noexcept;
// More processor time than a worker can come to by its deadline, which is what should end it: all the cores it may use at once, at least 2.
[[nodiscard]] std::uint64_t worker_cpu_seconds(std::chrono::seconds deadline, unsigned cores, unsigned spare_cores) noexcept;

// "was killed by signal 9 (Killed)", "ended with status 3".
[[nodiscard]] std::string describe(const WorkerExit& exit);

}  // namespace earshot::publishing
