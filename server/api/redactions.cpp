// Taking ranges out of an episode's recording.

#include "server/api/documents.hpp"
#include "server/api/edits.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"

namespace earshot::api {

using http::problem;

Answer get_redactions(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    const auto original = context.publisher.as_handed_in(*episode);
    if (!original) return problem(404, "The episode has no recording yet.");
    return http::json(200, redactions_document(*episode, *original));
}

Answer put_redactions(Context& context, const Request& request) {
    const auto episode = find_episode(context, request);
    if (!episode) return problem(episode.error());
    const auto ranges = read_redactions(request.body);
    if (!ranges) return problem(ranges.error());
    const auto job = context.publisher.redact(episode->id, *ranges, request.identity->name);
    if (!job) return problem(job.error());
    context.runner.wake();
    http::Reply reply = http::json(202, job_document(*job));
    reply.fields.push_back({"Location", "/api/v1/jobs/" + job->id.value});
    return reply;
}

}  // namespace earshot::api
