// Files that only staff may fetch, and notes shown before they are saved.

#include <algorithm>

#include "feeds/notes.hpp"
#include "server/web/caches.hpp"
#include "server/web/studio.hpp"

namespace earshot::web {
namespace {

http::Reply nothing_there() {
    return http::text(404, "There is nothing at this address.\n");
}

http::Answer open_file(Context& context, const std::string& key, const std::string& sha256, std::string content_type) {
    auto file = context.caches->open(context.store, key);
    if (!file) return http::problem(file.error());
    http::FileReply reply;
    reply.file = *file;
    reply.etag = '"' + sha256.substr(0, 32) + '"';
    reply.content_type = std::move(content_type);
    reply.fields.push_back({"Cache-Control", "private, no-cache"});  // asked again each time, so that signing out ends it
    return reply;
}

// Only pictures of that very cover, so that no other object of the store can be read under a picture's name.
http::Answer cover(Context& context, const std::optional<model::Artwork>& artwork, std::string_view file) {
    if (!artwork) return nothing_there();
    for (const auto& size : artwork->sizes) {
        if (file == model::jpeg_name(size)) return open_file(context, size.object_key, size.object_key, "image/jpeg");
        if (file == model::webp_name(size)) return open_file(context, size.webp_key, size.webp_key, "image/webp");
    }
    return nothing_there();
}

}  // namespace

http::Answer studio_preview(Context& context, const http::Request& request) {
    const auto episode = context.catalogue.find_episode(model::EpisodeId{request.param("episode")});
    if (!episode) return nothing_there();
    const auto at = std::ranges::find(episode->renditions, request.param("profile"), &model::Rendition::profile);
    if (at == episode->renditions.end()) return nothing_there();
    auto answer = open_file(context, at->object_key, at->sha256, at->mime_type);
    if (auto* reply = std::get_if<http::FileReply>(&answer)) {
        reply->last_modified = at->tagged_at;
        reply->counted = http::FileReply::Counted{
            .episode = episode->id, .profile = at->profile, .file = {at->byte_length, at->audio_start, at->bytes_for_60s}, .preview = true};
    }
    return answer;
}

http::Answer studio_show_cover(Context& context, const http::Request& request) {
    auto show = context.catalogue.find_show_by_slug(request.param("show"));
    if (!show) show = context.catalogue.find_show(model::ShowId{request.param("show")});
    return show ? cover(context, show->artwork, request.param("file")) : nothing_there();
}

http::Answer studio_episode_cover(Context& context, const http::Request& request) {
    const auto episode = context.catalogue.find_episode(model::EpisodeId{request.param("episode")});
    return episode ? cover(context, episode->artwork, request.param("file")) : nothing_there();
}

http::Answer studio_notes(Context&, const http::Request& request) {
    return http::html(200, feeds::notes_to_html(request.body));
}

}  // namespace earshot::web
