#include "server/api/documents.hpp"
#include "server/api/edits.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"

namespace earshot::api {

namespace {

using http::problem;

constexpr int jobs_listed = 100;

Answer change(Context& context, const Request& request, std::string_view what,
              model::Result<model::Job> (storage::JobQueue::*act)(const model::JobId&)) {
    const auto job = find_job(context, request);
    if (!job) return problem(job.error());
    if (auto read = read_nothing(request.body); !read) return problem(read.error());
    const auto changed = (context.jobs.*act)(job->id);
    if (!changed) return problem(changed.error());
    note(context, request, what, job->id.value);
    context.runner.wake();
    return http::json(200, job_document(*changed));
}

}  // namespace

Answer list_jobs(Context& context, const Request& /*request*/) {
    return http::json(200, jobs_document(context.jobs.list_recent(jobs_listed)));
}

Answer get_job(Context& context, const Request& request) {
    const auto job = find_job(context, request);
    if (!job) return problem(job.error());
    return http::json(200, job_document(*job));
}

// One event for every change, the last one with the job's end; then the stream closes.
Answer job_events(Context& context, const Request& request) {
    const auto job = find_job(context, request);
    if (!job) return problem(job.error());
    http::EventStream stream;
    stream.interval = std::chrono::milliseconds(500);
    stream.next = [&jobs = context.jobs, id = job->id, last = std::string(), over = false]() mutable -> std::optional<std::string> {
        if (over) return std::nullopt;
        const auto now = jobs.find(id);
        if (!now) return std::nullopt;
        over = !is_under_way(*now);
        std::string document = job_document(*now);
        if (document == last) return std::string();
        last = std::move(document);
        return "event: job\ndata: " + last + "\n\n";
    };
    return stream;
}

Answer cancel_job(Context& context, const Request& request) {
    return change(context, request, "job.cancel", &storage::JobQueue::cancel);
}

Answer retry_job(Context& context, const Request& request) {
    return change(context, request, "job.retry", &storage::JobQueue::retry);
}

}  // namespace earshot::api
