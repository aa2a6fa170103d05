// An episode's page: player, chapters, notes, transcript.

#include <algorithm>

#include "content/model/heard_words.hpp"
#include "content/model/transcript_forms.hpp"
#include "feeds/addresses.hpp"
#include "feeds/notes.hpp"
#include "server/publishing/sound.hpp"
#include "server/web/caches.hpp"
#include "server/web/handlers.hpp"
#include "server/web/page.hpp"
#include "server/web/people.hpp"
#include "server/web/public_lookup.hpp"
#include "server/web/structured_data.hpp"
#include "server/web/turns.hpp"
#include "server/web/waveform_picture.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using storage::PublicShow;

// One address a profile: the first rendition of each.
std::vector<const model::Rendition*> sources_of(const model::Episode& episode) {
    std::vector<const model::Rendition*> sources;
    for (const auto& rendition : episode.renditions) {
        const bool known = std::ranges::any_of(sources, [&](const auto* each) { return each->profile == rendition.profile; });
        if (!known) sources.push_back(&rendition);
    }
    return sources;
}

// A picture of its own, made beforehand: drawing it asks for no audio.
void put_picture(const Context& context, Values& audio, const model::Episode& episode) {
    if (!episode.master || !episode.master->sound) return;
    if (const auto waveform = publishing::read_waveform(context.store, *episode.master->sound, picture_points))
        put_waveform(audio, *waveform, episode, episode.renditions.front().duration);
}

void put_player(const Context& context, Values& values, const model::Show& show, const model::Episode& episode) {
    const auto sources = sources_of(episode);
    if (sources.empty()) {
        values.show("NO_AUDIO");
        return;
    }
    auto& audio = values.add("AUDIO");
    audio.set("TITLE", episode.title).set("SHOW_HREF", feeds::show_path(show));
    put_picture(context, audio, episode);
    for (const auto* rendition : sources) {
        const auto& codec = model::facts_of(rendition->codec);
        auto& source = audio.add("SOURCE").set("SRC", rendition->url_path).set("TYPE", std::string(codec.page_type));
        source.set("SIZE", file_size(rendition->byte_length)).set("NAME", std::string(codec.file_kind));
    }
}

// Without JavaScript a time opens the audio at that moment (media fragment); with it the player on the page moves there.
void put_time(Values& values, const model::Rendition* main, std::chrono::milliseconds start) {
    values.set("TIME", model::format_clock(start)).set("SECONDS", whole_seconds(start));
    if (main) values.set("HREF", main->url_path + "#t=" + whole_seconds(start));
}

void put_chapters(Values& values, const model::Episode& episode) {
    const auto* main = feeds::main_rendition(episode);
    if (episode.chapters.empty() || !main) return;
    auto& list = values.add("CHAPTERS");
    for (const auto& chapter : episode.chapters) {
        auto& item = list.add("CHAPTER");
        item.set("TITLE", chapter.title);
        put_time(item, main, chapter.start);
        if (!chapter.href.empty()) item.add("LINK").set("HREF", chapter.href);
    }
}

void put_transcript(Values& values, const model::Show& show, const model::Episode& episode) {
    const auto cues = model::heard_cues(episode);
    if (!cues) return;  // an unreadable one is still offered in the feed
    const auto* main = feeds::main_rendition(episode);
    auto& section = values.show("HAS_TRANSCRIPT").add("TRANSCRIPT");
    section.set("TRANSCRIPT_LANG", episode.transcript->language.empty() ? show.language : episode.transcript->language);
    for (const auto& form : model::transcript_forms()) {
        auto& file = section.add("FILE");
        file.set("HREF", feeds::transcript_path(show, episode, form.extension)).set("FORMAT", std::string(form.name));
    }
    for (const auto& turn : turns_of(*cues)) {
        auto& item = section.add("TURN");
        item.set("TEXT", turn.text).maybe("SPEAKER", turn.speaker);
        if (turn.is_sound) item.show("SOUND");
        if (main) put_time(item.add("SEEK"), main, turn.start);
    }
}

// The episodes before and after by date.
void put_neighbours(Values& values, const PublicShow& entry, const model::Episode& episode) {
    const auto& all = entry.episodes;  // newest first
    const auto at = static_cast<std::size_t>(&episode - all.data());
    if (all.size() < 2) return;
    auto& both = values.add("NEIGHBOURS");
    const auto put = [&](const char* name, const model::Episode& other) {
        both.add(name).set("HREF", feeds::episode_path(entry.show, other)).set("TITLE", other.title);
    };
    if (at + 1 < all.size()) put("PREVIOUS", all[at + 1]);
    if (at > 0) put("NEXT", all[at - 1]);
}

std::string render_episode(const Context& context, const storage::PublicSnapshot& snapshot, const PublicShow& entry,
                           const model::Episode& episode) {
    const auto& show = entry.show;
    const auto& base_url = context.settings.server.public_url;
    const auto* artwork = episode.artwork ? &*episode.artwork : show.artwork ? &*show.artwork : nullptr;
    Page page{.title = episode.title, .language = page_language(show), .path = feeds::episode_path(show, episode)};
    page.description = one_line(episode.summary.empty() ? feeds::notes_to_text(episode.notes) : episode.summary, 240);
    page.scripts = {"player.js"};
    page.show = &show;
    page.episode = episode.slug;
    page.main = "episode.html";
    page.sharing =
        Sharing{.title = episode.title, .type = "article", .artwork = artwork, .json_ld = describe_episode(entry, episode, base_url)};

    auto& values = page.values;
    put_cover(values, artwork, {.sizes = "(max-width: 40rem) 5.5rem, 17rem"});
    values.set("LANG", show.language).set("TITLE", episode.title).set("SHOW_TITLE", show.title).set("SHOW_HREF", feeds::show_path(show));
    values.maybe("PLACE", episode_place(episode)).maybe("SUMMARY", episode.summary).maybe("NOTES", feeds::notes_to_html(episode.notes));
    if (episode.publish_at) values.set("DATE", long_date(*episode.publish_at)).set("DATE_ISO", model::format_rfc3339(*episode.publish_at));
    if (const auto* main = feeds::main_rendition(episode)) {
        values.maybe("DURATION", spoken_duration(main->duration));
        page.sharing->audio_url = base_url + main->url_path;
        page.sharing->audio_type = main->mime_type;
    }
    if (episode.is_explicit) values.show("EXPLICIT");
    put_player(context, values, show, episode);
    put_chapters(values, episode);
    put_people(values, episode.people.empty() ? show.people : episode.people);
    put_transcript(values, show, episode);
    put_neighbours(values, entry, episode);
    return render_public(context, snapshot, std::move(page));
}

}  // namespace

http::Answer episode_page(Context& context, const http::Request& request) {
    const auto snapshot = context.view.get();
    const auto found = find_public(*snapshot, request);
    if (found.withdrawn) return gone_page(context, request);
    if (!found.episode) return not_found_page(context, request);
    const auto document = context.caches->document(snapshot, feeds::episode_path(found.show->show, *found.episode), [&] {
        return make_document("text/html; charset=utf-8", render_episode(context, *snapshot, *found.show, *found.episode));
    });
    return reply_with(request, *document);
}

}  // namespace earshot::web
