#include <algorithm>
#include <csignal>
#include <memory>

#include "content/storage/digest.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/local_catalogue.hpp"
#include "server/log.hpp"
#include "server/publishing/job_runner.hpp"
#include "server/systemd.hpp"

namespace earshot::commands {

namespace {

// As much of a server as its job runner needs, in the order it starts.
struct WorkRooms {
    config::Settings settings;
    storage::Database database;
    std::unique_ptr<storage::MediaStore> store;
    storage::Catalogue catalogue{database};
    storage::JobQueue jobs{database};
    storage::AuditLog audit{database};
    storage::Uploads uploads;
    storage::PublicView view{catalogue, model::system_now};
    publishing::WorkerPool workers;
    publishing::Publisher publisher;
    publishing::JobRunner runner;

    WorkRooms(config::Settings given, const app::Places& where)
        : settings(std::move(given)),
          database(catalogue_file(where.catalogue_db)),
          store(storage::make_disk_store(where.media, app::disk_reserve(settings, where))),
          uploads(database, *store, where.uploads),
          workers("/proc/self/exe", {.deadline = settings.publishing.job_deadline,
                                     .degraded = settings.publishing.sandbox == "degraded",
                                     .spare_cores = settings.publishing.spare_cores}),
          publisher(rooms(), settings, model::system_now),
          // A name of its own: the server that starts on this folder takes back the jobs of its own name only. When this process is killed,
          // its leases run out.
          runner(rooms(), publisher, settings, "work-" + storage::random_id(), model::system_now,
                 [](std::string_view job, std::string_view what) { app::log(app::Level::warn, "job", {{"job", job}, {"what", what}}); }) {}

    publishing::Publisher::Rooms rooms() { return {catalogue, jobs, *store, uploads, audit, view, workers}; }
};

}  // namespace

int work(const WorkOptions& options) {
    sigset_t ends;
    sigemptyset(&ends);
    for (const int signal : {SIGTERM, SIGINT}) sigaddset(&ends, signal);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return with_local_data(options, DataFolder::existing, [&](LocalData& data) -> model::Status {
        app::open_log(data.settings.log);
        data.settings.publishing.workers = options.workers.value_or(std::max(data.settings.publishing.workers, 1U));
        WorkRooms rooms(std::move(data.settings), data.where);
        if (const auto held = rooms.workers.check(); !held) return model::fail(model::Errc::unavailable, held.error().reason);
        if (const std::string problem = rooms.workers.problem(); !problem.empty())
            app::log(app::Level::warn, "sandbox", {{"problem", std::string_view(problem)}});
        rooms.runner.start();
        app::log(app::Level::info, "working", {{"workers", static_cast<long long>(rooms.settings.publishing.workers)}});
        app::notify_systemd("READY=1");
        int signal = 0;
        sigwait(&ends, &signal);
        rooms.runner.stop();
        return {};
    });
}

}  // namespace earshot::commands
