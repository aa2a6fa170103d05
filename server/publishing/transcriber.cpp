#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <system_error>

#include "server/publishing/worker.hpp"
#include "server/publishing/worker_process.hpp"
#include "server/publishing/worker_protocol.hpp"

namespace earshot::publishing {

namespace {

constexpr std::size_t most_written = 4U << 20;

std::vector<std::string> modest_environment() {
    std::vector<std::string> environment;
    for (const char* name : {"PATH", "HOME", "LANG"})
        if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
    return environment;
}

// The same file with a place of its own: others read it at the same time.
class FreshOpen {
public:
    explicit FreshOpen(int descriptor) : number_(::open(fmt::format("/proc/self/fd/{}", descriptor).c_str(), O_RDONLY | O_CLOEXEC)) {
        if (number_ < 0) throw std::system_error(errno, std::generic_category(), "opening audio for transcription");
    }
    ~FreshOpen() { ::close(number_); }
    FreshOpen(const FreshOpen&) = delete;
    FreshOpen& operator=(const FreshOpen&) = delete;
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

}  // namespace

WorkerPool::Outcome<std::string> WorkerPool::transcribe(int audio, std::vector<std::string> command, std::chrono::seconds deadline,
                                                        const std::function<bool()>& goes_on) {
    const FreshOpen input(audio);
    const std::string program = command.empty() ? "" : command.front();
    const WorkerRecord record{.task = WorkerTask::transcribe,
                              .parent = ::getpid(),
                              .descriptors = 1,
                              .command = std::move(command),
                              .environment = modest_environment()};
    std::string written;
    bool cancelled = false;
    WorkerExit exit;
    try {
        exit = run_worker(
            {program_, to_json(record), {input.number()}, deadline, limits_.spare_cores},
            [&](std::string_view line) {
                if (written.size() + line.size() >= most_written) return false;
                (written += line) += '\n';
                return true;
            },
            [&] {
                cancelled = !goes_on();
                return !cancelled;
            });
    } catch (const std::system_error& error) {
        return std::unexpected(WorkerDied{fmt::format("The worker could not be started: {}.", error.what()), true});
    }
    if (exit.stopped && !cancelled) return std::unexpected(WorkerDied{fmt::format("{} wrote more than 4 MiB", program)});
    if (exit.stopped) return model::Result<std::string>(model::fail(model::Errc::conflict, "The job was cancelled."));
    if (!exit.in_time || exit.status != 0) return std::unexpected(WorkerDied{fmt::format("{} {}", program, describe(exit))});
    return written;
}

}  // namespace earshot::publishing
