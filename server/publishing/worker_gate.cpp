#include "server/publishing/worker_gate.hpp"

namespace earshot::publishing {

namespace {
constexpr std::chrono::seconds look_every{20};
}

bool WorkerGate::is_open() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (open_ || (looked_at_ && now - *looked_at_ < look_every)) return open_;
    const auto able = workers_.check();
    looked_at_ = std::chrono::steady_clock::now();
    open_ = able || !able.error().machine;
    if (open_) {
        told_.clear();
    } else if (tell_ && told_ != able.error().reason) {
        told_ = able.error().reason;
        tell_("no jobs are taken here: " + told_);
    }
    return open_;
}

void WorkerGate::doubt() {
    const std::lock_guard lock(mutex_);
    open_ = false;
    looked_at_.reset();
}

}  // namespace earshot::publishing
