#pragma once
// Work that outlives a request: one row of the job queue.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/ids.hpp"
#include "content/model/time.hpp"

namespace earshot::model {

enum class JobKind {
    transcode,   // master → renditions, tagged
    tag,         // renditions' essence → same audio with fresh tags
    transcribe,  // main rendition → draft of a transcript, by the operator's program
};
enum class JobState { queued, running, succeeded, failed, cancelled };
// Whose turn it is next: an urgent job goes before everybody's, the others only order what one producer is waiting for.
enum class JobPriority { low = -1, normal = 0, high = 1, urgent = 2 };

constexpr std::uint32_t most_attempts = 3, most_interruptions = 10;  // of one job; then it has failed

struct Job {
    JobId id;
    JobKind kind{JobKind::transcode};
    EpisodeId episode;
    MasterId master;
    JobState state{JobState::queued};
    std::string stage;              // "measuring", "encoding", "checking", "encoding again", "tagging"; for people
    double progress{};              // 0…1 over the whole job
    std::string reason;             // why it failed or waits, or what to look at though it succeeded: sentences for producers
    std::uint32_t attempts{};       // ended by the worker dying or running out of time; at most_attempts: poison, failed
    std::uint32_t interruptions{};  // the server went away while it ran; does not count against the file until most_interruptions
    std::string producer;           // who handed it in, "" for the server itself; the queue is fair between them
    JobPriority priority{JobPriority::normal};
    std::int64_t preference{};            // of jobs of one producer and priority the highest goes first: it was put there last
    std::chrono::milliseconds audio{};    // of the master, once a worker has looked at it; else 0
    std::uint64_t reserved_bytes{};       // of the disk, for what it will still write; holds while it runs
    std::optional<Timestamp> started_at;  // of the latest try
    Timestamp created_at{}, updated_at{};
};

// Not ended yet.
[[nodiscard]] constexpr bool is_under_way(const Job& job) noexcept {
    return job.state == JobState::queued || job.state == JobState::running;
}

// How much audio it worked through for each second of a clock: 40 is an hour in 90 s. Of a running job so far, of one that succeeded in
// all; nothing for others, and before there is anything to go by.
[[nodiscard]] std::optional<double> speed(const Job& job) noexcept;
// Until a running job ends, if it goes on as so far; nothing while it does a stage again, which nobody foresaw.
[[nodiscard]] std::optional<std::chrono::seconds> time_left(const Job& job) noexcept;

// When jobs of a producer were last begun; nobody: never.
using LastServed = std::map<std::string, Timestamp>;
// Running ones as they are, then those that wait in the order of their turns (storage/job_queue.hpp), as if those that run ended in the
// order in which they began, each making room for the next one; drafts of transcripts, which have a lane of their own, last. `under_way`:
// running ones first, then the others from the oldest.
[[nodiscard]] std::vector<Job> in_turn(std::vector<Job> under_way, LastServed served);

[[nodiscard]] std::string_view to_string(JobKind kind) noexcept;
[[nodiscard]] std::optional<JobKind> parse_job_kind(std::string_view text) noexcept;
[[nodiscard]] std::string_view to_string(JobState state) noexcept;
[[nodiscard]] std::optional<JobState> parse_job_state(std::string_view text) noexcept;
[[nodiscard]] std::string_view to_string(JobPriority priority) noexcept;
[[nodiscard]] std::optional<JobPriority> parse_job_priority(std::string_view text) noexcept;

}  // namespace earshot::model
