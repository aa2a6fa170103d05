// The catalogue's changes of state and audio.

#include <fmt/format.h>

#include <algorithm>

#include "content/model/heard_words.hpp"
#include "content/model/redacted_words.hpp"
#include "content/storage/audit_rows.hpp"
#include "content/storage/catalogue.hpp"
#include "content/storage/catalogue_json.hpp"
#include "content/storage/catalogue_rows.hpp"
#include "content/storage/digest.hpp"
#include "content/storage/job_rows.hpp"
#include "content/storage/statement.hpp"

namespace earshot::storage {

using model::EpisodeState;
using model::Errc;
using model::fail;

namespace {

constexpr const char* no_episode = "There is no such episode.";
constexpr const char* changed_meanwhile = "The episode was changed by somebody else meanwhile.";

model::Status check_known(soci::session& session, const model::EpisodeId& id, const std::optional<KnownOrder>& known) {
    if (!known) return {};
    std::string newest, state;
    Statement query(session, "select id, state from jobs where episode_id = :id and kind = 'transcode' order by number desc limit 1");
    const bool under_way = query.bind("id", id.value).into(newest).into(state).next() && (state == "queued" || state == "running");
    if (newest == known->newest.value && (known->is_under_way || !under_way)) return {};
    return fail(Errc::conflict, "Another recording or redaction was ordered for this episode just now. Look again before you go on.");
}

bool was_public(soci::session& session, const model::EpisodeId& id) {
    std::optional<model::Timestamp> first;
    Statement query(session, "select first_public_at from episodes where id = :id");
    return query.bind("id", id.value).into(first).next() && first.has_value();
}

// What is to be stored as publish_at, see set_state.
model::Result<std::optional<model::Timestamp>> next_publish_at(const model::Episode& episode, EpisodeState next,
                                                               std::optional<model::Timestamp> given, model::Timestamp now) {
    switch (next) {
        case EpisodeState::draft:
            return std::nullopt;
        case EpisodeState::scheduled:
            if (!given) return fail(Errc::invalid_input, "A scheduled episode needs the moment it is to be published.");
            return given;
        case EpisodeState::published:
            if (given) return given;
            return episode.publish_at ? episode.publish_at : std::optional(now);
        case EpisodeState::withdrawn:
            return given ? given : episode.publish_at;
    }
    return std::nullopt;
}

void insert_rendition(soci::session& session, const model::Rendition& r, std::size_t position) {
    Statement insert(
        session,
        "insert into renditions (id, episode_id, master_id, position, profile, codec, bit_rate, sample_rate, channels, url_path, "
        "essence_key, object_key, sha256, byte_length, mime_type, duration, audio_start, bytes_for_60s, integrated_lufs, "
        "true_peak_dbtp, range_lu, tag_fingerprint, tagged_at) values (:id, :episode, :master, :position, :profile, :codec, "
        ":bit_rate, :sample_rate, :channels, :url_path, :essence_key, :object_key, :sha256, :byte_length, :mime_type, :duration, "
        ":audio_start, :bytes_for_60s, :integrated_lufs, :true_peak_dbtp, :range_lu, :tag_fingerprint, :tagged_at)");
    insert.bind("id", r.id.empty() ? random_id() : r.id.value).bind("episode", r.episode.value).bind("master", r.master.value);
    insert.bind("position", position).bind("profile", r.profile).bind("codec", to_string(r.codec)).bind("bit_rate", r.bit_rate);
    insert.bind("sample_rate", r.sample_rate).bind("channels", r.channels).bind("url_path", r.url_path);
    insert.bind("essence_key", r.essence_key).bind("object_key", r.object_key).bind("sha256", r.sha256);
    insert.bind("byte_length", r.byte_length).bind("mime_type", r.mime_type).bind("duration", r.duration);
    insert.bind("audio_start", r.audio_start).bind("bytes_for_60s", r.bytes_for_60s);
    insert.bind("integrated_lufs", r.loudness.integrated_lufs).bind("true_peak_dbtp", r.loudness.true_peak_dbtp);
    insert.bind("range_lu", r.loudness.range_lu).bind("tag_fingerprint", r.tag_fingerprint).bind("tagged_at", r.tagged_at).run();
}

bool path_belongs_to_other_audio(soci::session& session, const model::Rendition& r) {
    std::string found;
    Statement query(session,
                    "select url_path from media_paths where url_path = :path and (episode_id <> :episode or master_id <> :master "
                    "or profile <> :profile)");
    query.bind("path", r.url_path).bind("episode", r.episode.value).bind("master", r.master.value).bind("profile", r.profile);
    return query.into(found).next();
}

model::Status store_renditions(soci::session& session, const model::EpisodeId& id, const model::MasterId& master,
                               const std::vector<model::Rendition>& renditions, model::Timestamp now) {
    for (const auto& rendition : renditions)
        if (rendition.episode != id || rendition.master != master || path_belongs_to_other_audio(session, rendition))
            return fail(Errc::conflict, fmt::format("{} belongs to other audio. New audio needs a new address.", rendition.url_path));
    Statement(session, "delete from renditions where episode_id = :id").bind("id", id.value).run();
    for (std::size_t i = 0; i < renditions.size(); ++i) insert_rendition(session, renditions[i], i);
    Statement(session, "update episodes set updated_at = :now where id = :id").bind("now", now).bind("id", id.value).run();
    return {};
}

void store_words(soci::session& session, const model::Episode& episode) {
    const auto transcript = episode.transcript.value_or(model::Transcript{});
    Statement update(session,
                     "update episodes set chapters = :chapters, chapters_origin = :origin, transcript_type = :transcript_type, "
                     "transcript_language = :transcript_language, transcript_source = :transcript_source where id = :id");
    update.bind("chapters", to_json(episode.chapters)).bind("origin", to_string(episode.chapters_origin));
    update.bind("transcript_type", transcript.mime_type);
    update.bind("transcript_language", transcript.language).bind("transcript_source", transcript.source);
    update.bind("id", episode.id.value).run();
}

void store_edit(soci::session& session, const model::Episode& e, model::Timestamp now) {
    const auto transcript = e.transcript.value_or(model::Transcript{});
    Statement update(
        session,
        "update episodes set title = :title, summary = :summary, notes = :notes, type = :type, season = :season, "
        "number = :number, is_explicit = :is_explicit, people = :people, chapters = :chapters, chapters_origin = :chapters_origin, "
        "transcript_type = :transcript_type, transcript_language = :transcript_language, "
        "transcript_source = :transcript_source, draft_language = :draft_language, draft_source = :draft_source, "
        "artwork = :artwork, updated_at = :updated_at where id = :id");
    update.bind("title", e.title).bind("summary", e.summary).bind("notes", e.notes).bind("type", to_string(e.type));
    update.bind("season", e.season).bind("number", e.number).bind("is_explicit", e.is_explicit).bind("people", to_json(e.people));
    update.bind("chapters", to_json(e.chapters)).bind("chapters_origin", to_string(e.chapters_origin));
    update.bind("transcript_type", transcript.mime_type);
    update.bind("transcript_language", transcript.language).bind("transcript_source", transcript.source);
    const auto draft = e.transcript_draft.value_or(model::Transcript{});
    update.bind("draft_language", draft.language).bind("draft_source", draft.source);
    update.bind("artwork", to_json(e.artwork)).bind("updated_at", now).bind("id", e.id.value).run();
}

}  // namespace

KnownOrder KnownOrder::of(const std::vector<model::Job>& newest_first) {
    const auto found = std::ranges::find(newest_first, model::JobKind::transcode, &model::Job::kind);
    return found == newest_first.end() ? KnownOrder{} : KnownOrder{found->id, model::is_under_way(*found)};
}

model::Result<model::Episode> Catalogue::edit_episode(const model::EpisodeId& id, const EpisodeChange& change) {
    model::Result<model::Episode> result = fail(Errc::not_found, no_episode);
    database_.write([&](soci::session& session) {
        auto found = read_episode(session, id);
        if (!found) return;
        result = edited(std::move(*found), change);
        if (!result) return;
        store_edit(session, *result, clock_());
        result = *read_episode(session, id);
    });
    return result;
}

model::Result<model::Episode> Catalogue::edit_episode(const model::Episode& as_read, const EpisodeChange& change,
                                                      const std::vector<model::Rendition>& renditions) {
    model::Result<model::Episode> result = fail(Errc::not_found, no_episode);
    database_.write([&](soci::session& session) {
        auto found = read_episode(session, as_read.id);
        if (!found) return;
        if (*found != as_read) {
            result = fail(Errc::conflict, changed_meanwhile);
            return;
        }
        result = edited(std::move(*found), change);
        if (!result) return;
        const auto now = clock_();
        const auto stored = store_renditions(session, as_read.id, as_read.master.value_or(model::Master{}).id, renditions, now);
        if (!stored) {
            result = std::unexpected(stored.error());
            return;
        }
        store_edit(session, *result, now);
        result = *read_episode(session, as_read.id);
    });
    return result;
}

model::Status Catalogue::remove_episode(const model::EpisodeId& id) {
    model::Status status;
    database_.write([&](soci::session& session) {
        const auto episode = read_episode(session, id);
        if (!episode) {
            status = fail(Errc::not_found, no_episode);
        } else if (episode->state != EpisodeState::draft || was_public(session, id)) {
            status = fail(Errc::conflict, "Only a draft that was never public can be removed. Withdraw the episode instead.");
        } else {
            Statement(session, "update episodes set master_id = null where id = :id").bind("id", id.value).run();
            Statement(session, "delete from episodes where id = :id").bind("id", id.value).run();
        }
    });
    return status;
}

model::Result<model::Episode> Catalogue::set_state(const model::EpisodeId& id, EpisodeState expected, EpisodeState next,
                                                   std::optional<model::Timestamp> publish_at, const std::optional<KnownOrder>& known) {
    model::Result<model::Episode> result = fail(Errc::not_found, no_episode);
    database_.write([&](soci::session& session) {
        const auto now = clock_();
        const auto episode = read_episode(session, id);
        if (!episode) return;
        if (episode->state != expected) {
            result = fail(Errc::conflict, fmt::format("The episode is {} by now; somebody else changed it. Look again before you go on.",
                                                      to_string(episode->state)));
            return;
        }
        if (expected == EpisodeState::scheduled && next != EpisodeState::withdrawn && is_public(*episode, now)) {
            result = fail(Errc::conflict, "The episode's time has come, it is public by now. Withdraw it instead.");
            return;
        }
        if (const auto seen = check_known(session, id, known); !seen) {
            result = std::unexpected(seen.error());
            return;
        }
        const auto moment = next_publish_at(*episode, next, publish_at, now);
        if (!moment) {
            result = std::unexpected(moment.error());
            return;
        }
        // One that was scheduled went public by itself when its time came.
        const auto seen = is_public(*episode, now)          ? episode->publish_at
                          : next == EpisodeState::published ? std::optional(now)
                                                            : std::nullopt;
        Statement update(session,
                         "update episodes set state = :state, publish_at = :publish_at, updated_at = :now, first_public_at = "
                         "coalesce(first_public_at, :first_public_at) where id = :id");
        update.bind("state", to_string(next)).bind("publish_at", *moment).bind("now", now).bind("id", id.value);
        update.bind("first_public_at", seen).run();
        result = *read_episode(session, id);
    });
    return result;
}

model::Result<Catalogue::NewMaster> Catalogue::add_master(model::Master master, const NewMasterOrder& order) {
    master.id.value = random_id();
    const auto now = clock_();
    if (!master.original) master.uploaded_at = now;
    model::Status status;
    model::Job job;
    database_.write([&](soci::session& session) {
        if (!read_episode(session, master.episode)) {
            status = fail(Errc::not_found, no_episode);
            return;
        }
        status = check_known(session, master.episode, order.known);
        if (!status) return;
        status = check_share(session, order.producer, master.episode, order.most_per_producer, true);
        if (!status) return;
        Statement insert(session,
                         "insert into masters (id, episode_id, original_id, redactions, object_key, byte_length, sha256, file_name, info, "
                         "integrated_lufs, "
                         "true_peak_dbtp, range_lu, uploaded_at) values (:id, :episode, nullif(:original, ''), :redactions, :object_key, "
                         ":byte_length, :sha256, :file_name, :info, "
                         ":integrated_lufs, :true_peak_dbtp, :range_lu, :uploaded_at)");
        const auto& loudness = master.loudness;
        insert.bind("id", master.id.value).bind("episode", master.episode.value).bind("object_key", master.object_key);
        insert.bind("original", master.original ? master.original->value : "");
        insert.bind("redactions", to_json(master.redactions))
            .bind("byte_length", master.byte_length)
            .bind("sha256", master.sha256)
            .bind("file_name", master.file_name);
        insert.bind("info", to_json(master.info)).bind("uploaded_at", master.uploaded_at);
        insert.bind("integrated_lufs", loudness ? std::optional(loudness->integrated_lufs) : std::nullopt);
        insert.bind("true_peak_dbtp", loudness ? std::optional(loudness->true_peak_dbtp) : std::nullopt);
        insert.bind("range_lu", loudness ? std::optional(loudness->range_lu) : std::nullopt).run();
        Statement current(session,
                          "update episodes set updated_at = :now, master_id = :master where id = :id "
                          "and not exists (select 1 from renditions where episode_id = :id)");
        current.bind("master", master.id.value).bind("now", now).bind("id", master.episode.value).run();
        job = queue_job(session, {model::JobKind::transcode, master.episode, master.id, std::string(order.producer)}, now);
        if (!order.act.empty()) append_audit(session, now, order.producer, order.act, master.episode.value);
    });
    if (!status) return std::unexpected(status.error());
    return NewMaster{std::move(master), std::move(job)};
}

model::Status Catalogue::set_master_info(const model::MasterId& id, const model::MasterInfo& info, const model::Loudness& loudness,
                                         const std::optional<model::Sound>& sound) {
    long long changed = 0;
    database_.write([&](soci::session& session) {
        Statement update(session,
                         "update masters set info = :info, integrated_lufs = :integrated_lufs, true_peak_dbtp = :true_peak_dbtp, "
                         "range_lu = :range_lu, sound = :sound where id = :id");
        update.bind("sound", to_json(sound)).bind("info", to_json(std::optional(info))).bind("integrated_lufs", loudness.integrated_lufs);
        update.bind("true_peak_dbtp", loudness.true_peak_dbtp).bind("range_lu", loudness.range_lu).bind("id", id.value);
        changed = update.run();
    });
    if (changed == 0) return fail(Errc::not_found, "There is no such master.");
    return {};
}

std::optional<model::Master> Catalogue::find_master(const model::MasterId& id) {
    std::optional<model::Master> result;
    database_.read([&](soci::session& session) { result = read_master(session, id); });
    return result;
}

model::Status Catalogue::replace_renditions(const model::Episode& as_read, const std::vector<model::Rendition>& renditions) {
    model::Status status;
    database_.write([&](soci::session& session) {
        const auto episode = read_episode(session, as_read.id);
        if (!episode)
            status = fail(Errc::not_found, no_episode);
        else if (*episode != as_read || !episode->master)
            status = fail(Errc::conflict, changed_meanwhile);
        else
            status = store_renditions(session, episode->id, episode->master->id, renditions, clock_());
    });
    return status;
}

model::Status Catalogue::switch_audio(const model::Job& job, std::string_view claim, const std::vector<model::Rendition>& renditions,
                                      const std::optional<model::Episode>& as_read) {
    model::Status status;
    database_.write([&](soci::session& session) {
        if (!holds_claim(session, job.id, claim)) {
            status = fail(Errc::conflict, "The job was cancelled.");
            return;
        }
        auto episode = read_episode(session, job.episode);
        const auto master = read_master(session, job.master);
        if (!episode || !master) {
            status = fail(Errc::not_found, no_episode);
            return;
        }
        if (as_read && *episode != *as_read) {
            status = fail(Errc::conflict, changed_meanwhile);
            return;
        }
        status = store_renditions(session, job.episode, job.master, renditions, clock_());
        if (!status) return;
        change_audio(*episode, *master, renditions);
        store_words(session, *episode);
        // A draft is of what was heard before, also of what is taken out now.
        Statement update(session, "update episodes set master_id = :master, draft_language = '', draft_source = '' where id = :id");
        update.bind("master", job.master.value).bind("id", job.episode.value).run();
        std::string to_look_at;
        for (const auto& sentence : model::words_beyond_audio(*episode)) to_look_at += (to_look_at.empty() ? "" : " ") + sentence;
        finish_job(session, job.id, claim, clock_(), to_look_at);
    });
    return status;
}

model::Status Catalogue::set_transcript_draft(const model::Job& job, const model::Transcript& draft) {
    long long changed = 0;
    database_.write([&](soci::session& session) {
        Statement update(session,
                         "update episodes set draft_language = :language, draft_source = :source where id = :id and master_id = :master "
                         "and exists (select 1 from jobs where id = :job and state = 'running')");
        update.bind("language", draft.language).bind("source", draft.source).bind("id", job.episode.value);
        changed = update.bind("master", job.master.value).bind("job", job.id.value).run();
    });
    if (changed == 0) return fail(Errc::conflict, "The job was cancelled, or the episode has another recording by now.");
    return {};
}

}  // namespace earshot::storage
