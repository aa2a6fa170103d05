#include "content/storage/catalogue_rows.hpp"

#include <stdexcept>
#include <unordered_map>

#include "content/storage/catalogue_json.hpp"
#include "content/storage/statement.hpp"

namespace earshot::storage {

namespace {

#define SHOW_COLUMNS                                                                                                                \
    "select id, slug, podcast_guid, title, description, notice, language, author, owner_name, owner_email, category, subcategory, " \
    "is_explicit, type, copyright, website, locked, people, actions, time_zone, topics, artwork, created_at, updated_at from shows "

#define EPISODE_COLUMNS                                                                                                                  \
    "select id, show_id, guid, slug, title, summary, notes, type, season, number, is_explicit, state, publish_at, people, chapters, "    \
    "chapters_origin, "                                                                                                                  \
    "transcript_type, transcript_language, transcript_source, draft_language, draft_source, artwork, master_id, created_at, updated_at " \
    "from episodes "

#define MASTER_COLUMNS                                                                                                     \
    "select m.id, m.episode_id, m.original_id, m.redactions, m.object_key, m.byte_length, m.sha256, m.file_name, m.info, " \
    "m.integrated_lufs, m.true_peak_dbtp, "                                                                                \
    "m.range_lu, m.sound, m.uploaded_at from masters m "

#define RENDITION_COLUMNS                                                                                                            \
    "select r.id, r.episode_id, r.master_id, r.profile, r.codec, r.bit_rate, r.sample_rate, r.channels, r.url_path, r.essence_key, " \
    "r.object_key, r.sha256, r.byte_length, r.mime_type, r.duration, r.audio_start, r.bytes_for_60s, r.integrated_lufs, "            \
    "r.true_peak_dbtp, r.range_lu, r.tag_fingerprint, r.tagged_at from renditions r "

template <class T>
T known(std::optional<T> value, const char* what, const std::string& text) {
    if (!value) throw std::runtime_error(std::string("the database holds an unknown ") + what + ": " + text);
    return *value;
}

std::vector<model::Show> fetch_shows(Statement& rows) {
    std::vector<model::Show> result;
    model::Show s;
    std::string type, people, actions, artwork;
    rows.into(s.id.value).into(s.slug).into(s.podcast_guid).into(s.title).into(s.description).into(s.notice).into(s.language);
    rows.into(s.author).into(s.owner_name).into(s.owner_email).into(s.category).into(s.subcategory).into(s.is_explicit).into(type);
    rows.into(s.copyright).into(s.website).into(s.locked).into(people).into(actions).into(s.time_zone).into(s.topics).into(artwork);
    rows.into(s.created_at).into(s.updated_at);
    while (rows.next()) {
        s.type = known(model::parse_show_type(type), "show type", type);
        s.people = people_from_json(people);
        s.actions = actions_from_json(actions);
        s.artwork = artwork_from_json(artwork);
        result.push_back(s);
    }
    return result;
}

std::vector<model::Episode> fetch_episodes(Statement& rows) {
    std::vector<model::Episode> result;
    model::Episode e;
    model::Transcript transcript, draft{.mime_type = "text/vtt"};
    std::string type, state, people, chapters, chapters_origin, artwork, master;
    rows.into(e.id.value).into(e.show.value).into(e.guid).into(e.slug).into(e.title).into(e.summary).into(e.notes).into(type);
    rows.into(e.season).into(e.number).into(e.is_explicit).into(state).into(e.publish_at).into(people).into(chapters).into(chapters_origin);
    rows.into(transcript.mime_type)
        .into(transcript.language)
        .into(transcript.source)
        .into(draft.language)
        .into(draft.source)
        .into(artwork)
        .into(master);
    rows.into(e.created_at).into(e.updated_at);
    while (rows.next()) {
        e.type = known(model::parse_episode_type(type), "episode type", type);
        e.state = known(model::parse_episode_state(state), "episode state", state);
        e.people = people_from_json(people);
        e.chapters = chapters_from_json(chapters);
        e.chapters_origin = known(model::parse_chapters_origin(chapters_origin), "origin of chapters", chapters_origin);
        e.transcript = transcript.mime_type.empty() ? std::nullopt : std::optional(transcript);
        e.transcript_draft = draft.source.empty() ? std::nullopt : std::optional(draft);
        e.artwork = artwork_from_json(artwork);
        result.push_back(e);
    }
    return result;
}

std::vector<model::Master> fetch_masters(Statement& rows) {
    std::vector<model::Master> result;
    model::Master m;
    std::string original, redactions, info, sound;
    std::optional<double> integrated, peak, range;
    rows.into(m.id.value).into(m.episode.value).into(original).into(redactions).into(m.object_key).into(m.byte_length).into(m.sha256);
    rows.into(m.file_name).into(info);
    rows.into(integrated).into(peak).into(range).into(sound).into(m.uploaded_at);
    while (rows.next()) {
        m.original = original.empty() ? std::nullopt : std::optional(model::MasterId{original});
        m.redactions = redactions_from_json(redactions);
        m.info = master_info_from_json(info);
        m.sound = sound_from_json(sound);
        m.loudness = integrated ? std::optional(model::Loudness{*integrated, peak.value_or(0), range.value_or(0)}) : std::nullopt;
        result.push_back(m);
    }
    return result;
}

std::vector<model::Rendition> fetch_renditions(Statement& rows) {
    std::vector<model::Rendition> result;
    model::Rendition r;
    std::string codec;
    rows.into(r.id.value).into(r.episode.value).into(r.master.value).into(r.profile).into(codec).into(r.bit_rate).into(r.sample_rate);
    rows.into(r.channels).into(r.url_path).into(r.essence_key).into(r.object_key).into(r.sha256).into(r.byte_length).into(r.mime_type);
    rows.into(r.duration).into(r.audio_start).into(r.bytes_for_60s).into(r.loudness.integrated_lufs).into(r.loudness.true_peak_dbtp);
    rows.into(r.loudness.range_lu).into(r.tag_fingerprint).into(r.tagged_at);
    while (rows.next()) {
        r.codec = known(model::parse_codec(codec), "codec", codec);
        result.push_back(r);
    }
    return result;
}

template <class T>
std::optional<T> only(std::vector<T> items) {
    return items.empty() ? std::nullopt : std::optional(std::move(items.front()));
}

std::optional<model::Episode> with_audio(soci::session& session, std::vector<model::Episode> found) {
    auto episode = only(std::move(found));
    if (!episode) return episode;
    Statement masters(session, MASTER_COLUMNS "join episodes e on e.master_id = m.id where e.id = :id");
    episode->master = only(fetch_masters(masters.bind("id", episode->id.value)));
    Statement renditions(session, RENDITION_COLUMNS "where r.episode_id = :id order by r.position");
    episode->renditions = fetch_renditions(renditions.bind("id", episode->id.value));
    return episode;
}

}  // namespace

std::vector<model::Show> read_shows(soci::session& session) {
    Statement rows(session, SHOW_COLUMNS "order by title, id");
    return fetch_shows(rows);
}

std::optional<model::Show> read_show(soci::session& session, const model::ShowId& id) {
    Statement rows(session, SHOW_COLUMNS "where id = :id");
    return only(fetch_shows(rows.bind("id", id.value)));
}

std::optional<model::Show> read_show_by_slug(soci::session& session, std::string_view slug) {
    Statement rows(session, SHOW_COLUMNS "where slug = :slug");
    return only(fetch_shows(rows.bind("slug", slug)));
}

std::vector<model::Episode> read_episodes(soci::session& session, const model::ShowId& show) {
    Statement rows(session, EPISODE_COLUMNS
                   "where show_id = :show order by case state when 'draft' then 0 else 1 end, "
                   "case state when 'draft' then created_at else coalesce(publish_at, created_at) end desc, created_at desc, id");
    auto episodes = fetch_episodes(rows.bind("show", show.value));
    std::unordered_map<std::string, model::Episode*> by_id;
    for (auto& episode : episodes) by_id[episode.id.value] = &episode;
    Statement masters(session, MASTER_COLUMNS "join episodes e on e.master_id = m.id where e.show_id = :show");
    for (auto& master : fetch_masters(masters.bind("show", show.value))) by_id.at(master.episode.value)->master = std::move(master);
    Statement renditions(
        session, RENDITION_COLUMNS "join episodes e on e.id = r.episode_id where e.show_id = :show order by r.episode_id, r.position");
    for (auto& rendition : fetch_renditions(renditions.bind("show", show.value)))
        by_id.at(rendition.episode.value)->renditions.push_back(std::move(rendition));
    return episodes;
}

std::optional<model::Episode> read_episode(soci::session& session, const model::EpisodeId& id) {
    Statement rows(session, EPISODE_COLUMNS "where id = :id");
    return with_audio(session, fetch_episodes(rows.bind("id", id.value)));
}

std::optional<model::Episode> read_episode_by_slug(soci::session& session, const model::ShowId& show, std::string_view slug) {
    Statement rows(session, EPISODE_COLUMNS "where show_id = :show and slug = :slug");
    return with_audio(session, fetch_episodes(rows.bind("show", show.value).bind("slug", slug)));
}

std::optional<model::Master> read_master(soci::session& session, const model::MasterId& id) {
    Statement rows(session, MASTER_COLUMNS "where m.id = :id");
    return only(fetch_masters(rows.bind("id", id.value)));
}

}  // namespace earshot::storage
