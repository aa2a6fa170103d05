#pragma once
// The job queue: rows in the catalogue's database, claimed by whichever node is free, safe against kill -9. Producers take turns, however
// much one of them hands in.

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"
#include "content/model/job.hpp"
#include "content/storage/database.hpp"

namespace earshot::storage {

class JobQueue {
public:
    explicit JobQueue(Database& database, model::Clock clock = model::system_now);

    // A queued job for the same episode and kind is returned instead of adding a second one. A new transcode job cancels a queued or
    // running one of that episode, and one for a draft (the running one notices at its next heartbeat); an episode that is scheduled
    // becomes a draft again, which the value's reason says and the audit log notes.
    [[nodiscard]] model::Job enqueue(model::JobKind kind, const model::EpisodeId& episode, const model::MasterId& master);

    // A transcode job for each current master that has neither renditions nor any job (a database written before masters came with theirs,
    // or restored). Returns how many.
    int enqueue_forgotten();

    // The next queued job of that kind, or one whose lease ran out; now running under `claim` until now + lease. Never two claims of one
    // job. A claim is "<node>/<anything never used before>": a job that is cancelled and tried again must not look like its first holder's
    // still. Urgent ones go first, then the turn is the producer's who has the fewest running and was served longest ago; of their jobs the
    // highest priority, of those the one that was given it last (high and urgent), then the oldest. Of words
    // (tag) one is worked on at a time: a new title of a show is words for hundreds of files. Drafts (transcribe) keep no other job of
    // their episode waiting.
    [[nodiscard]] std::optional<model::Job> claim(std::string_view claim, std::chrono::milliseconds lease,
                                                  model::JobKind kind = model::JobKind::transcode);
    // Renews the lease and shows progress. false: the job is no longer ours or was cancelled → stop working on it. `to_write`: what is left
    // of the reserved bytes, when it is known; what is on the disk by now is missing from its free bytes already.
    [[nodiscard]] bool heartbeat(const model::JobId& id, std::string_view claim, std::string_view stage, double progress,
                                 std::chrono::milliseconds lease, std::optional<std::uint64_t> to_write = std::nullopt);
    // Takes room on the disk for what the job will write, of `free` bytes, beside other running jobs and uploads on their way; and notes
    // how long the recording is.
    enum class Room { granted, later /* it fits, but not beside the others */, never /* not even alone */ };
    [[nodiscard]] Room reserve(const model::JobId& id, std::string_view claim, std::uint64_t bytes, std::uint64_t free,
                               std::chrono::milliseconds audio);
    // Back into the queue, not to be claimed for that long; counts against nothing. `reason` says what it waits for.
    void postpone(const model::JobId& id, std::string_view claim, std::string_view reason, std::chrono::milliseconds pause);
    void succeed(const model::JobId& id, std::string_view claim);
    // The file cannot be used: final.
    void fail(const model::JobId& id, std::string_view claim, std::string_view reason);
    // The worker died: queued again, not to be claimed for `pause`, with `meanwhile` as its reason, or failed with `reason` at the third
    // attempt.
    void worker_died(const model::JobId& id, std::string_view claim, std::string_view reason, std::string_view meanwhile = {},
                     std::chrono::milliseconds pause = {});
    // At start and at stop: what claims of `node` left running is queued again (an interruption; failed at the tenth). Returns how many.
    int release_all(std::string_view node);
    // conflict when it already ended, and for words (tag): the feed has them already, so the files must follow.
    [[nodiscard]] model::Result<model::Job> cancel(const model::JobId& id);
    // A failed or cancelled job is queued again with fresh counters. conflict otherwise, and for a transcode job that is not its episode's
    // newest: an old recording must not take a newer one's place. A schedule ends as above, by `who`. rate_limited: the job's producer, who
    // need not be `who` asks, has that many waiting or running already.
    [[nodiscard]] model::Result<model::Job> retry(const model::JobId& id, unsigned most_per_producer = 0, std::string_view who = {});
    // conflict unless it waits.
    [[nodiscard]] model::Result<model::Job> set_priority(const model::JobId& id, model::JobPriority priority);
    // Bytes of the disk that running jobs and uploads on their way will still take.
    [[nodiscard]] std::uint64_t promised_bytes();

    // Recordings that wait while nobody works on any: for two minutes no worker has begun or ended one.
    struct Neglected {
        std::uint64_t recordings{};
        model::Timestamp since{};  // the one that waits longest
    };
    [[nodiscard]] std::optional<Neglected> neglected();

    // What these give says of a neglected recording, as its reason, that no worker takes it.
    [[nodiscard]] std::optional<model::Job> find(const model::JobId& id);
    [[nodiscard]] std::vector<model::Job> list_for_episode(const model::EpisodeId& episode);  // newest first
    [[nodiscard]] std::vector<model::Job> list_recent(int limit);                             // newest first
    // Running ones in the order in which they began, then those that wait in the order in which one worker would claim them as things
    // stand.
    [[nodiscard]] std::vector<model::Job> list_under_way();

private:
    Database& database_;
    model::Clock clock_;
};

}  // namespace earshot::storage
