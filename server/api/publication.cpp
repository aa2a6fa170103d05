// A master comes in, an episode goes out and back.

#include "server/api/documents.hpp"
#include "server/api/edits.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"

namespace earshot::api {

namespace {

using http::problem;

Answer answer_with(Context& context, const model::Result<model::Episode>& episode) {
    if (!episode) return problem(episode.error());
    const auto show = context.catalogue.find_show(episode->show);
    if (!show) return problem(404, "There is no such show.");
    return http::json(200, episode_document(context, *show, *episode));
}

}  // namespace

Answer put_master(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    const auto given = read_upload_id(request.body);
    if (!given) return problem(given.error());
    const model::UploadId id{*given};
    const auto upload = context.uploads.find(id);
    if (!upload) return problem(upload.error());
    if (!owns(request, *upload)) return problem(404, "There is no such upload.");
    const auto job = context.publisher.attach_master(episode->id, id, request.identity->name);
    if (!job) return problem(job.error());
    context.runner.wake();
    http::Reply reply = http::json(202, job_document(*job));
    reply.fields.push_back({"Location", "/api/v1/jobs/" + job->id.value});
    return reply;
}

Answer publish_episode(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    const auto at = read_publication(request.body);
    if (!at) return problem(at.error());
    return answer_with(context, context.publisher.publish(episode->id, *at, request.identity->name));
}

Answer withdraw_episode(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    if (auto read = read_nothing(request.body); !read) return problem(read.error());
    return answer_with(context, context.publisher.withdraw(episode->id, request.identity->name));
}

Answer unschedule_episode(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    if (auto read = read_nothing(request.body); !read) return problem(read.error());
    return answer_with(context, context.publisher.unschedule(episode->id, request.identity->name));
}

}  // namespace earshot::api
