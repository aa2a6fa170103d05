#include "content/model/job.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <tuple>

namespace earshot::model {

namespace {

// Before that an estimate jumps about.
constexpr double least_progress = 0.02;
constexpr std::chrono::milliseconds least_time{1'000};

// Of the latest try, up to the last word from its worker.
std::optional<std::chrono::milliseconds> time_taken(const Job& job) noexcept {
    if (!job.started_at || job.updated_at <= *job.started_at) return std::nullopt;
    return job.updated_at - *job.started_at;
}

}  // namespace

std::optional<double> speed(const Job& job) noexcept {
    const auto taken = time_taken(job);
    if (!taken || job.audio.count() == 0) return std::nullopt;
    const bool goes_on = job.state == JobState::running;
    if (!goes_on && job.state != JobState::succeeded) return std::nullopt;
    if (goes_on && (job.progress < least_progress || *taken < least_time)) return std::nullopt;
    const double done = goes_on ? job.progress : 1;
    return done * static_cast<double>(job.audio.count()) / static_cast<double>(taken->count());
}

std::optional<std::chrono::seconds> time_left(const Job& job) noexcept {
    const auto taken = time_taken(job);
    if (!taken || job.state != JobState::running || job.progress < least_progress || *taken < least_time) return std::nullopt;
    if (job.stage.ends_with(" again")) return std::nullopt;
    const double left = static_cast<double>(taken->count()) * (1 - job.progress) / job.progress;
    return std::chrono::seconds(std::llround(left / 1000));
}

std::vector<Job> in_turn(std::vector<Job> jobs, LastServed served) {
    const auto waiting = std::ranges::partition_point(jobs, [](const Job& job) { return job.state == JobState::running; });
    std::map<std::string, int> running;
    std::deque<Job> at_work(jobs.begin(), waiting);
    std::erase_if(at_work, [](const Job& job) { return job.kind != JobKind::transcode; });  // others have workers of their own
    for (const Job& job : at_work) ++running[job.producer];
    const std::size_t workers = std::max<std::size_t>(at_work.size(), 1);
    Timestamp latest{};
    for (const auto& [producer, time] : served) latest = std::max(latest, time);
    const auto rank = [&](const Job& job) {
        const bool urgent = job.priority >= JobPriority::urgent;
        return std::tuple(job.kind == JobKind::transcribe, !urgent, job.kind != JobKind::tag, running[job.producer], served[job.producer],
                          -static_cast<int>(job.priority), -job.preference);
    };
    for (auto next = waiting; next != jobs.end(); ++next) {
        if (at_work.size() == workers) {
            --running[at_work.front().producer];
            at_work.pop_front();
        }
        const auto first = std::ranges::min_element(next, jobs.end(), {}, rank);  // of equals the oldest
        std::rotate(next, first, first + 1);
        served[next->producer] = latest += std::chrono::milliseconds(1);
        if (next->kind != JobKind::transcode) continue;
        ++running[next->producer];
        at_work.push_back(*next);
    }
    return jobs;
}

}  // namespace earshot::model
