#include "server/app_rooms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "server/api/auth.hpp"
#include "server/counting_lists.hpp"
#include "server/descriptors.hpp"
#include "server/log.hpp"
#include "server/publishing/disk_need.hpp"
#include "server/systemd.hpp"
#include "server/web/refuse.hpp"

namespace earshot::app {

namespace {

const std::filesystem::path this_program = "/proc/self/exe";

http::ServerOptions server_options(const config::Settings& settings) {
    http::ServerOptions options;
    options.listen = settings.server.listen;
    options.network_threads = settings.server.network_threads;
    options.pool_threads = settings.server.pool_threads;
    options.limits = settings.limits;
    options.tls = {.listen = settings.tls.listen,
                   .certificate = settings.tls.certificate,
                   .key = settings.tls.key,
                   .strict_transport = settings.tls.strict_transport,
                   .redirect_to = settings.tls.redirect ? settings.server.public_url : std::string()};
    options.drain_timeout = settings.server.drain_timeout;
    options.trusted_proxies = settings.server.trusted_proxies;
    options.forwarding_field =
        settings.server.forwarding_field == "forwarded" ? http::ForwardingField::forwarded : http::ForwardingField::x_forwarded_for;
    options.proxy_protocol = settings.server.proxy_protocol;
    return options;
}

void log_request(const http::RequestLog& entry) {
    const Level level = entry.status >= 500 && entry.status != 503 && entry.status != 507 ? Level::error : Level::debug;
    log(level, "request",
        {{"route", entry.route},
         {"method", entry.method},
         {"status", static_cast<long long>(entry.status)},
         {"bytes", static_cast<long long>(entry.bytes)},
         {"milliseconds", static_cast<double>(entry.duration.count()) / 1000.0},
         {"id", entry.id},
         {"error", entry.error}});
}

// Each look takes the databases' write locks for a moment.
constexpr std::chrono::seconds readiness_every{5};

void log_readiness(const std::string& name, const std::string& problem) {
    log(problem.empty() ? Level::info : Level::warn, "readiness",
        {{"check", std::string_view(name)}, {"problem", std::string_view(problem)}});
}

void log_job(std::string_view job, std::string_view what) {
    log(Level::warn, "job", {{"job", job}, {"what", what}});
}

// As many as this process may have files open.
void fit_connections(config::Settings& settings) {
    const auto most_open = raise_descriptor_limit();
    const auto fit = connections_that_fit(most_open, settings.limits.max_connections);
    if (fit < settings.limits.max_connections) {
        log(Level::warn, "limits",
            {{"problem",
              std::string_view(fmt::format("This process may open {} files, so it takes {} connections at once instead of the {} of "
                                           "limits.max_connections; raise its LimitNOFILE (systemd) or ulimit -Hn.",
                                           most_open, fit, settings.limits.max_connections))}});
        settings.limits.max_connections = fit;
    }
}

}  // namespace

App::Rooms::Rooms(config::Settings given, Places at, std::vector<http::Descriptor>& sockets, bool standby)
    : settings(std::move(given)),
      where(std::move(at)),
      catalogue_db({.file = where.catalogue_db, .migrations = storage::catalogue_migrations(), .readers = 4}),
      statistics_db({.file = where.statistics_db, .migrations = storage::statistics_migrations(), .readers = 2}),
      store(storage::make_disk_store(where.media, disk_reserve(settings, where))),
      catalogue(catalogue_db),
      jobs(catalogue_db),
      accounts(catalogue_db),
      audit(catalogue_db),
      uploads(catalogue_db, *store, where.uploads, clock,
              {.max_bytes = settings.uploads.max_bytes, .expire_after = settings.uploads.expire_after}),
      view(catalogue, clock),
      statistics(statistics_db,
                 {.runtime_dir = where.runtime,
                  .lists = counting_lists(settings),
                  .suppress_below = settings.statistics.suppress_below,
                  .keep_hours = settings.statistics.keep_hours,
                  .standby = standby},
                 clock),
      annotations(statistics_db, clock),
      follows(statistics_db, settings.statistics.suppress_below, clock),
      totals(statistics_db),
      audits(
          statistics_db, where.runtime, [this] { return statistics.recognition(); }, clock),
      workers(this_program, {.deadline = settings.publishing.job_deadline,
                             .degraded = settings.publishing.sandbox == "degraded",
                             .spare_cores = settings.publishing.spare_cores}),
      publishing_rooms{catalogue, jobs, *store, uploads, audit, view, workers},
      publisher(publishing_rooms, settings, clock),
      runner(publishing_rooms, publisher, settings, node_name(where), clock, log_job),
      housekeeping(uploads, catalogue, *store, where.data / "work", clock),
      api{settings, clock,     catalogue, jobs,       *store,      uploads, accounts, audit,
          view,     publisher, runner,    statistics, annotations, follows, totals,   audits},
      web{settings,  clock,      catalogue,   jobs,    *store, accounts, audit,  view,
          publisher, statistics, annotations, follows, totals, audits,   workers},
      digest_log(catalogue_db),
      digests(web, digest_log),
      server(
          server_options(settings), http::Router(routes(), policy()),
          [this](model::Delivery&& delivery) { statistics.submit(std::move(delivery)); }, log_request, &sockets) {}

std::vector<http::Route> App::Rooms::routes() {
    auto all = make_routes(api, web);
    const auto health = [&](const char* path, http::Handler handler, http::Run run) {
        all.push_back({.method = http::Method::get,
                       .pattern = path,
                       .handler = std::move(handler),
                       .access = http::Access::anyone,
                       .run = run,
                       .caching = http::Caching::no_store,
                       .look = http::Look::api});
    };
    health("/livez", [](const http::Request&) -> http::Answer { return livez(); }, http::Run::here);
    const auto readiness = std::make_shared<Readiness>(checks(), readiness_every, log_readiness);
    health("/readyz", [readiness](const http::Request&) -> http::Answer { return readiness->reply(); }, http::Run::pool);
    return all;
}

http::Router::Policy App::Rooms::policy() {
    return {.authenticate = [this](const http::Request& request) { return api::authenticate(api, request); },
            .refuse =
                [this](const http::Request& request, http::Look look, const model::Error& error) {
                    return look == http::Look::api ? api::refuse(request, error) : web::refuse(web, request, look, error);
                }};
}

std::vector<HealthCheck> App::Rooms::checks() {
    return {
        {"catalogue", true, [this] { return catalogue_db.write([](soci::session&) {}), std::string(); }},
        {"statistics", true, [this] { return statistics_db.write([](soci::session&) {}), std::string(); }},
        {"disk", false,
         [this] {
             const auto free = store->free_bytes(),
                        hour = publishing::disk_need(settings.renditions, {.duration = std::chrono::hours(1), .channels = 2});
             if (free == 0) return std::string("The disk is full up to its reserve: uploads are refused.");
             if (free >= hour) return std::string();
             return fmt::format("The disk has no room for the files of a recording of an hour: it needs up to {} MB, {} MB are free.",
                                hour / 1'000'000, free / 1'000'000);
         }},
        {"counting", false,
         [this, seen = std::uint64_t{0}]() mutable {
             std::string problem;
             const std::uint64_t dropped = statistics.dropped();
             if (dropped > seen) problem = fmt::format("{} deliveries were dropped uncounted since the last look.", dropped - seen);
             seen = dropped;
             for (const std::string& warning : statistics.warnings()) problem += (problem.empty() ? "" : " ") + warning;
             return problem;
         }},
        {"digests", false, [this] { return digests.problem(); }},
        {"sandbox", false, [this] { return workers.problem(); }},
        {"workers", false,
         [this] {
             const auto neglected = jobs.neglected();
             if (!neglected) return std::string();
             return fmt::format(
                 "No worker takes recordings: {} waiting, the longest since {}. publishing.workers is {} here; `earshot work` would take "
                 "them, too.",
                 neglected->recordings, model::format_rfc3339(neglected->since), settings.publishing.workers);
         }},
    };
}

App::App(config::Settings settings, bool take_over) {
    Places where = places(settings);
    if (auto ready = prepare(where); !ready) throw std::runtime_error(ready.error().message);
    fit_connections(settings);
    if (take_over) predecessor_ = Predecessor::find(where.handover);
    if (take_over && !predecessor_) log(Level::info, "nobody to take over from");
    auto sockets = predecessor_ ? predecessor_->take_sockets() : activation_sockets();
    // It must not work on while the tables change under it.
    if (predecessor_ && (storage::is_behind(where.catalogue_db, storage::catalogue_migrations()) ||
                         storage::is_behind(where.statistics_db, storage::statistics_migrations())))
        predecessor_->step_in();
    rooms_ = std::make_unique<Rooms>(std::move(settings), std::move(where), sockets, predecessor_.has_value());
    if (!predecessor_ && !sockets.empty())
        throw std::runtime_error(
            fmt::format("systemd listens at {} for this server, but neither server.listen nor tls.listen names that address. Make "
                        "earshot.socket and the settings agree.",
                        http::listening_address(sockets.front().get())));
}

App::~App() = default;

std::vector<std::uint16_t> App::ports() const {
    return rooms_->server.ports();
}

}  // namespace earshot::app
