#pragma once
// Work that outlives a request: one row of the job queue.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "content/model/ids.hpp"
#include "content/model/time.hpp"

namespace earshot::model {

enum class JobKind {
    transcode,  // master → renditions, tagged
    tag,        // renditions' essence → same audio with fresh tags
};
enum class JobState { queued, running, succeeded, failed, cancelled };

struct Job {
    JobId id;
    JobKind kind{JobKind::transcode};
    EpisodeId episode;
    MasterId master;
    JobState state{JobState::queued};
    std::string stage;              // "measuring", "encoding", "tagging", "checking"; for people
    double progress{};              // 0…1 over the whole job
    std::string reason;             // why it failed: a sentence a producer understands
    std::uint32_t attempts{};       // ended by the worker dying or running out of time; 3 = poison, failed
    std::uint32_t interruptions{};  // the server went away while it ran; does not count against the file until 10
    Timestamp created_at{}, updated_at{};
};

// Not ended yet.
[[nodiscard]] constexpr bool is_under_way(const Job& job) noexcept {
    return job.state == JobState::queued || job.state == JobState::running;
}

[[nodiscard]] std::string_view to_string(JobKind kind) noexcept;
[[nodiscard]] std::optional<JobKind> parse_job_kind(std::string_view text) noexcept;
[[nodiscard]] std::string_view to_string(JobState state) noexcept;
[[nodiscard]] std::optional<JobState> parse_job_state(std::string_view text) noexcept;

}  // namespace earshot::model
