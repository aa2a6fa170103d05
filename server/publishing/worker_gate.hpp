#pragma once
// Whether workers can work on this machine, so that a machine that lost a layer of their sandbox lets its jobs wait instead of failing them
// one after the other. Thread-safe.

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "server/publishing/worker.hpp"

namespace earshot::publishing {

class WorkerGate {
public:
    // `tell` hears once why it is shut, and again when the reason changes.
    WorkerGate(WorkerPool& workers, std::function<void(std::string_view)> tell) : workers_(workers), tell_(std::move(tell)) {}

    // Tries a worker the first time, after doubt(), and every 20 s until one can work; else answers as before.
    [[nodiscard]] bool is_open();
    // The machine failed a job: look again before the next one.
    void doubt();

private:
    WorkerPool& workers_;
    std::function<void(std::string_view)> tell_;
    std::mutex mutex_;
    bool open_{false};
    std::optional<std::chrono::steady_clock::time_point> looked_at_;
    std::string told_;
};

}  // namespace earshot::publishing
