// One episode in the studio: its recording, its words, and its way to the public.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "content/model/transcript_forms.hpp"
#include "feeds/addresses.hpp"
#include "server/web/studio.hpp"
#include "server/web/studio_parts.hpp"
#include "server/web/studio_recording.hpp"
#include "server/web/studio_sound.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

// "00:01:30", with milliseconds only where there are some.
std::string chapter_time(std::chrono::milliseconds start) {
    const auto all = start.count();
    const auto seconds = all / 1000;
    auto text = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (all % 1000 != 0) text += fmt::format(".{:03}", all % 1000);
    return text;
}

// What they would be if nobody had typed any.
void put_origin(Values& values, const model::Episode& episode) {
    using Origin = model::ChaptersOrigin;
    if (episode.chapters_origin == Origin::master) values.show("OF_MASTER");
    if (episode.chapters_origin == Origin::notes) values.show("OF_NOTES");
    if (episode.chapters_origin != Origin::producer) return;
    auto other = episode;
    other.chapters_origin = Origin::none;
    model::choose_chapters(other);
    if (other.chapters.empty() || other.chapters == episode.chapters) return;
    values.add("FOUND").set("WHERE",
                            fmt::format("{} {}.", other.chapters_origin == Origin::master ? "Your recording holds" : "Your show notes hold",
                                        counted(other.chapters.size(), "chapter")));
}

void put_words(Values& values, const model::Episode& episode) {
    const auto number = [](const std::optional<std::uint32_t>& given) { return given ? std::to_string(*given) : std::string(); };
    values.set("TITLE", episode.title).set("SUMMARY", episode.summary).set("NOTES", episode.notes);
    values.set("SEASON", number(episode.season)).set("NUMBER", number(episode.number));
    values.show(episode.type == model::EpisodeType::full ? "FULL" : episode.type == model::EpisodeType::trailer ? "TRAILER" : "BONUS");
    if (episode.is_explicit) values.show("EXPLICIT");
    put_people_rows(values, episode.people);
    std::string lines;
    for (const auto& chapter : episode.chapters) {
        lines += fmt::format("{} {}{}{}\n", chapter_time(chapter.start), chapter.title, chapter.href.empty() ? "" : " ", chapter.href);
    }
    values.set("CHAPTERS", lines);
    put_origin(values, episode);
}

void put_draft(Context& context, Values& values, const model::Episode& episode) {
    if (episode.transcript_draft) {
        const auto cues = model::parse_cues(episode.transcript_draft->source);
        auto& part = values.add("DRAFT");
        part.set("CUES", counted(cues ? cues->size() : 0, "cue")).set("LANGUAGE", episode.transcript_draft->language);
        part.set("SOURCE", fmt::format("/api/v1/episodes/{}/transcript/draft", episode.id.value));
        return;
    }
    const auto jobs = context.jobs.list_for_episode(episode.id);
    const bool coming =
        std::ranges::any_of(jobs, [](const model::Job& job) { return job.kind == model::JobKind::transcribe && is_under_way(job); });
    if (!coming && !episode.transcript && !episode.renditions.empty() && !context.settings.transcribe.command.empty())
        values.show("MAY_DRAFT");
}

void put_transcript(Values& values, const model::Show& show, const model::Episode& episode) {
    values.set("SHOW_LANGUAGE", show.language);
    if (!episode.transcript) {
        values.show("NO_TRANSCRIPT");
        return;
    }
    const auto cues = model::parse_cues(episode.transcript->source);
    auto& part = values.add("TRANSCRIPT");
    part.set("FORMAT", episode.transcript->mime_type == "text/vtt" ? "WebVTT" : "SubRip").set("LANGUAGE", episode.transcript->language);
    for (const auto& form : model::transcript_forms())
        part.add("FILE")
            .set("HREF", fmt::format("/api/v1/episodes/{}/transcript?format={}", episode.id.value, form.extension))
            .set("NAME", std::string(form.name));
    part.set("CUES", counted(cues ? cues->size() : 0, "cue"))
        .set("SOURCE", fmt::format("/api/v1/episodes/{}/transcript", episode.id.value));
}

void put_sentences(Values& values, const std::string& section, const std::string& item, const std::vector<std::string>& sentences) {
    if (sentences.empty()) return;
    auto& list = values.add(section);
    for (const auto& sentence : sentences) list.add(item).set("SENTENCE", sentence);
}

void put_publication(Context& context, Values& values, const model::Show& show, const model::Episode& episode) {
    using enum model::EpisodeState;
    const auto state = state_now(episode, context.clock());
    put_state(values, episode, context.clock());
    const auto obstacles = state == published ? std::vector<std::string>{} : context.publisher.obstacles(episode);
    put_sentences(values, "OBSTACLES", "OBSTACLE", obstacles);
    put_sentences(values, "ADVICE", "PIECE", context.publisher.advice(episode));
    if (obstacles.empty() && state != published) values.show("READY");
    auto& part = values.add(state == published   ? "IS_PUBLIC"
                            : state == scheduled ? "IS_SCHEDULED"
                            : state == withdrawn ? "IS_WITHDRAWN"
                                                 : "IS_DRAFT");
    part.set("PAGE", feeds::episode_path(show, episode)).set("FEED", feeds::feed_path(show));
    part.set("PAGE_URL", context.settings.server.public_url + feeds::episode_path(show, episode));
    if (!obstacles.empty()) part.show("BLOCKED");
}

}  // namespace

http::Answer studio_episode(Context& context, const http::Request& request) {
    const auto episode = context.catalogue.find_episode(model::EpisodeId{request.param("episode")});
    const auto show = episode ? context.catalogue.find_show(episode->show) : std::nullopt;
    if (!show) return error_page(context, request, 404, "There is no such episode", "Perhaps it was a draft that somebody deleted.");
    Values values;
    values.set("ID", episode->id.value).set("SHOW_ID", show->id.value).set("SHOW_TITLE", show->title).set("SHOW", studio_show_path(*show));
    values.set("HEADING", episode->title).set("ENDPOINT", "/api/v1/episodes/" + episode->id.value).set("LANG", page_language(*show));
    put_words(values, *episode);
    put_recording(values, *episode, context.jobs.list_for_episode(episode->id), model::is_public(*episode, context.clock()));
    put_sound(context, values, *episode);
    put_transcript(values, *show, *episode);
    put_draft(context, values, *episode);
    const auto& artwork = episode->artwork ? episode->artwork : show->artwork;
    const auto place = episode->artwork ? studio_episode_path(*episode) : studio_show_path(*show);
    put_staff_cover(values, artwork ? &*artwork : nullptr, place, "14rem", false);
    values.show(episode->artwork ? "OWN_COVER"
                : artwork        ? "SHOW_COVER"
                                 : "NO_COVER")
        .set("ALT", episode->artwork ? episode->artwork->alt : "");
    put_gives_away(values, "COVER_GIVES_AWAY", "PICTURE",
                   episode->artwork ? episode->artwork->embedded : std::vector<model::EmbeddedItem>());
    put_publication(context, values, *show, *episode);
    return studio_reply(context, request, episode->title, "studio_episode.html", std::move(values));
}

}  // namespace earshot::web
