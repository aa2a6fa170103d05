#pragma once
// A running job's pulse: renews its lease from a thread of its own and shows progress at most twice a second, so that a silent worker does
// not lose its job and a chatty one does not flood the database.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "content/model/job.hpp"
#include "content/storage/job_queue.hpp"

namespace earshot::publishing {

inline constexpr std::chrono::milliseconds job_lease{15'000};  // another node takes a dead node's job over after this

class JobPulse {
public:
    // `stopping`: the runner is being stopped.
    JobPulse(storage::JobQueue& jobs, model::JobId job, std::string claim, std::stop_token stopping);
    ~JobPulse();  // no heartbeat afterwards
    JobPulse(const JobPulse&) = delete;
    JobPulse& operator=(const JobPulse&) = delete;

    // Any thread, never blocks on the database. false: cancelled, taken over or stopping → leave off working and report nothing.
    bool show(std::string_view stage, double progress);
    [[nodiscard]] bool alive();
    [[nodiscard]] const std::string& claim() const noexcept { return claim_; }
    // As JobQueue::reserve, for this job.
    [[nodiscard]] storage::JobQueue::Room reserve(std::uint64_t bytes, std::uint64_t free, std::chrono::milliseconds audio);
    // So much of what was reserved is on the disk by now; goes with the next heartbeat. Any thread.
    void wrote(std::uint64_t bytes_in_all);

private:
    void beat(const std::stop_token& ended);

    storage::JobQueue& jobs_;
    model::JobId job_;
    std::string claim_;
    std::stop_token stopping_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::string stage_;
    double progress_{0};
    std::uint64_t reserved_{0};
    std::optional<std::uint64_t> to_write_;
    bool fresh_{false}, lost_{false};
    std::jthread thread_;  // last: starts when everything above is there
};

}  // namespace earshot::publishing
