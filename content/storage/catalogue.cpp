#include "content/storage/catalogue.hpp"

#include <fmt/format.h>

#include "content/model/text.hpp"
#include "content/storage/catalogue_json.hpp"
#include "content/storage/catalogue_rows.hpp"
#include "content/storage/digest.hpp"
#include "content/storage/statement.hpp"

namespace earshot::storage {

using model::Errc;
using model::fail;

namespace {

bool any(Statement& query) {
    std::string ignored;
    return query.into(ignored).next();
}

void insert_show(soci::session& session, const model::Show& s) {
    Statement insert(
        session,
        "insert into shows (id, slug, podcast_guid, title, description, notice, language, author, owner_name, owner_email, "
        "category, subcategory, is_explicit, type, copyright, website, locked, people, actions, time_zone, topics, artwork, created_at, "
        "updated_at) "
        "values (:id, :slug, :podcast_guid, :title, :description, :notice, :language, :author, :owner_name, :owner_email, "
        ":category, :subcategory, :is_explicit, :type, :copyright, :website, :locked, :people, :actions, :time_zone, :topics, :artwork, "
        ":created_at, :updated_at)");
    insert.bind("id", s.id.value).bind("slug", s.slug).bind("podcast_guid", s.podcast_guid).bind("title", s.title);
    insert.bind("description", s.description).bind("notice", s.notice).bind("language", s.language).bind("author", s.author);
    insert.bind("owner_name", s.owner_name).bind("owner_email", s.owner_email).bind("category", s.category);
    insert.bind("subcategory", s.subcategory).bind("is_explicit", s.is_explicit).bind("type", to_string(s.type));
    insert.bind("copyright", s.copyright).bind("website", s.website).bind("locked", s.locked).bind("people", to_json(s.people));
    insert.bind("actions", to_json(s.actions)).bind("artwork", to_json(s.artwork)).bind("created_at", s.created_at);
    insert.bind("time_zone", s.time_zone).bind("topics", s.topics).bind("updated_at", s.updated_at).run();
}

void insert_episode(soci::session& session, const model::Episode& e) {
    Statement insert(
        session,
        "insert into episodes (id, show_id, guid, slug, title, summary, notes, type, season, number, is_explicit, state, people, "
        "chapters, chapters_origin, transcript_type, transcript_language, transcript_source, artwork, created_at, updated_at) "
        "values (:id, :show, :guid, :slug, :title, :summary, :notes, :type, :season, :number, :is_explicit, 'draft', :people, "
        ":chapters, :chapters_origin, :transcript_type, :transcript_language, :transcript_source, :artwork, :created_at, :updated_at)");
    const auto transcript = e.transcript.value_or(model::Transcript{});
    insert.bind("id", e.id.value).bind("show", e.show.value).bind("guid", e.guid).bind("slug", e.slug).bind("title", e.title);
    insert.bind("summary", e.summary).bind("notes", e.notes).bind("type", to_string(e.type)).bind("season", e.season);
    insert.bind("number", e.number).bind("is_explicit", e.is_explicit).bind("people", to_json(e.people));
    insert.bind("chapters", to_json(e.chapters)).bind("chapters_origin", to_string(e.chapters_origin));
    insert.bind("transcript_type", transcript.mime_type);
    insert.bind("transcript_language", transcript.language).bind("transcript_source", transcript.source);
    insert.bind("artwork", to_json(e.artwork)).bind("created_at", e.created_at).bind("updated_at", e.updated_at).run();
}

// Chapters that come without one were typed in.
void settle_origin(model::Episode& e) {
    if (e.chapters_origin == model::ChaptersOrigin::none && !e.chapters.empty()) e.chapters_origin = model::ChaptersOrigin::producer;
}

bool slug_taken(soci::session& session, const model::ShowId& show, std::string_view slug) {
    Statement query(session, "select id from episodes where show_id = :show and slug = :slug");
    return any(query.bind("show", show.value).bind("slug", slug));
}

std::string free_slug(soci::session& session, const model::ShowId& show, std::string_view wanted) {
    unsigned number = 1;
    while (slug_taken(session, show, model::numbered_slug(wanted, number))) ++number;
    return model::numbered_slug(wanted, number);
}

bool id_taken(soci::session& session, const model::ShowId& id) {
    Statement query(session, "select id from shows where id = :id");
    return any(query.bind("id", id.value));
}
bool id_taken(soci::session& session, const model::EpisodeId& id) {
    Statement query(session, "select id from episodes where id = :id");
    return any(query.bind("id", id.value));
}

constexpr const char* made_before = "This was made before.";

}  // namespace

Catalogue::Catalogue(Database& database, model::Clock clock) : database_(database), clock_(std::move(clock)) {}

model::Result<model::Show> Catalogue::create_show(model::Show show) {
    if (!model::is_slug(show.slug))
        return fail(Errc::invalid_input, "The show needs an address of lower-case letters, digits and hyphens, such as \"code-severe\".");
    if (show.id.empty()) show.id.value = random_id();
    if (show.podcast_guid.empty()) show.podcast_guid = uuid_v4();
    show.created_at = show.updated_at = clock_();
    model::Status status;
    database_.write([&](soci::session& session) {
        if (id_taken(session, show.id)) {
            status = fail(Errc::conflict, made_before);
            return;
        }
        Statement same(session, "select id from shows where slug = :slug or podcast_guid = :guid");
        if (any(same.bind("slug", show.slug).bind("guid", show.podcast_guid))) {
            status = fail(Errc::conflict, fmt::format("The address \"{}\" belongs to another show. Choose another one.", show.slug));
            return;
        }
        insert_show(session, show);
    });
    if (!status) return std::unexpected(status.error());
    return show;
}

model::Result<model::Show> Catalogue::edit_show(const model::ShowId& id, const std::function<model::Status(model::Show&)>& change) {
    model::Result<model::Show> result = fail(Errc::not_found, "There is no such show.");
    database_.write([&](soci::session& session) {
        auto found = read_show(session, id);
        if (!found) return;
        model::Show& s = *found;
        if (const auto changed = change(s); !changed) {
            result = std::unexpected(changed.error());
            return;
        }
        Statement update(
            session,
            "update shows set title = :title, description = :description, notice = :notice, language = :language, "
            "author = :author, owner_name = :owner_name, owner_email = :owner_email, category = :category, "
            "subcategory = :subcategory, is_explicit = :is_explicit, type = :type, copyright = :copyright, website = :website, "
            "locked = :locked, people = :people, actions = :actions, time_zone = :time_zone, topics = :topics, artwork = :artwork, "
            "updated_at = :updated_at where id = :id");
        update.bind("time_zone", s.time_zone).bind("topics", s.topics);
        update.bind("title", s.title).bind("description", s.description).bind("notice", s.notice).bind("language", s.language);
        update.bind("author", s.author).bind("owner_name", s.owner_name).bind("owner_email", s.owner_email).bind("category", s.category);
        update.bind("subcategory", s.subcategory).bind("is_explicit", s.is_explicit).bind("type", to_string(s.type));
        update.bind("copyright", s.copyright).bind("website", s.website).bind("locked", s.locked).bind("people", to_json(s.people));
        update.bind("actions", to_json(s.actions)).bind("artwork", to_json(s.artwork)).bind("updated_at", clock_());
        update.bind("id", id.value).run();
        result = *read_show(session, id);
    });
    return result;
}

std::optional<model::Show> Catalogue::find_show(const model::ShowId& id) {
    std::optional<model::Show> result;
    database_.read([&](soci::session& session) { result = read_show(session, id); });
    return result;
}

std::optional<model::Show> Catalogue::find_show_by_slug(std::string_view slug) {
    std::optional<model::Show> result;
    database_.read([&](soci::session& session) { result = read_show_by_slug(session, slug); });
    return result;
}

std::vector<model::Show> Catalogue::list_shows() {
    std::vector<model::Show> result;
    database_.read([&](soci::session& session) { result = read_shows(session); });
    return result;
}

model::Result<model::Episode> Catalogue::create_episode(model::Episode episode) {
    const std::string wanted = model::is_slug(episode.slug) ? episode.slug : model::make_slug(episode.title, "episode");
    if (episode.id.empty()) episode.id.value = random_id();
    if (episode.guid.empty()) episode.guid = uuid_v4();
    episode.created_at = episode.updated_at = clock_();
    episode.state = model::EpisodeState::draft;
    episode.publish_at.reset();
    episode.master.reset();
    episode.renditions.clear();
    settle_origin(episode);
    if (episode.chapters_origin == model::ChaptersOrigin::none) model::choose_chapters(episode);
    model::Status status;
    database_.write([&](soci::session& session) {
        if (!id_taken(session, episode.show)) {
            status = fail(Errc::not_found, "There is no such show.");
            return;
        }
        if (id_taken(session, episode.id)) {
            status = fail(Errc::conflict, made_before);
            return;
        }
        Statement used(session, "select guid from guids where guid = :guid");
        if (any(used.bind("guid", episode.guid))) {
            status = fail(Errc::conflict,
                          "This GUID was used before, and a GUID is never given to a second episode. Leave it out to get a new one.");
            return;
        }
        episode.slug = free_slug(session, episode.show, wanted);
        insert_episode(session, episode);
    });
    if (!status) return std::unexpected(status.error());
    return episode;
}

model::Result<model::Episode> Catalogue::edited(model::Episode episode, const EpisodeChange& change) {
    const auto notes = episode.notes;
    if (auto changed = change(episode); !changed) return std::unexpected(std::move(changed.error()));
    settle_origin(episode);
    // Of the notes nothing can be known but what they say now; what was taken from a recording stays.
    const bool of_notes = episode.chapters_origin == model::ChaptersOrigin::none || episode.chapters_origin == model::ChaptersOrigin::notes;
    if (episode.notes != notes && of_notes) model::choose_chapters(episode);
    return episode;
}

std::optional<model::Episode> Catalogue::find_episode(const model::EpisodeId& id) {
    std::optional<model::Episode> result;
    database_.read([&](soci::session& session) { result = read_episode(session, id); });
    return result;
}

std::optional<model::Episode> Catalogue::find_episode_by_slug(const model::ShowId& show, std::string_view slug) {
    std::optional<model::Episode> result;
    database_.read([&](soci::session& session) { result = read_episode_by_slug(session, show, slug); });
    return result;
}

std::vector<model::Episode> Catalogue::list_episodes(const model::ShowId& show) {
    std::vector<model::Episode> result;
    database_.read([&](soci::session& session) { result = read_episodes(session, show); });
    return result;
}

std::uint64_t Catalogue::revision() {
    std::uint64_t value{};
    database_.read([&](soci::session& session) {
        Statement query(session, "select value from catalogue_revision");
        (void)query.into(value).next();
    });
    return value;
}

Catalogue::Contents Catalogue::contents() {
    Contents result;
    database_.read([&](soci::session& session) {
        Statement query(session, "select value from catalogue_revision");
        (void)query.into(result.revision).next();
        for (auto& show : read_shows(session)) {
            auto episodes = read_episodes(session, show.id);
            result.shows.push_back({std::move(show), std::move(episodes)});
        }
        Contents::RetiredPath path;
        Statement retired(session,
                          "select p.url_path, p.episode_id from media_paths p left join renditions r on r.url_path = p.url_path "
                          "where r.url_path is null");
        retired.into(path.url_path).into(path.episode.value);
        while (retired.next()) result.retired_paths.push_back(path);
    });
    return result;
}

std::set<std::string> Catalogue::referenced_objects() {
    std::set<std::string> keys;
    std::string text;
    database_.read([&](soci::session& session) {
        Statement objects(session,
                          "select object_key from masters union select object_key from renditions union select essence_key from renditions "
                          "union select object_key from uploads");
        objects.into(text);
        while (objects.next()) keys.insert(text);
        Statement sounds(session, "select sound from masters");
        sounds.into(text);
        while (sounds.next()) {
            const auto sound = sound_from_json(text);
            if (!sound) continue;
            keys.insert(sound->analysis_key);
            for (const auto& waveform : sound->waveforms) keys.insert({waveform.dat_key, waveform.json_key});
        }
        Statement covers(session, "select artwork from shows union select artwork from episodes");
        covers.into(text);
        while (covers.next()) {
            const auto artwork = artwork_from_json(text);
            if (!artwork) continue;
            for (const auto& size : artwork->sizes) keys.insert({size.object_key, size.webp_key});
        }
    });
    keys.erase("");
    return keys;
}

}  // namespace earshot::storage
