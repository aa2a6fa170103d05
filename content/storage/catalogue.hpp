#pragma once
// Shows and episodes with everything that hangs on them. Every call is one transaction; every change raises revision().
// Thread-safe and blocking: call from the pool, never from a network thread. Text is stored as given: clean it before (model/text.hpp).

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/episode.hpp"
#include "content/model/error.hpp"
#include "content/model/job.hpp"
#include "content/model/show.hpp"
#include "content/storage/database.hpp"

namespace earshot::storage {

// An episode that is or once was public, without its texts.
struct EpisodeLine {
    model::EpisodeId id;
    model::ShowId show;
    std::string slug, title;
    bool is_withdrawn{};  // not public now, also while it waits for its return
    std::optional<std::uint32_t> season, number;
    model::Timestamp publish_at{};  // the first time, whatever came after
};

// The newest transcode job of an episode, as somebody has read it who decides something about the episode's audio. A write that is given
// it answers conflict when another came since or that one was started again: nothing that they never saw is cancelled or overtaken.
struct KnownOrder {
    model::JobId newest;  // empty: there was none
    bool is_under_way{};
    [[nodiscard]] static KnownOrder of(const std::vector<model::Job>& newest_first);
};

struct NewMasterOrder {
    std::string_view producer;        // whose job it is
    std::string_view act;             // "episode.master": noted in the audit log in the same write; "": nothing is
    unsigned most_per_producer{};     // 0: any number
    std::optional<KnownOrder> known;  // nothing: whatever there is
};

class Catalogue {
public:
    explicit Catalogue(Database& database, model::Clock clock = model::system_now);

    // --- shows -------------------------------------------------------------------------------------------------
    // id (a random one when empty), created_at and updated_at are set here. conflict when the id or the slug is taken.
    [[nodiscard]] model::Result<model::Show> create_show(model::Show show);
    // Reads, has it changed and writes in one transaction, so that of two edits at once neither is lost. What `change` refuses changes
    // nothing. Everything but id, slug, podcast_guid, created_at. not_found. `change` must be quick and keep off the database.
    [[nodiscard]] model::Result<model::Show> edit_show(const model::ShowId& id, const std::function<model::Status(model::Show&)>& change);
    [[nodiscard]] std::optional<model::Show> find_show(const model::ShowId& id);
    [[nodiscard]] std::optional<model::Show> find_show_by_slug(std::string_view slug);
    [[nodiscard]] std::vector<model::Show> list_shows();  // by title
    // Those of which an episode is or once was public: all that who sees only what was public may hear of.
    [[nodiscard]] std::vector<model::Show> list_launched_shows();

    // --- episodes ----------------------------------------------------------------------------------------------
    // id (a random one when empty), guid (a UUIDv4 when empty), created_at, updated_at are set here; state is draft; slug is made unique by
    // "-2", "-3" …. conflict when the id is taken.
    [[nodiscard]] model::Result<model::Episode> create_episode(model::Episode episode);
    // As edit_show: title, summary, notes, type, season, number, explicit, people, chapters and their origin, transcript and its draft,
    // artwork. Not guid, slug, state, master, renditions. Chapters that nobody typed in and no recording holds follow the notes
    // (model::choose_chapters).
    using EpisodeChange = std::function<model::Status(model::Episode&)>;
    [[nodiscard]] model::Result<model::Episode> edit_episode(const model::EpisodeId& id, const EpisodeChange& change);
    // The same with the files that carry those words, in one write. conflict when the episode is not any more what it was when it was read.
    [[nodiscard]] model::Result<model::Episode> edit_episode(const model::Episode& as_read, const EpisodeChange& change,
                                                             const std::vector<model::Rendition>& renditions);
    // What edit_episode() would make of it; nothing is written.
    [[nodiscard]] static model::Result<model::Episode> edited(model::Episode episode, const EpisodeChange& change);
    [[nodiscard]] std::optional<model::Episode> find_episode(const model::EpisodeId& id);
    [[nodiscard]] std::optional<model::Episode> find_episode_by_slug(const model::ShowId& show, std::string_view slug);
    // Newest first by publish_at, drafts (by created_at) before all. Complete values, transcripts included.
    [[nodiscard]] std::vector<model::Episode> list_episodes(const model::ShowId& show);
    // Those that are public by now or were once, oldest first; of one show, or of all.
    [[nodiscard]] std::vector<EpisodeLine> list_public_lines(const std::optional<model::ShowId>& show = {});
    // Drafts only; conflict for anything that was ever public (GUIDs are never re-used). Its objects stay until collected.
    [[nodiscard]] model::Status remove_episode(const model::EpisodeId& id);

    // State change with its publish_at. Without one: a draft has none, a withdrawn episode keeps its own, a published one keeps its own or
    // gets the present, a scheduled one is invalid_input. conflict when `expected` no longer holds (somebody else was faster), when a
    // scheduled one has gone public by itself (then it can only be withdrawn), or as KnownOrder says.
    [[nodiscard]] model::Result<model::Episode> set_state(const model::EpisodeId& id, model::EpisodeState expected,
                                                          model::EpisodeState next, std::optional<model::Timestamp> publish_at,
                                                          const std::optional<KnownOrder>& known = {});

    // --- audio -------------------------------------------------------------------------------------------------
    // The transcode job is queued in the same transaction; id and (but of another version of a recording) uploaded_at are set here. It is
    // the episode's master at once only while there are no renditions of another: what is public stays whole until switch_audio, whatever
    // becomes of the new recording.
    struct NewMaster {
        model::Master master;
        model::Job job;  // as JobQueue::enqueue: an older transcode job of the episode is cancelled, and what is scheduled becomes a draft
    };
    // rate_limited: the producer has so many recordings under way already. conflict: as KnownOrder says.
    [[nodiscard]] model::Result<NewMaster> add_master(model::Master master, const NewMasterOrder& order = {});
    [[nodiscard]] std::optional<model::Master> find_master(const model::MasterId& id);
    [[nodiscard]] model::Status set_master_info(const model::MasterId& id, const model::MasterInfo& info, const model::Loudness& loudness,
                                                const std::optional<model::Sound>& sound = std::nullopt);
    // Swaps the whole set of the episode's current master in one transaction; empty ids are filled in. conflict when the episode is not any
    // more what it was when it was read, or when a url_path ever belonged to another recording or profile.
    [[nodiscard]] model::Status replace_renditions(const model::Episode& as_read, const std::vector<model::Rendition>& renditions);
    // The same, and the transcode job's master becomes the current one; chapters and transcript follow it (model/redacted_words.hpp). The
    // job has succeeded with it: what is public was never cancelled. conflict when it is not running under `claim` any more
    // (JobQueue::claim), or the episode is not any more what it was when the words for the files were read.
    [[nodiscard]] model::Status switch_audio(const model::Job& job, std::string_view claim, const std::vector<model::Rendition>& renditions,
                                             const std::optional<model::Episode>& as_read = std::nullopt);

    // What the transcribe job made of its master. Nothing public changes, updated_at neither. conflict when the job was cancelled or the
    // episode has another master by now.
    [[nodiscard]] model::Status set_transcript_draft(const model::Job& job, const model::Transcript& draft);

    // --- for snapshots -----------------------------------------------------------------------------------------
    [[nodiscard]] std::uint64_t revision();  // cheap; any committed change by any process raises it

    // Everything at one moment, as list_shows and list_episodes give it.
    struct Contents {
        struct ShowWithEpisodes {
            model::Show show;
            std::vector<model::Episode> episodes;
        };
        std::uint64_t revision{};
        std::vector<ShowWithEpisodes> shows;
        struct RetiredPath {
            std::string url_path;
            model::EpisodeId episode;
        };
        std::vector<RetiredPath> retired_paths;  // once served, no rendition has them now
    };
    [[nodiscard]] Contents contents();

    // MediaStore keys of all that anything speaks of: masters (also those that others replaced), renditions and what they were tagged
    // from, their waveforms and analyses, covers, complete uploads.
    [[nodiscard]] std::set<std::string> referenced_objects();

private:
    Database& database_;
    model::Clock clock_;
};

}  // namespace earshot::storage
