// The whole queue: what is worked on, what waits and when its turn is, and what came to nothing and may be tried again. Its buttons are
// forms, so that it works without JavaScript, too; with it the page follows what happens (assets/_studio_queue.ts).

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "server/web/session.hpp"
#include "server/web/studio.hpp"
#include "server/web/studio_parts.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using model::JobPriority;

constexpr std::size_t most_rows = 200;
constexpr int looked_back = 100;

struct Row {
    Values& row;
    Values& acts;
};

void put_button(Values& acts, std::string_view act, std::string_view words, std::string_view title) {
    acts.add("ACT").set("VALUE", std::string(act)).set("WORDS", std::string(words)).set("OF", std::string(title));
}

// What this person may do to the order: the API's rules (api/jobs.cpp). `first`: it goes before all others of its producer.
void put_order(const Row& into, const model::Job& job, bool first, model::Role role, std::string_view title) {
    if (job.kind != model::JobKind::transcode) return;
    const bool admin = role == model::Role::admin, urgent = job.priority == JobPriority::urgent, high = job.priority == JobPriority::high;
    if (urgent) into.row.maybe("PLACE", "Before everybody’s");
    if (high) into.row.maybe("PLACE", first ? "First of this producer’s" : "One of this producer’s first");
    if (urgent && !admin) return;
    if (!urgent && !(high && first)) put_button(into.acts, "high", "Do this first", title);
    if (admin && !urgent) put_button(into.acts, "urgent", "Before everybody’s", title);
    if (job.priority >= JobPriority::high) put_button(into.acts, "normal", "Back in turn", title);
}

Row put_row(Context& context, const model::Identity& who, Values& list, const model::Job& job, const model::Episode& episode) {
    auto& row = list.include("ROW", "studio_queue_row.html");
    row.set("JOB_ID", job.id.value).set("WHO", job.producer.empty() ? "the server itself" : job.producer);
    row.set("SINCE", model::format_rfc3339(job.created_at)).set("SINCE_UTC", utc_moment(job.created_at));
    row.set("TITLE", episode.title).set("HREF", studio_episode_path(episode));
    if (const auto show = context.catalogue.find_show(episode.show)) row.set("SHOW", show->title);
    auto& acts = row.include("ACTS", "studio_queue_acts.html");
    acts.set("CSRF", who.csrf_token).set("JOB_ID", job.id.value);
    return {row, acts};
}

void put_under_way(Context& context, const model::Identity& who, Values& values) {
    const auto jobs = context.jobs.list_under_way();
    const auto waiting = std::ranges::find(jobs, model::JobState::queued, &model::Job::state);
    const auto running = static_cast<std::size_t>(waiting - jobs.begin());
    values.set("RUNNING", running == 0 ? "Nothing is worked on" : counted(running, "job") + " worked on");
    values.set("WAITING", running == jobs.size() ? "nothing waits" : fmt::format("{} waiting", jobs.size() - running));
    if (jobs.empty()) values.show("NOTHING");
    Values *now = nullptr, *later = nullptr;
    std::set<std::string> seen;  // producers whose first waiting recording is above
    for (std::size_t i = 0; i < std::min(jobs.size(), most_rows); ++i) {
        const auto& job = jobs[i];
        const auto episode = context.catalogue.find_episode(job.episode);
        if (!episode) continue;  // deleted this moment
        auto*& list = i < running ? now : later;
        if (list == nullptr) list = &values.add(i < running ? "NOW" : "LATER");
        const auto into = put_row(context, who, *list, job, *episode);
        into.row.set("WORDS", words_of(job));
        if (i < running) {
            into.row.show("RUNS").set("PROGRESS", fmt::format("{:.3f}", job.progress));
        } else {
            into.row.show("WAITS").show("RESTS").set("POSITION", static_cast<std::uint64_t>(i - running + 1));
            const bool first = job.kind == model::JobKind::transcode && seen.insert(job.producer).second;
            put_order(into, job, first, who.role, episode->title);
        }
        if (job.kind != model::JobKind::tag) put_button(into.acts, "cancel", "Stop", episode->title);
    }
    if (jobs.size() > most_rows) values.add("MORE").set("COUNT", fmt::format("{}", jobs.size() - most_rows));
}

// Failed and stopped recordings whose episode has no newer job: retry() takes no others.
void put_ended(Context& context, const model::Identity& who, Values& values) {
    std::set<std::string> seen;
    Values* list = nullptr;
    for (const auto& job : context.jobs.list_recent(looked_back)) {
        if (job.kind != model::JobKind::transcode || !seen.insert(job.episode.value).second) continue;
        if (job.state != model::JobState::failed && job.state != model::JobState::cancelled) continue;
        const auto episode = context.catalogue.find_episode(job.episode);
        if (!episode) continue;
        if (list == nullptr) list = &values.add("ENDED");
        const auto into = put_row(context, who, *list, job, *episode);
        into.row.show("RESTS").set("WORDS", job.reason);
        if (needs_other_file(job))
            into.acts.add("OTHER_FILE").set("HREF", studio_episode_path(*episode)).set("OF", episode->title);
        else
            put_button(into.acts, "retry", "Try again", episode->title);
    }
}

http::Reply queue_page(Context& context, const http::Request& request, int status, std::string_view problem) {
    Values values;
    values.maybe("PROBLEM", std::string(problem));
    put_worker_trouble(context, *request.identity, values);
    put_under_way(context, *request.identity, values);
    put_ended(context, *request.identity, values);
    auto reply = studio_reply(context, request, "Queue", "studio_queue.html", std::move(values), Scripts::helpful);
    reply.status = status;
    return reply;
}

// What is to be said about it, mostly nothing.
model::Result<std::string> carry_out(Context& context, const model::Identity& who, const std::vector<http::Field>& form) {
    const model::JobId id{form_value(form, "job")};
    const auto act = form_value(form, "act");
    const auto job = context.jobs.find(id);
    if (!job) return model::fail(model::Errc::not_found, "There is no such job any more.");
    const auto done = [&](const model::Result<model::Job>& changed, const char* what) -> model::Result<std::string> {
        if (!changed) return std::unexpected(changed.error());
        context.audit.add(who.name, what, id.value);
        return act == "retry" ? changed->reason : "";
    };
    if (act == "cancel") return done(context.jobs.cancel(id), "job.cancel");
    if (act == "retry") return done(context.publisher.retry(id, who.name), "job.retry");
    const auto priority = model::parse_job_priority(act);
    if (!priority) return model::fail(model::Errc::invalid_input, "That form is not known here. Load the page again and repeat it.");
    if ((*priority == JobPriority::urgent || job->priority == JobPriority::urgent) && who.role != model::Role::admin)
        return model::fail(model::Errc::forbidden, "What goes before everybody’s recordings is for admins to say.");
    return done(context.jobs.set_priority(id, *priority), "job.priority");
}

}  // namespace

http::Answer studio_queue(Context& context, const http::Request& request) {
    return queue_page(context, request, 200, "");
}

// Who sends a form is settled here, as with annotations (statistics_annotations.cpp).
http::Answer change_queue(Context& context, const http::Request& request) {
    const auto form = http::parse_form(request.body);
    if (!form) return error_page(context, request, 400, "That did not work", form.error().message);
    const auto sender = form_sender(context, request, form_value(*form, "csrf_token"));
    if (!sender) return error_page(context, request, 403, "That did not work", sender.error().message);
    if (!*sender) return http::redirect("/sign-in?next=/studio/queue");
    if ((*sender)->role == model::Role::analyst)
        return error_page(context, request, 403, "This is not for your role", "Producers see to the queue.");
    const auto done = carry_out(context, **sender, *form);
    if (done && done->empty()) return http::redirect("/studio/queue");
    auto again = request;
    again.identity = **sender;
    if (done) return queue_page(context, again, 200, *done);
    return queue_page(context, again, model::to_status(done.error().code), done.error().message);
}

}  // namespace earshot::web
