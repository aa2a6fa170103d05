#include "server/publishing/job_runner.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "content/storage/digest.hpp"
#include "server/publishing/job_pulse.hpp"
#include "server/publishing/transcode_job.hpp"
#include "server/publishing/transcribe_job.hpp"
#include "server/publishing/worker_gate.hpp"

namespace earshot::publishing {

namespace {

// How long a queued job of another process can go unnoticed here.
constexpr std::chrono::milliseconds look_every{500};
// Until a job that found no room on the disk, or no worker that can work, looks again.
constexpr std::chrono::seconds room_pause{20};
// Until the third try, when the machine took the first two: want of memory passes, but not within seconds.
constexpr std::chrono::seconds last_try_pause{60};

// What a producer reads when the decoder died of the file, or the machine had trouble; the details go to the operators' log.
constexpr std::string_view decoder_died =
    "The file could not be worked on: the decoder broke off at it three times. It is probably damaged. Export it again as WAV or FLAC and "
    "upload that.";
constexpr std::string_view tried_again = "The server had trouble working on this file. It tries again by itself.";
constexpr std::string_view machine_trouble =
    "The server had trouble working on this file, and gave up after three tries. The file itself may be fine. Ask the operators, then "
    "start the job again.";

std::string out_of_time(std::chrono::seconds deadline) {
    const auto count = deadline.count();
    const std::string words = count % 3600 == 0 ? fmt::format("{} h", count / 3600)
                              : count % 60 == 0 ? fmt::format("{} min", count / 60)
                                                : fmt::format("{} s", count);
    return fmt::format(
        "This recording was given up because it took longer than the server allows for one ({}): it is very long, or the server is busy or "
        "slow. The file itself may be fine. Ask the operators for more time (publishing.job_deadline), then start the job again.",
        words);
}

constexpr std::string_view machine_unable =
    "Waits: the server cannot work on recordings safely at present. Its operators have to see to it, then this goes on by itself.";

constexpr std::string_view transcriber_failed =
    "The program that writes drafts of transcripts failed; the server's log says why. The audio is not affected. Ask the operators, or "
    "hand in "
    "a transcript.";

}  // namespace

struct JobRunner::State {
    Publisher::Rooms rooms;
    Publisher& publisher;
    const config::Settings& settings;
    std::string node;
    model::Clock clock;
    Log log;
    std::mutex mutex;
    std::condition_variable_any wanted;
    std::uint64_t calls{0};
    WorkerGate gate{rooms.workers, [this](std::string_view what) {
                        if (log) log("-", what);
                    }};
    std::vector<std::jthread> threads;

    void tell(const model::Job& job, std::string_view what) const {
        if (log) log(job.id.value, what);
    }

    WorkerPool::Outcome<void> work(const model::Job& job, JobPulse& pulse) {
        if (job.kind == model::JobKind::transcode) return run_transcode_job(rooms, publisher, settings, clock, job, pulse);
        if (job.kind == model::JobKind::transcribe) return run_transcribe_job(rooms, settings, job, pulse);
        if (!pulse.show("tagging", 0)) return model::Status(model::fail(model::Errc::conflict, "cancelled"));
        auto outcome = publisher.refresh_tags(job.episode);
        if (!outcome) outcome.error().machine = true;  // it worked on a file of our own making
        return outcome;
    }

    void take(model::JobKind kind) {
        threads.emplace_back([this, kind](const std::stop_token& stopping) { take_jobs(stopping, kind); });
    }

    void run_job(const model::Job& job, const std::string& claim, const std::stop_token& stopping) {
        WorkerPool::Outcome<void> outcome = model::Status{};
        bool ours = true;
        {
            JobPulse pulse(rooms.jobs, job.id, claim, stopping);
            try {
                outcome = work(job, pulse);
            } catch (const std::exception& trouble) {
                outcome = std::unexpected(WorkerDied{trouble.what(), true});
            }
            ours = pulse.alive();
        }
        if (outcome && *outcome) {
            rooms.jobs.succeed(job.id, claim);
        } else if (!ours) {
            return;  // cancelled or taken over: its state belongs to whoever did that; stop() hands back what it cut off
        } else if (!outcome && job.kind == model::JobKind::transcribe) {
            tell(job, outcome.error().reason);
            rooms.jobs.fail(job.id, claim, transcriber_failed);  // hours of work that would most likely fail alike
        } else if (!outcome) {
            tell(job, outcome.error().reason);
            if (outcome.error().late) return rooms.jobs.fail(job.id, claim, out_of_time(settings.publishing.job_deadline));
            if (outcome.error().machine) gate.doubt();
            if (!gate.is_open()) return rooms.jobs.postpone(job.id, claim, machine_unable, room_pause);
            if (!outcome.error().machine) return rooms.jobs.worker_died(job.id, claim, decoder_died);
            rooms.jobs.worker_died(job.id, claim, machine_trouble, tried_again,
                                   job.attempts > 0 ? last_try_pause : std::chrono::seconds(0));
        } else if (job.kind == model::JobKind::transcode && outcome->error().code == model::Errc::unavailable) {
            rooms.jobs.postpone(job.id, claim, outcome->error().message, room_pause);
        } else {
            const bool full = outcome->error().code == model::Errc::insufficient_storage;
            if (full) tell(job, outcome->error().message);  // theirs to mend
            if (full && job.kind == model::JobKind::tag)    // the words are public already: the files must follow
                return rooms.jobs.postpone(job.id, claim, outcome->error().message, room_pause);
            rooms.jobs.fail(job.id, claim, outcome->error().message);
        }
    }

    // What a server that was killed between two steps left undone: a master without a job, words that are not in the audio files yet.
    void take_up_the_forgotten(const std::stop_token& stopping) {
        try {
            if (const int found = rooms.jobs.enqueue_forgotten(); found > 0 && log) log("-", "masters without a job were queued");
            for (const model::Show& show : rooms.catalogue.list_shows()) {
                if (stopping.stop_requested()) return;
                publisher.show_changed(show.id);
            }
        } catch (const std::exception& trouble) {
            if (log) log("-", trouble.what());
        }
    }

    void take_jobs(const std::stop_token& stopping, model::JobKind kind) {
        std::uint64_t seen = 0;
        while (!stopping.stop_requested()) {
            try {
                const bool in_worker = kind != model::JobKind::transcribe;  // drafts are a program of the operators'
                while (!stopping.stop_requested() && (!in_worker || gate.is_open())) {
                    const std::string claim = node + "/" + storage::random_id();
                    const auto job = rooms.jobs.claim(claim, job_lease, kind);
                    if (!job) break;
                    run_job(*job, claim, stopping);
                }
            } catch (const std::exception& trouble) {
                if (log) log("-", trouble.what());  // the database: look again later
            }
            std::unique_lock lock(mutex);
            (void)wanted.wait_for(lock, stopping, look_every, [&] { return calls != seen; });
            seen = calls;
        }
    }
};

JobRunner::JobRunner(Publisher::Rooms rooms, Publisher& publisher, const config::Settings& settings, std::string node, model::Clock clock,
                     Log log)
    : state_(std::make_unique<State>(rooms, publisher, settings, std::move(node), std::move(clock), std::move(log))) {}

JobRunner::~JobRunner() {
    stop();
}

void JobRunner::start() {
    if (!state_->threads.empty()) return;
    (void)state_->rooms.jobs.release_all(state_->node);
    state_->threads.emplace_back([state = state_.get()](const std::stop_token& stopping) { state->take_up_the_forgotten(stopping); });
    state_->take(model::JobKind::tag);
    for (unsigned i = 0; i < state_->settings.publishing.workers; ++i) state_->take(model::JobKind::transcode);
    if (state_->settings.publishing.workers > 0 && !state_->settings.transcribe.command.empty()) state_->take(model::JobKind::transcribe);
}

void JobRunner::stop() {
    if (state_->threads.empty()) return;
    for (std::jthread& thread : state_->threads) thread.request_stop();
    state_->threads.clear();  // joins
    (void)state_->rooms.jobs.release_all(state_->node);
}

void JobRunner::wake() {
    const std::lock_guard lock(state_->mutex);
    ++state_->calls;
    state_->wanted.notify_all();
}

}  // namespace earshot::publishing
