#pragma once
// What producers do to an episode, as whole acts: each either happens completely or leaves the old state. The API and the studio call this.

#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "content/model/episode.hpp"
#include "content/model/error.hpp"
#include "content/model/job.hpp"
#include "content/storage/audit_log.hpp"
#include "content/storage/catalogue.hpp"
#include "content/storage/job_queue.hpp"
#include "content/storage/media_store.hpp"
#include "content/storage/public_view.hpp"
#include "content/storage/uploads.hpp"
#include "server/publishing/worker.hpp"

namespace earshot::publishing {

class Publisher {
public:
    struct Rooms {
        storage::Catalogue& catalogue;
        storage::JobQueue& jobs;
        storage::MediaStore& store;
        storage::Uploads& uploads;
        storage::AuditLog& audit;
        storage::PublicView& view;
        WorkerPool& workers;
    };
    Publisher(Rooms rooms, const config::Settings& settings, model::Clock clock);

    // A complete upload is to become the episode's master; a transcode job is queued. What the episode has stays as it is, and public,
    // until that job succeeds; only a schedule that is not due ends at once, and the value's reason says so. A file that was heard here
    // before, with ranges taken out, comes back without them: redact() with none brings them back. not_found, conflict (upload not
    // complete, a redaction under way, which this would put an end to, another order at the same moment), unavailable (no worker can work
    // here now: an incomplete sandbox), rate_limited (`who` has settings.publishing.queue_per_producer under way), insufficient_storage (no
    // room to work in).
    [[nodiscard]] model::Result<model::Job> attach_master(const model::EpisodeId& episode, const model::UploadId& upload,
                                                          std::string_view who);

    // Has the episode's audio made again without these ranges of its recording as it was handed in; they replace what was taken out before,
    // none restores the whole. A job as above; when it succeeds, renditions, chapters, transcript and waveform change in one write
    // (model/redacted_words.hpp). Another such job under way is cancelled, as one that would undo this one. not_found, invalid_input
    // (model/redaction.hpp), conflict (no audio yet, nothing would change, another recording on its way, another order at the same moment),
    // the rest as above.
    [[nodiscard]] model::Result<model::Job> redact(const model::EpisodeId& episode, const model::Redactions& ranges, std::string_view who);
    // As JobQueue::retry, with schedules as above; unavailable and insufficient_storage as above.
    [[nodiscard]] model::Result<model::Job> retry(const model::JobId& job, std::string_view who);
    // The recording as it was handed in; nothing without a master.
    [[nodiscard]] std::optional<model::Master> as_handed_in(const model::Episode& episode);

    // As Catalogue::edit_episode; `change` may be called more than once. Of a public episode files with the new words are written first,
    // then words and files change in one write: no feed and no page is ever ahead of a file. Where that cannot be (no room, no worker,
    // several others are at it, somebody else keeps changing the episode) the words change alone. Whoever calls it then lets the view
    // follow and calls metadata_changed(), for the files that must.
    [[nodiscard]] model::Result<model::Episode> edit(const model::EpisodeId& episode, const storage::Catalogue::EpisodeChange& change);
    // When renditions exist and their tags would differ, a tag job is queued.
    void metadata_changed(const model::EpisodeId& episode);
    void show_changed(const model::ShowId& show);

    // What keeps an episode from being published: sentences ("The master is still being transcoded."); empty = ready.
    [[nodiscard]] std::vector<std::string> obstacles(const model::Episode& episode);
    // What a careful producer would still add (transcript, artwork alt text, chapters, notes); never blocks.
    [[nodiscard]] std::vector<std::string> advice(const model::Episode& episode);

    // Brings tags up to date, then makes it public now, or at `at` (scheduled; a time already past is invalid_input). A withdrawn episode
    // comes back under its old GUID and, without `at`, its old date. conflict with the obstacles' sentences; unavailable when the tag
    // writer died or too many requests are at it. What is ordered for its audio meanwhile (conflict) it does not overtake.
    [[nodiscard]] model::Result<model::Episode> publish(const model::EpisodeId& episode, std::optional<model::Timestamp> at,
                                                        std::string_view who);
    [[nodiscard]] model::Result<model::Episode> unschedule(const model::EpisodeId& episode,
                                                           std::string_view who);  // scheduled (still future) → draft
    [[nodiscard]] model::Result<model::Episode> withdraw(const model::EpisodeId& episode, std::string_view who);

    // Picture bytes (a temporary file's descriptor) → the ladder, stored. alt must not be empty. unavailable: no worker can work here now,
    // or too many requests are at it.
    [[nodiscard]] model::Result<model::Artwork> make_artwork(int picture, std::string alt);

    // The tags an episode should carry now, and their fingerprint.
    [[nodiscard]] media::AudioTags tags_for(const model::Show& show, const model::Episode& episode, const model::Rendition& rendition);
    // Runs the tag step for all stale renditions in this thread and swaps them in; used by publish and by the job runner.
    [[nodiscard]] WorkerPool::Outcome<void> refresh_tags(const model::EpisodeId& episode);

private:
    // unavailable when no worker can work here now, insufficient_storage when there is no room to work in, or less than `need` bytes.
    [[nodiscard]] model::Status check_means(std::uint64_t need = 0);
    // Queues it; publication dates that end with that are seen at once.
    [[nodiscard]] model::Result<model::Job> place(model::Master master, const storage::NewMasterOrder& order);
    [[nodiscard]] std::vector<std::string> obstacles(const model::Episode& episode, const std::vector<model::Job>& newest_first);
    // The newest order to take out more than is taken out now that came to nothing, if nothing succeeded since.
    [[nodiscard]] std::optional<model::Job> unmade_redaction(const model::Episode& episode, const std::vector<model::Job>& newest_first);
    // Makes `fresh` a version of the recording that was handed in as the same file before, when something was taken out of that, or was to
    // be and is not yet.
    void keep_redactions(model::Master& fresh, const model::Episode& episode, const std::vector<model::Job>& newest_first);
    // One of few that may start workers while a request waits for them (for seconds, of a bad picture minutes): so that they never take all
    // of a server's blocking threads.
    class Turn;
    // Files with the words of `episode` for each of its renditions whose tags say otherwise, side by side; whether there were any. Nothing
    // is stored in the catalogue. Under tagging_.
    [[nodiscard]] WorkerPool::Outcome<bool> write_stale_tags(const model::Show& show, model::Episode& episode);
    [[nodiscard]] bool would_retag(const model::Episode& episode);
    [[nodiscard]] bool has_room_for(const model::Episode& episode);
    // edit() of a public episode; nothing when files cannot be written now.
    [[nodiscard]] std::optional<model::Result<model::Episode>> edit_with_files(const model::EpisodeId& episode,
                                                                               const storage::Catalogue::EpisodeChange& change);
    // refresh_tags() as if the episode's publication date were `date` already.
    [[nodiscard]] WorkerPool::Outcome<void> refresh_tags_for(const model::EpisodeId& episode,
                                                             std::optional<std::optional<model::Timestamp>> date);

    Rooms rooms_;
    const config::Settings& settings_;
    model::Clock clock_;
    std::counting_semaphore<> turns_{2};
    std::timed_mutex tagging_;  // one tag step at a time: the later one must see what the earlier one stored
};

}  // namespace earshot::publishing
