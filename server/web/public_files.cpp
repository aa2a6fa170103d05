// Feeds, transcripts, chapters, audio and pictures. These run on network threads (the snapshot, cached bytes, and open files) except for
// transcripts, whose reading and writing takes too long there.

#include "content/model/heard_words.hpp"
#include "content/model/transcript_forms.hpp"
#include "feeds/addresses.hpp"
#include "feeds/chapters_json.hpp"
#include "feeds/rss.hpp"
#include "server/publishing/sound.hpp"
#include "server/web/caches.hpp"
#include "server/web/handlers.hpp"
#include "server/web/page.hpp"
#include "server/web/public_lookup.hpp"

namespace earshot::web {
namespace {

http::Reply nothing_there() {
    return http::text(404, "There is nothing at this address.\n");
}
http::Reply withdrawn() {
    return http::text(410, "This is no longer available.\n");
}

// A request for audio that is gone is tallied like any other; who asked does not matter.
void tally_gone(Context& context, const http::Request& request, const model::EpisodeId& episode) {
    model::Delivery delivery{
        .time = context.clock(), .episode = episode, .method = std::string(http::to_string(request.method)), .status = 410};
    delivery.opted_out = request.field("Sec-GPC") == "1" || request.field("DNT") == "1";
    context.statistics.submit(std::move(delivery));
}

std::string etag_of(std::string_view sha256) {
    return '"' + std::string(sha256.substr(0, 32)) + '"';
}

}  // namespace

http::Answer feed(Context& context, const http::Request& request) {
    const auto snapshot = context.view.get();
    const auto* show = find_launched(*snapshot, request);
    if (!show) return nothing_there();
    const auto document = context.caches->document(snapshot, feeds::feed_path(show->show), [&] {
        auto made = feeds::render_rss(show->show, show->episodes, context.settings.server.public_url);
        // A withdrawal leaves the date as it was or moves it back, so then only the ETag can tell that something changed.
        const auto date = show->withdrawn_slugs.empty() ? std::optional(made.last_modified) : std::nullopt;
        return make_document("application/rss+xml; charset=utf-8", std::move(made.xml), date);
    });
    return reply_with(request, *document);
}

http::Answer transcript(Context& context, const http::Request& request) {
    const auto snapshot = context.view.get();
    const auto found = find_public(*snapshot, request);
    if (found.withdrawn) return withdrawn();
    if (!found.episode || !found.episode->transcript) return nothing_there();
    const auto* form = model::find_transcript_form(request.path.substr(request.path.rfind('.') + 1));
    if (!form) return nothing_there();
    const auto document = context.caches->document(snapshot, request.path, [&] {
        const auto& episode = *found.episode;
        // An empty one is better than none at a known address.
        const auto cues = model::heard_cues(episode).value_or(std::vector<model::Cue>{});
        return make_document(std::string(form->mime_type) + "; charset=utf-8",
                             form->write(cues, episode.title, episode.transcript->language), episode.updated_at);
    });
    return reply_with(request, *document);
}

http::Answer chapters(Context& context, const http::Request& request) {
    const auto snapshot = context.view.get();
    const auto found = find_public(*snapshot, request);
    if (found.withdrawn) return withdrawn();
    if (!found.episode || found.episode->chapters.empty()) return nothing_there();
    const auto document = context.caches->document(snapshot, feeds::chapters_path(found.show->show, *found.episode), [&] {
        return make_document("application/json+chapters", feeds::render_chapters_json(found.show->show, *found.episode),
                             found.episode->updated_at);
    });
    return reply_with(request, *document);
}

http::Answer waveform(Context& context, const http::Request& request) {
    const auto snapshot = context.view.get();
    const auto found = find_public(*snapshot, request);
    if (found.withdrawn) return withdrawn();
    if (!found.episode || !found.episode->master) return nothing_there();
    const auto object = publishing::find_waveform(found.episode->master->sound, request.param("file"));
    if (!object) return nothing_there();
    auto file = context.caches->open(context.store, object->key);
    if (!file) return http::problem(file.error());
    http::FileReply reply;
    reply.file = *file;
    reply.etag = etag_of(object->key);
    reply.content_type = std::string(object->content_type);
    return reply;
}

http::Answer media_file(Context& context, const http::Request& request) {
    const auto snapshot = context.view.get();
    const auto found = snapshot->media.find(request.path);
    if (found == snapshot->media.end()) return nothing_there();
    const auto* rendition = found->second.rendition;
    if (!rendition) {
        tally_gone(context, request, found->second.gone);
        return withdrawn();
    }
    auto file = context.caches->open(context.store, rendition->object_key);
    if (!file) return http::problem(file.error());
    http::FileReply reply;
    reply.file = *file;
    reply.etag = etag_of(rendition->sha256);
    reply.last_modified = rendition->tagged_at;
    reply.content_type = rendition->mime_type;
    reply.counted = http::FileReply::Counted{.episode = rendition->episode,
                                             .profile = rendition->profile,
                                             .file = {rendition->byte_length, rendition->audio_start, rendition->bytes_for_60s},
                                             .preview = false};
    return reply;
}

http::Answer image(Context& context, const http::Request& request) {
    const auto snapshot = context.view.get();
    const std::string_view name = request.param("file");
    if (!snapshot->images.contains(std::string(name))) return nothing_there();
    const auto key = name.substr(0, name.find('.'));
    auto file = context.caches->open(context.store, std::string(key));
    if (!file) return http::problem(file.error());
    http::FileReply reply;
    reply.file = *file;
    reply.etag = etag_of(key);
    reply.content_type = name.ends_with(".webp") ? "image/webp" : "image/jpeg";
    return reply;
}

}  // namespace earshot::web
