#include "server/api/documents.hpp"
#include "server/api/edits.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"

namespace earshot::api {

namespace {

using http::problem;

constexpr int jobs_listed = 100;

Answer answer_with(Context& context, const Request& request, std::string_view what, const model::Result<model::Job>& changed) {
    if (!changed) return problem(changed.error());
    note(context, request, what, changed->id.value);
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
    const auto job = find_job(context, request);
    if (!job) return problem(job.error());
    if (auto read = read_nothing(request.body); !read) return problem(read.error());
    return answer_with(context, request, "job.cancel", context.jobs.cancel(job->id));
}

Answer retry_job(Context& context, const Request& request) {
    const auto job = find_job(context, request);
    if (!job) return problem(job.error());
    if (auto read = read_nothing(request.body); !read) return problem(read.error());
    return answer_with(context, request, "job.retry", context.publisher.retry(job->id, request.identity->name));
}

// Producers see to all shows together, and so to each other's jobs; what changes everybody's turn is for admins.
Answer put_job_priority(Context& context, const Request& request) {
    const auto job = find_job(context, request);
    if (!job) return problem(job.error());
    const auto priority = read_priority(request.body);
    if (!priority) return problem(priority.error());
    const bool concerns_all = *priority == model::JobPriority::urgent || job->priority == model::JobPriority::urgent;
    if (concerns_all && request.identity->role != model::Role::admin)
        return problem(
            403, "What goes before everybody's recordings is for admins to say. Use \"high\": it goes before others of its producer.");
    return answer_with(context, request, "job.priority", context.jobs.set_priority(job->id, *priority));
}

}  // namespace earshot::api
