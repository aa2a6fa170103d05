#include "server/publishing/job_pulse.hpp"

#include <algorithm>

namespace earshot::publishing {

namespace {
constexpr std::chrono::milliseconds shortest_gap{500}, longest_gap{4'000};
}

JobPulse::JobPulse(storage::JobQueue& jobs, model::JobId job, std::string claim, std::stop_token stopping)
    : jobs_(jobs),
      job_(std::move(job)),
      claim_(std::move(claim)),
      stopping_(std::move(stopping)),
      thread_([this](const std::stop_token& ended) { beat(ended); }) {}

JobPulse::~JobPulse() = default;  // the jthread is asked to stop and joined first, being declared last

bool JobPulse::show(std::string_view stage, double progress) {
    const std::lock_guard lock(mutex_);
    stage_ = stage;
    progress_ = std::max(progress_, std::clamp(progress, 0.0, 1.0));  // a bar never runs backwards
    fresh_ = true;
    changed_.notify_one();
    return !lost_ && !stopping_.stop_requested();
}

bool JobPulse::alive() {
    const std::lock_guard lock(mutex_);
    return !lost_ && !stopping_.stop_requested();
}

storage::JobQueue::Room JobPulse::reserve(std::uint64_t bytes, std::uint64_t free, std::chrono::milliseconds audio) {
    const auto room = jobs_.reserve(job_, claim_, bytes, free, audio);
    const std::lock_guard lock(mutex_);
    reserved_ = room == storage::JobQueue::Room::granted ? bytes : 0;
    return room;
}

void JobPulse::wrote(std::uint64_t bytes_in_all) {
    const std::lock_guard lock(mutex_);
    to_write_ = reserved_ - std::min(reserved_, bytes_in_all);
}

void JobPulse::beat(const std::stop_token& ended) {
    std::unique_lock lock(mutex_);
    while (!ended.stop_requested()) {
        (void)changed_.wait_for(lock, ended, longest_gap, [this] { return fresh_; });
        if (ended.stop_requested()) return;
        const std::string stage = stage_;
        const double progress = progress_;
        const auto to_write = to_write_;
        fresh_ = false;
        lock.unlock();
        bool ours = true;
        try {
            ours = jobs_.heartbeat(job_, claim_, stage, progress, job_lease, to_write);
        } catch (const std::exception&) {
            // The database did not answer: the lease has room for a few more tries.
        }
        lock.lock();
        if (!ours) {
            lost_ = true;
            return;
        }
        (void)changed_.wait_for(lock, ended, shortest_gap, [] { return false; });
    }
}

}  // namespace earshot::publishing
