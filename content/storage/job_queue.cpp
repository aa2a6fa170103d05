#include "content/storage/job_queue.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "content/storage/audit_rows.hpp"
#include "content/storage/digest.hpp"
#include "content/storage/job_rows.hpp"
#include "content/storage/promised_room.hpp"
#include "content/storage/statement.hpp"

namespace earshot::storage {

using model::Errc;
using model::Job;
using model::JobKind;

namespace {

using model::most_attempts;
using model::most_interruptions;
constexpr std::chrono::minutes patience{2};  // with workers that look every half second
constexpr const char* nobody_works =
    "Waits for a worker: none takes recordings at present. Its server's operators have to start one, then this goes on by itself.";
constexpr const char* interrupted_too_often =
    "The server was stopped ten times while it worked on this file. Try again; if that does not help, ask its operator to look at the log.";

#define JOB_COLUMNS                                                                                                                     \
    "select id, kind, episode_id, master_id, state, stage, progress, reason, attempts, interruptions, producer, priority, preference, " \
    "audio, "                                                                                                                           \
    "reserved_bytes, started_at, created_at, updated_at from jobs "

// What is claimed next, in this order; see JobQueue::claim.
#define NEXT_JOB                                                                                                                          \
    "select j.id from jobs j where ((j.state = 'queued' and j.not_before <= :now) or (j.state = 'running' and j.lease_until <= :now)) "   \
    "and j.kind = :kind "                                                                                                                 \
    "and not exists (select 1 from jobs other where other.episode_id = j.episode_id and other.id <> j.id and j.kind <> 'transcribe' and " \
    "other.kind <> 'transcribe' and other.state = 'running' "                                                                             \
    "and other.lease_until > :now) "                                                                                                      \
    "and (j.kind <> 'tag' or not exists (select 1 from jobs t where t.kind = 'tag' and t.id <> j.id and t.state = 'running' and "         \
    "t.lease_until > :now)) "                                                                                                             \
    "order by case when j.priority >= 2 then 0 else 1 end, "                                                                              \
    "(select count(*) from jobs r where r.producer = j.producer and r.state = 'running' and r.lease_until > :now), "                      \
    "(select coalesce(max(s.started_at), 0) from jobs s where s.producer = j.producer), j.priority desc, j.preference desc, j.number "    \
    "limit 1"

std::vector<Job> fetch(Statement& rows) {
    std::vector<Job> result;
    Job job;
    std::string kind, state;
    int priority{};
    rows.into(job.id.value).into(kind).into(job.episode.value).into(job.master.value).into(state).into(job.stage).into(job.progress);
    rows.into(job.reason).into(job.attempts).into(job.interruptions).into(job.producer).into(priority);
    rows.into(job.preference).into(job.audio);
    rows.into(job.reserved_bytes).into(job.started_at).into(job.created_at).into(job.updated_at);
    while (rows.next()) {
        const auto known_kind = model::parse_job_kind(kind);
        const auto known_state = model::parse_job_state(state);
        if (!known_kind || !known_state)
            throw std::runtime_error(fmt::format("the database holds an unknown job kind or state: {}, {}", kind, state));
        job.kind = *known_kind;
        job.state = *known_state;
        job.priority = static_cast<model::JobPriority>(std::clamp(priority, -1, 2));
        result.push_back(job);
    }
    return result;
}

std::optional<Job> read_job(soci::session& session, const model::JobId& id) {
    Statement rows(session, JOB_COLUMNS "where id = :id");
    auto jobs = fetch(rows.bind("id", id.value));
    return jobs.empty() ? std::nullopt : std::optional(std::move(jobs.front()));
}

std::optional<JobQueue::Neglected> find_neglected(soci::session& session, model::Timestamp now) {
    JobQueue::Neglected found;
    std::optional<model::Timestamp> since;
    Statement rows(session,
                   "select count(*), min(case when j.updated_at > j.not_before then j.updated_at else j.not_before end) from jobs j "
                   "where j.state = 'queued' and j.kind = 'transcode' and j.not_before <= :now and not exists (select 1 from jobs r where "
                   "r.kind = 'transcode' and ((r.state = 'running' and r.lease_until > :now) or (r.state in ('succeeded', 'failed', "
                   "'cancelled') and r.started_at is not null and r.updated_at > :lately)))");
    (void)rows.bind("now", now).bind("lately", now - patience).into(found.recordings).into(since).next();
    if (!since || *since > now - patience) return std::nullopt;
    found.since = *since;
    return found;
}

void say_what_is_neglected(soci::session& session, std::vector<Job>& jobs, model::Timestamp now) {
    const auto silent = [](const Job& job) {
        return job.state == model::JobState::queued && job.kind == JobKind::transcode && job.reason.empty();
    };
    if (std::ranges::none_of(jobs, silent) || !find_neglected(session, now)) return;
    for (Job& job : jobs)
        if (silent(job)) job.reason = nobody_works;
}

void cancel_older_transcodes(soci::session& session, const model::EpisodeId& episode, model::Timestamp now) {
    Statement update(session,
                     "update jobs set state = 'cancelled', reason = 'A newer master or a new order took its place.', updated_at = :now "
                     "where episode_id = :episode and kind in ('transcode', 'transcribe') and state in ('queued', 'running')");
    update.bind("now", now).bind("episode", episode.value).run();
}

// Nobody who orders other audio wants what there is now to go out by itself meanwhile, or when nothing comes of the order.
void take_off_schedule(soci::session& session, Job& ordered, std::string_view who, model::Timestamp now) {
    Statement update(session,
                     "update episodes set state = 'draft', publish_at = null, updated_at = :now "
                     "where id = :episode and state = 'scheduled' and publish_at > :now");
    if (update.bind("now", now).bind("episode", ordered.episode.value).run() == 0) return;
    append_audit(session, now, who, "episode.unschedule", ordered.episode.value);
    ordered.reason = "The episode was taken off its schedule. Schedule it again when the new audio is ready.";
}

}  // namespace

Job queue_job(soci::session& session, const JobOrder& order, model::Timestamp now) {
    const auto& [kind, episode, master, producer] = order;
    Statement same(session,
                   JOB_COLUMNS "where episode_id = :episode and kind = :kind and master_id = :master and state = 'queued' order by number");
    same.bind("episode", episode.value).bind("kind", to_string(kind)).bind("master", master.value);
    if (auto waiting = fetch(same); !waiting.empty()) return std::move(waiting.front());
    if (kind == JobKind::transcode) cancel_older_transcodes(session, episode, now);
    const model::JobId id{random_id()};
    Statement insert(
        session,
        "insert into jobs (id, kind, episode_id, master_id, state, stage, progress, reason, attempts, interruptions, node, "
        "lease_until, producer, created_at, updated_at) values (:id, :kind, :episode, :master, 'queued', '', 0, '', 0, 0, '', 0, "
        ":producer, :now, :now)");
    insert.bind("id", id.value).bind("kind", to_string(kind)).bind("episode", episode.value).bind("master", master.value);
    insert.bind("producer", producer).bind("now", now).run();
    auto job = read_job(session, id).value();
    if (kind == JobKind::transcode) take_off_schedule(session, job, producer, now);
    return job;
}

model::Status check_share(soci::session& session, std::string_view producer, const model::EpisodeId& episode, unsigned most, bool own) {
    if (most == 0 || producer.empty()) return {};
    unsigned under_way = 0;
    Statement count(session,
                    "select count(*) from jobs where producer = :producer and kind = 'transcode' and state in ('queued', 'running') "
                    "and episode_id <> :episode");
    (void)count.bind("producer", producer).bind("episode", episode.value).into(under_way).next();
    if (under_way < most) return {};
    return model::fail(Errc::rate_limited,
                       fmt::format("{} {} recording{} waiting or being worked on, and more are not taken from one producer at a time. "
                                   "Wait until one is done, or cancel one; what was uploaded is kept.",
                                   own ? "You have" : std::string(producer) + " has", under_way, under_way == 1 ? "" : "s"));
}

bool holds_claim(soci::session& session, const model::JobId& id, std::string_view claim) {
    std::string held;
    Statement query(session, "select id from jobs where id = :id and node = :claim and state = 'running'");
    return query.bind("id", id.value).bind("claim", claim).into(held).next();
}

void finish_job(soci::session& session, const model::JobId& id, std::string_view claim, model::Timestamp now, std::string_view reason) {
    Statement update(session,
                     "update jobs set state = 'succeeded', progress = 1, reason = :reason, updated_at = :now "
                     "where id = :id and node = :claim and state = 'running'");
    update.bind("reason", reason).bind("now", now).bind("id", id.value).bind("claim", claim).run();
}

JobQueue::JobQueue(Database& database, model::Clock clock) : database_(database), clock_(std::move(clock)) {}

Job JobQueue::enqueue(JobKind kind, const model::EpisodeId& episode, const model::MasterId& master) {
    std::optional<Job> result;
    database_.write([&](soci::session& session) { result = queue_job(session, {kind, episode, master, {}}, clock_()); });
    return *std::move(result);
}

int JobQueue::enqueue_forgotten() {
    struct Forgotten {
        model::EpisodeId episode;
        model::MasterId master;
    };
    std::vector<Forgotten> found;
    database_.write([&](soci::session& session) {
        Forgotten row;
        {
            Statement rows(session,
                           "select e.id, e.master_id from episodes e where e.master_id is not null "
                           "and not exists (select 1 from renditions r where r.master_id = e.master_id) "
                           "and not exists (select 1 from jobs j where j.master_id = e.master_id and j.kind = 'transcode')");
            rows.into(row.episode.value).into(row.master.value);
            while (rows.next()) found.push_back(row);
        }
        for (const auto& [episode, master] : found) (void)queue_job(session, {JobKind::transcode, episode, master, {}}, clock_());
    });
    return static_cast<int>(found.size());
}

std::optional<Job> JobQueue::claim(std::string_view claim, std::chrono::milliseconds lease, JobKind kind) {
    std::optional<Job> result;
    const auto now = clock_();
    database_.write([&](soci::session& session) {
        Statement worn_out(session,
                           "update jobs set state = 'failed', reason = :reason, interruptions = interruptions + 1, updated_at = :now "
                           "where state = 'running' and lease_until <= :now and interruptions + 1 >= :most");
        worn_out.bind("reason", interrupted_too_often).bind("now", now).bind("most", most_interruptions).run();
        // Never two at once for one episode: the later one would be overtaken by the earlier.
        std::string id;
        Statement take(session,
                       "update jobs set interruptions = interruptions + case state when 'running' then 1 else 0 end, state = 'running', "
                       "stage = '', progress = 0, reason = '', audio = 0, reserved_bytes = 0, started_at = :now, node = :claim, "
                       "lease_until = :lease_until, updated_at = :now where id = (" NEXT_JOB ") returning id");
        take.bind("claim", claim).bind("lease_until", now + lease).bind("now", now);
        take.bind("kind", to_string(kind)).into(id);
        if (take.next()) result = read_job(session, model::JobId{id});
    });
    return result;
}

bool JobQueue::heartbeat(const model::JobId& id, std::string_view claim, std::string_view stage, double progress,
                         std::chrono::milliseconds lease, std::optional<std::uint64_t> to_write) {
    long long changed = 0;
    const auto now = clock_();
    database_.write([&](soci::session& session) {
        Statement update(session,
                         "update jobs set stage = :stage, progress = :progress, lease_until = :lease_until, updated_at = :now, "
                         "reserved_bytes = case when :known = 1 then :to_write else reserved_bytes end "
                         "where id = :id and node = :claim and state = 'running'");
        update.bind("stage", stage).bind("progress", progress).bind("lease_until", now + lease).bind("now", now);
        update.bind("known", to_write ? 1 : 0).bind("to_write", to_write.value_or(0));
        changed = update.bind("id", id.value).bind("claim", claim).run();
    });
    return changed == 1;
}

JobQueue::Room JobQueue::reserve(const model::JobId& id, std::string_view claim, std::uint64_t bytes, std::uint64_t free,
                                 std::chrono::milliseconds audio) {
    Room room = Room::never;
    const auto now = clock_();
    database_.write([&](soci::session& session) {
        const std::uint64_t promised = promised_room(session, now, id);
        room = bytes + promised <= free ? Room::granted : bytes <= free ? Room::later : Room::never;
        Statement update(session,
                         "update jobs set reserved_bytes = :bytes, audio = :audio where id = :id and node = :claim and state = 'running'");
        update.bind("bytes", room == Room::granted ? bytes : 0).bind("audio", audio).bind("id", id.value).bind("claim", claim).run();
    });
    return room;
}

std::uint64_t JobQueue::promised_bytes() {
    std::uint64_t bytes = 0;
    database_.read([&](soci::session& session) { bytes = promised_room(session, clock_()); });
    return bytes;
}

void JobQueue::postpone(const model::JobId& id, std::string_view claim, std::string_view reason, std::chrono::milliseconds pause) {
    const auto now = clock_();
    database_.write([&](soci::session& session) {
        Statement update(session,
                         "update jobs set state = 'queued', stage = '', progress = 0, reason = :reason, node = '', lease_until = 0, "
                         "not_before = :then, updated_at = :now where id = :id and node = :claim and state = 'running'");
        update.bind("reason", reason).bind("then", now + pause).bind("now", now).bind("id", id.value).bind("claim", claim).run();
    });
}

void JobQueue::succeed(const model::JobId& id, std::string_view claim) {
    database_.write([&](soci::session& session) { finish_job(session, id, claim, clock_()); });
}

void JobQueue::fail(const model::JobId& id, std::string_view claim, std::string_view reason) {
    database_.write([&](soci::session& session) {
        Statement update(session,
                         "update jobs set state = 'failed', reason = :reason, updated_at = :now "
                         "where id = :id and node = :claim and state = 'running'");
        update.bind("reason", reason).bind("now", clock_()).bind("id", id.value).bind("claim", claim).run();
    });
}

void JobQueue::worker_died(const model::JobId& id, std::string_view claim, std::string_view reason, std::string_view meanwhile,
                           std::chrono::milliseconds pause) {
    const auto now = clock_();
    database_.write([&](soci::session& session) {
        Statement update(session,
                         "update jobs set attempts = attempts + 1, node = '', lease_until = 0, not_before = :then, updated_at = :now, "
                         "reason = case when attempts + 1 >= :most then :reason else :meanwhile end, "
                         "state = case when attempts + 1 >= :most then 'failed' else 'queued' end "
                         "where id = :id and node = :claim and state = 'running'");
        update.bind("reason", reason).bind("meanwhile", meanwhile).bind("then", now + pause).bind("now", now);
        update.bind("most", most_attempts).bind("id", id.value).bind("claim", claim).run();
    });
}

int JobQueue::release_all(std::string_view node) {
    long long changed = 0;
    database_.write([&](soci::session& session) {
        Statement update(session,
                         "update jobs set reason = case when interruptions + 1 >= :most then :reason else reason end, "
                         "state = case when interruptions + 1 >= :most then 'failed' else 'queued' end, interruptions = interruptions + 1, "
                         "node = '', lease_until = 0, updated_at = :now where (node = :node or substr(node, 1, length(:node) + 1) = :node "
                         "|| '/') and state = 'running'");
        update.bind("most", most_interruptions).bind("reason", interrupted_too_often).bind("now", clock_());
        changed = update.bind("node", node).run();
    });
    return static_cast<int>(changed);
}

model::Result<Job> JobQueue::cancel(const model::JobId& id) {
    model::Result<Job> result = model::fail(Errc::not_found, "There is no such job.");
    database_.write([&](soci::session& session) {
        Statement update(session,
                         "update jobs set state = 'cancelled', reason = 'Cancelled on request.', updated_at = :now "
                         "where id = :id and kind <> 'tag' and state in ('queued', 'running')");
        const bool changed = update.bind("now", clock_()).bind("id", id.value).run() == 1;
        auto job = read_job(session, id);
        if (changed) {
            result = *std::move(job);
        } else if (job && is_under_way(*job)) {
            result = model::fail(Errc::conflict,
                                 "The feed has these words already, so they have to go into the audio files, too. To take them back, edit "
                                 "the episode.");
        } else if (job) {
            result = model::fail(Errc::conflict, "The job has ended already, there is nothing to cancel.");
        }
    });
    return result;
}

model::Result<Job> JobQueue::set_priority(const model::JobId& id, model::JobPriority priority) {
    model::Result<Job> result = model::fail(Errc::not_found, "There is no such job.");
    database_.write([&](soci::session& session) {
        Statement update(session,
                         "update jobs set priority = :priority, updated_at = :now, "
                         "preference = case when :priority > 0 then (select max(preference) + 1 from jobs) else 0 end "
                         "where id = :id and state = 'queued'");
        const bool changed = update.bind("priority", static_cast<int>(priority)).bind("now", clock_()).bind("id", id.value).run() == 1;
        auto job = read_job(session, id);
        if (changed) {
            result = *std::move(job);
        } else if (job) {
            result = model::fail(Errc::conflict, "The job is not waiting any more, so its place in the queue cannot change.");
        }
    });
    return result;
}

model::Result<Job> JobQueue::retry(const model::JobId& id, unsigned most_per_producer, std::string_view who) {
    model::Result<Job> result = model::fail(Errc::not_found, "There is no such job.");
    database_.write([&](soci::session& session) {
        std::string newer;
        Statement overtaken(session,
                            "select j.id from jobs j join jobs old on old.episode_id = j.episode_id and old.kind = j.kind "
                            "where old.id = :id and old.kind = 'transcode' and j.number > old.number");
        if (overtaken.bind("id", id.value).into(newer).next()) {
            result =
                model::fail(Errc::conflict, "A newer recording or redaction was ordered since. Order this one again to use it after all.");
            return;
        }
        const auto old = read_job(session, id);
        if (old && old->kind == JobKind::transcode) {
            if (auto share = check_share(session, old->producer, old->episode, most_per_producer, old->producer == who); !share) {
                result = std::unexpected(share.error());
                return;
            }
        }
        Statement update(
            session,
            "update jobs set state = 'queued', stage = '', progress = 0, reason = '', attempts = 0, interruptions = 0, node = '', "
            "lease_until = 0, not_before = 0, updated_at = :now where id = :id and state in ('failed', 'cancelled')");
        const bool changed = update.bind("now", clock_()).bind("id", id.value).run() == 1;
        auto job = read_job(session, id);
        if (changed) {
            if (job->kind == JobKind::transcode) take_off_schedule(session, *job, who, clock_());
            result = *std::move(job);
        } else if (job) {
            result = model::fail(Errc::conflict, "Only a failed or cancelled job can be tried again.");
        }
    });
    return result;
}

std::optional<Job> JobQueue::find(const model::JobId& id) {
    std::optional<Job> result;
    database_.read([&](soci::session& session) {
        Statement rows(session, JOB_COLUMNS "where id = :id");
        auto jobs = fetch(rows.bind("id", id.value));
        say_what_is_neglected(session, jobs, clock_());
        if (!jobs.empty()) result = std::move(jobs.front());
    });
    return result;
}

std::optional<JobQueue::Neglected> JobQueue::neglected() {
    std::optional<Neglected> result;
    database_.read([&](soci::session& session) { result = find_neglected(session, clock_()); });
    return result;
}

std::vector<Job> JobQueue::list_for_episode(const model::EpisodeId& episode) {
    std::vector<Job> result;
    database_.read([&](soci::session& session) {
        Statement rows(session, JOB_COLUMNS "where episode_id = :episode order by number desc");
        result = fetch(rows.bind("episode", episode.value));
        say_what_is_neglected(session, result, clock_());
    });
    return result;
}

std::vector<Job> JobQueue::list_under_way() {
    std::vector<Job> jobs;
    model::LastServed served;
    database_.read([&](soci::session& session) {
        Statement rows(session, JOB_COLUMNS
                       "where state in ('queued', 'running') "
                       "order by case state when 'running' then 0 else 1 end, case state when 'running' then started_at "
                       "else 0 end, number");
        jobs = fetch(rows);
        say_what_is_neglected(session, jobs, clock_());
        std::string producer;
        model::Timestamp time{};
        Statement begun(session, "select producer, max(started_at) from jobs where started_at is not null group by producer");
        begun.into(producer).into(time);
        while (begun.next()) served[producer] = time;
    });
    return model::in_turn(std::move(jobs), std::move(served));
}

std::vector<Job> JobQueue::list_recent(int limit) {
    std::vector<Job> result;
    database_.read([&](soci::session& session) {
        Statement rows(session, JOB_COLUMNS "order by number desc limit :limit");
        result = fetch(rows.bind("limit", limit));
        say_what_is_neglected(session, result, clock_());
    });
    return result;
}

}  // namespace earshot::storage
