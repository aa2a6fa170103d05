#include "tests/api/stage.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "server/api/auth.hpp"
#include "server/routes.hpp"
#include "server/web/refuse.hpp"

namespace earshot::tests {

namespace {

std::string made_by(const std::string& command, const std::filesystem::path& file) {
    if (std::system((command + " " + file.string()).c_str()) != 0) throw std::runtime_error("cannot run: " + command);
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

struct Stage::Rooms {
    config::Settings settings;
    model::Clock clock;
    storage::Database catalogue_db, statistics_db;
    std::unique_ptr<storage::MediaStore> store;
    storage::Catalogue catalogue;
    storage::JobQueue jobs;
    storage::Accounts accounts;
    storage::AuditLog audit;
    storage::Uploads uploads;
    storage::PublicView view;
    analytics::Statistics statistics;
    analytics::Annotations annotations;
    analytics::Follows follows;
    analytics::DailyTotals totals;
    analytics::SelfAudits audits;
    publishing::WorkerPool workers;
    publishing::Publisher::Rooms publishing_rooms;
    publishing::Publisher publisher;
    publishing::JobRunner runner;
    api::Context api;
    web::Context web;
    std::unique_ptr<http::Server> server;

    Rooms(config::Settings given, const std::filesystem::path& folder, const std::filesystem::path& runtime, model::Clock time)
        : settings(std::move(given)),
          clock(std::move(time)),
          catalogue_db({.file = folder / "catalogue.db", .migrations = storage::catalogue_migrations()}),
          statistics_db({.file = folder / "statistics.db", .migrations = storage::statistics_migrations(), .full_sync = false}),
          store(storage::make_disk_store(folder / "media", settings.storage.reserve_bytes)),
          catalogue(catalogue_db, clock),
          jobs(catalogue_db, clock),
          accounts(catalogue_db, clock),
          audit(catalogue_db, clock),
          uploads(catalogue_db, *store, folder / "uploads", clock),
          view(catalogue, clock),
          statistics(statistics_db, {.runtime_dir = runtime, .suppress_below = settings.statistics.suppress_below}, clock),
          annotations(statistics_db, clock),
          follows(statistics_db, settings.statistics.suppress_below, clock),
          totals(statistics_db),
          audits(
              statistics_db, runtime, [this] { return statistics.recognition(); }, clock),
          workers(EARSHOT_BINARY, {.degraded = true}),
          publishing_rooms{catalogue, jobs, *store, uploads, audit, view, workers},
          publisher(publishing_rooms, settings, clock),
          runner(publishing_rooms, publisher, settings, "test-node", clock,
                 [](std::string_view job, std::string_view what) { std::cerr << "job " << job << ": " << what << '\n'; }),
          api{settings, clock,     catalogue, jobs,       *store,      uploads, accounts, audit,
              view,     publisher, runner,    statistics, annotations, follows, totals,   audits},
          web{settings,  clock,      catalogue,   jobs,    *store, accounts, audit,  view,
              publisher, statistics, annotations, follows, totals, audits,   workers} {}
};

config::Settings Stage::roomy_settings() {
    config::Settings settings = config::default_settings();
    settings.storage.reserve_bytes = 0;
    return settings;
}

Stage::Stage(config::Settings settings, std::filesystem::path data) : data_(data.empty() ? folder_.path() : std::move(data)) {
    settings.storage.data_dir = data_;
    std::filesystem::create_directories(data_);
    rooms_ = std::make_unique<Rooms>(std::move(settings), data_, runtime(),
                                     [this] { return model::system_now() + std::chrono::milliseconds(clock_offset_ms.load()); });
    for (const auto role : {model::Role::admin, model::Role::producer, model::Role::analyst}) {
        const std::string name(model::to_string(role));
        tokens_[name] = rooms_->accounts.create_token(name, role, std::nullopt).value();
    }
    http::Router::Policy policy{.authenticate = [this](const http::Request& request) { return api::authenticate(rooms_->api, request); },
                                .refuse =
                                    [this](const http::Request& request, http::Look look, const model::Error& error) {
                                        return look == http::Look::api ? api::refuse(request, error)
                                                                       : web::refuse(rooms_->web, request, look, error);
                                    }};
    http::ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.network_threads = 1;
    options.pool_threads = 4;
    rooms_->server = std::make_unique<http::Server>(
        options, http::Router(app::make_routes(rooms_->api, rooms_->web), std::move(policy)),
        [this](model::Delivery&& delivery) { rooms_->statistics.submit(std::move(delivery)); }, [](const http::RequestLog&) {});
    rooms_->server->start();
}

Stage::~Stage() {
    rooms_->server->stop();
    rooms_->runner.stop();
}

api::Context& Stage::context() {
    return rooms_->api;
}

std::vector<http::Route> Stage::routes() {
    return app::make_routes(rooms_->api, rooms_->web);
}

std::vector<http::Route> Stage::api_routes() {
    auto routes = Stage::routes();
    std::erase_if(routes, [](const http::Route& route) { return !route.pattern.starts_with("/api/v1/"); });
    return routes;
}

std::uint16_t Stage::port() const {
    return rooms_->server->ports().front();
}

Answered Stage::ask(std::string_view role, std::string_view method, std::string_view path, std::string_view body, const Fields& fields) {
    Fields all = fields;
    if (role == "unknown")
        all.emplace_back("Authorization", "Bearer ear_nobodyknowsthisone");
    else if (role != "none")
        all.emplace_back("Authorization", "Bearer " + token(role));
    return request(port(), method, path, body, all);
}

Answered Stage::api(std::string_view role, std::string_view method, std::string_view path, std::string_view body, const Fields& fields) {
    return ask(role, method, "/api/v1" + std::string(path), body, fields);
}

model::Show Stage::make_show(std::string slug) {
    model::Show show;
    show.slug = std::move(slug);
    show.podcast_guid = "guid-of-" + show.slug;
    show.title = "Night Watch";
    show.description = "A show for tests.";
    return rooms_->catalogue.create_show(std::move(show)).value();
}

model::Episode Stage::make_episode(const model::Show& show, std::string title) {
    model::Episode episode;
    episode.show = show.id;
    episode.title = std::move(title);
    episode.slug = "multiple-bombings";
    return rooms_->catalogue.create_episode(std::move(episode)).value();
}

model::UploadId Stage::upload(std::string_view bytes) {
    const auto upload = rooms_->uploads.create(bytes.size(), "", "token:producer").value();
    auto writer = rooms_->uploads.open(upload.id, 0).value();
    if (!writer->write(std::as_bytes(std::span(bytes)))) throw std::runtime_error("the upload was refused");
    return writer->finish("").value().id;
}

model::Job Stage::finish(const model::JobId& id) {
    rooms_->runner.start();
    for (int i = 0; i < 2400; ++i) {
        const auto job = rooms_->jobs.find(id).value();
        if (!is_under_way(job)) return job;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    throw std::runtime_error("the job did not end");
}

std::string made_by_ffmpeg(const std::string& arguments, const std::string& name) {
    const TemporaryFolder folder;
    return made_by("ffmpeg -loglevel error " + arguments + " -y", folder.path() / name);
}

std::string tone_wav(int seconds) {
    return made_by_ffmpeg(
        "-f lavfi -i \"sine=330:r=48000,volume=0.2,pan=stereo|c0=c0|c1=0.7*c0\" -t " + std::to_string(seconds) + " -c:a pcm_s24le",
        "tone.wav");
}

std::string picture_png(int pixels) {
    const std::string size = std::to_string(pixels);
    return made_by_ffmpeg("-f lavfi -i color=#0c1a3d:s=" + size + "x" + size + " -frames:v 1 -pix_fmt rgb24", "cover.png");
}

}  // namespace earshot::tests
