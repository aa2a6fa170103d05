#include <fmt/format.h>

#include "content/model/text.hpp"
#include "content/model/transcript_forms.hpp"
#include "server/api/creating.hpp"
#include "server/api/documents.hpp"
#include "server/api/edits.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"
#include "server/publishing/editing.hpp"

namespace earshot::api {

namespace {

using http::problem;

Answer answer_with(Context& context, int status, const model::Episode& episode) {
    const auto show = context.catalogue.find_show(episode.show);
    if (!show) return problem(404, "There is no such show.");
    http::Reply reply = http::json(status, episode_document(context, *show, episode));
    if (status == 201) reply.fields.push_back({"Location", "/api/v1/episodes/" + episode.id.value});
    return reply;
}

// Changes the episode as it is at that moment and says so in the audit trail. `change` may be called more than once.
Answer change_episode(Context& context, const Request& request, std::string_view what,
                      const std::function<model::Status(model::Episode&)>& change) {
    const auto stored = context.publisher.edit(model::EpisodeId{request.param("episode")}, change);
    if (!stored) return problem(stored.error());
    note(context, request, what, stored->id.value);
    context.view.refresh();
    context.publisher.metadata_changed(stored->id);  // what could not be written, or came in between
    context.runner.wake();
    return answer_with(context, 200, *stored);
}

std::optional<std::chrono::milliseconds> known_duration(const model::Episode& episode) {
    if (episode.renditions.empty()) return std::nullopt;
    return episode.renditions.front().duration;
}

// As it is kept, or written in the form that is asked for. An HTML one is for saving: on this origin no document may be opened that came
// from a file.
Answer transcript_reply(const model::Episode& episode, const model::Transcript& transcript, std::optional<std::string_view> format) {
    http::Reply reply;
    std::string mime_type = transcript.mime_type;
    reply.body = transcript.source;
    if (format) {
        const auto* form = model::find_transcript_form(*format);
        if (form == nullptr) return problem(400, "\"format\" is one of vtt, srt, json and html.");
        const auto cues = model::parse_cues(transcript.source);
        if (!cues) return problem(cues.error());
        mime_type = form->mime_type;
        reply.body = form->write(*cues, episode.title, transcript.language);
        reply.fields.push_back({"Content-Disposition", fmt::format("attachment; filename=\"{}.{}\"", episode.slug, form->extension)});
    }
    reply.fields.push_back({"Content-Type", mime_type + "; charset=utf-8"});
    reply.fields.push_back({"Content-Language", transcript.language});
    return reply;
}

}  // namespace

Answer list_episodes(Context& context, const Request& request) {
    const auto show = find_show(context, request);
    if (!show) return problem(show.error());
    return http::json(200, episodes_document(context, *show, context.catalogue.list_episodes(show->id)));
}

Answer create_episode(Context& context, const Request& request) {
    const auto show = find_show(context, request);
    if (!show) return problem(show.error());
    model::Episode episode;
    episode.show = show->id;
    if (auto read = read_new_episode(request.body, episode); !read) return problem(read.error());
    auto id = id_by_key(request);
    if (!id) return problem(id.error());
    episode.id.value = *id;
    const std::string title = episode.title;
    const auto stored = context.catalogue.create_episode(std::move(episode));
    if (!stored) {
        const auto before = context.catalogue.find_episode(model::EpisodeId{*id});
        if (!before) return problem(stored.error());
        return before->title == title ? answer_with(context, 201, *before) : problem(used_key(before->title));
    }
    note(context, request, "episode.create", stored->id.value);
    return answer_with(context, 201, *stored);
}

Answer get_episode(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    return answer_with(context, 200, *episode);
}

Answer edit_episode(Context& context, const Request& request) {
    return change_episode(context, request, "episode.edit",
                          [&](model::Episode& episode) { return read_episode_edit(request.body, episode); });
}

Answer delete_episode(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    if (auto removed = context.catalogue.remove_episode(episode->id); !removed) return problem(removed.error());
    note(context, request, "episode.delete", episode->id.value);
    http::Reply reply;
    reply.status = 204;
    return reply;
}

Answer get_transcript(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    if (!episode->transcript) return problem(404, "This episode has no transcript yet.");
    return transcript_reply(*episode, *episode->transcript, request.query_value("format"));
}

Answer put_transcript(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    std::string language(request.query_value("language").value_or(""));
    if (language.empty())
        if (const auto show = context.catalogue.find_show(episode->show)) language = show->language;
    auto transcript = publishing::read_transcript(request.body, language, known_duration(*episode));
    if (!transcript) return problem(transcript.error());
    return change_episode(context, request, "episode.transcript", [&](model::Episode& now) {
        auto fits = publishing::same_audio(*episode, now);
        if (!fits) return fits;
        now.transcript = *transcript;
        now.transcript_draft.reset();
        return fits;
    });
}

Answer get_transcript_draft(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    if (!episode->transcript_draft) return problem(404, "There is no draft of a transcript.");
    return transcript_reply(*episode, *episode->transcript_draft, request.query_value("format"));
}

Answer delete_transcript_draft(Context& context, const Request& request) {
    return change_episode(context, request, "episode.transcript_draft", [](model::Episode& episode) {
        episode.transcript_draft.reset();
        return model::Status();
    });
}

Answer accept_transcript_draft(Context& context, const Request& request) {
    if (auto read = read_nothing(request.body); !read) return problem(read.error());
    return change_episode(context, request, "episode.transcript", [](model::Episode& episode) -> model::Status {
        if (!episode.transcript_draft) return model::fail(model::Errc::conflict, "There is no draft of a transcript to accept.");
        episode.transcript = std::move(episode.transcript_draft);
        episode.transcript_draft.reset();
        return {};
    });
}

Answer draft_transcript(Context& context, const Request& request) {
    if (auto read = read_nothing(request.body); !read) return problem(read.error());
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    if (context.settings.transcribe.command.empty())
        return problem(409, "This server writes no drafts of transcripts. Its operators can set transcribe.command.");
    if (episode->renditions.empty()) return problem(409, "There is no audio yet. Upload a master.");
    const auto job = context.jobs.enqueue(model::JobKind::transcribe, episode->id, episode->renditions.front().master);
    note(context, request, "episode.transcript_draft", episode->id.value);
    context.runner.wake();
    http::Reply reply = http::json(202, job_document(job));
    reply.fields.push_back({"Location", "/api/v1/jobs/" + job.id.value});
    return reply;
}

Answer delete_transcript(Context& context, const Request& request) {
    return change_episode(context, request, "episode.transcript", [](model::Episode& episode) {
        episode.transcript.reset();
        return model::Status();
    });
}

Answer put_chapters(Context& context, const Request& request) {
    const auto before = find_episode(context, request);
    if (!before) return problem(before.error());
    return change_episode(context, request, "episode.chapters", [&](model::Episode& episode) -> model::Status {
        if (auto fits = publishing::same_audio(*before, episode); !fits) return fits;
        auto chapters = publishing::parse_chapters(request.body, known_duration(episode));
        if (!chapters) return std::unexpected(std::move(chapters.error()));
        episode.chapters = std::move(*chapters);
        episode.chapters_origin = model::ChaptersOrigin::producer;  // also none at all: that is what they want
        return {};
    });
}

Answer delete_chapters(Context& context, const Request& request) {
    return change_episode(context, request, "episode.chapters", [](model::Episode& episode) {
        episode.chapters_origin = model::ChaptersOrigin::none;
        model::choose_chapters(episode);
        return model::Status();
    });
}

}  // namespace earshot::api
