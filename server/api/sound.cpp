// What there is to see of an episode's audio: waveforms, loudness, pauses.

#include "server/publishing/sound.hpp"

#include "server/api/documents.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"

namespace earshot::api {

using http::problem;

Answer get_sound(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    if (episode->renditions.empty()) return problem(404, "The episode has no audio yet.");
    const auto show = context.catalogue.find_show(episode->show);
    if (!show) return problem(404, "There is no such show.");
    const auto& sound = episode->master->sound;
    return http::json(200,
                      sound_document(context, *show, *episode, sound ? publishing::read_analysis(context.store, *sound) : std::nullopt));
}

namespace {

Answer waveform_of(Context& context, const std::optional<model::Master>& master, const Request& request) {
    const auto found = publishing::find_waveform(master ? master->sound : std::nullopt, request.param("file"));
    if (!found) return problem(404, "There is no such waveform. There are 100.dat, 10.dat and 1.dat, and the same as .json.");
    auto file = context.store.open(found->key);
    if (!file) return problem(file.error());
    http::FileReply reply;
    reply.file = *file;
    reply.etag = '"' + found->key.substr(0, 32) + '"';
    reply.content_type = std::string(found->content_type);
    reply.fields.push_back({"Cache-Control", "private, no-cache"});
    return reply;
}

}  // namespace

Answer get_waveform(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    return episode ? waveform_of(context, episode->master, request) : problem(episode.error());
}

Answer get_master_waveform(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    return episode ? waveform_of(context, context.publisher.as_handed_in(*episode), request) : problem(episode.error());
}

}  // namespace earshot::api
