#pragma once
// A whole site in a temporary folder: real databases, store and catalogue; a clock that tests move; requests straight to the handlers.

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "content/storage/digest.hpp"
#include "server/web/context.hpp"
#include "server/web/handlers.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

struct Site {
    TemporaryFolder folder;
    model::Timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + std::chrono::hours(12)};
    model::Clock clock{[this] { return now; }};
    config::Settings settings{config::default_settings()};
    storage::Database database{{.file = folder.path() / "catalogue.db", .migrations = storage::catalogue_migrations()}};
    storage::Database statistics_database{{.file = folder.path() / "statistics.db", .migrations = storage::statistics_migrations()}};
    std::unique_ptr<storage::MediaStore> store{storage::make_disk_store(folder.path() / "media")};
    storage::Catalogue catalogue{database, clock};
    storage::JobQueue jobs{database, clock};
    storage::Accounts accounts{database, clock};
    storage::AuditLog audit{database, clock};
    storage::Uploads uploads{database, *store, folder.path() / "uploads", clock};
    storage::PublicView view{catalogue, clock};
    publishing::WorkerPool workers{"/proc/self/exe", {}};
    publishing::Publisher publisher{{catalogue, jobs, *store, uploads, audit, view, workers}, settings, clock};
    analytics::Statistics statistics{statistics_database, {.runtime_dir = runtime_folder()}, clock};
    analytics::Annotations annotations{statistics_database, clock};
    analytics::Follows follows{statistics_database, 10, clock};
    analytics::DailyTotals totals{statistics_database};
    analytics::SelfAudits audits{statistics_database, runtime_folder(), [this] { return statistics.recognition(); }, clock};
    web::Context context{settings,  clock,      catalogue,   jobs,    *store, accounts, audit,  view,
                         publisher, statistics, annotations, follows, totals, audits,   workers};

    std::filesystem::path runtime_folder() const {
        std::filesystem::create_directories(folder.path() / "run");
        return folder.path() / "run";
    }

    model::Show add_show(std::string slug, std::string title) {
        model::Show show{.slug = std::move(slug),
                         .title = std::move(title),
                         .description = "Stories of what was prevented.",
                         .author = "The Press Office"};
        show.podcast_guid = storage::podcast_guid("example.org/" + show.slug);
        show.actions = {{"Report online", "https://www.gov.uk/ACT", "In confidence.", false},
                        {"Call 0800 789321", "tel:0800789321", "Day or night.", false},
                        {"In an emergency call 999", "tel:999", "", true}};
        return catalogue.create_show(show).value();
    }

    std::string store_bytes(std::string_view bytes) const {
        auto object = store->create();
        object->append(std::as_bytes(std::span(bytes))).value();
        return object->commit().value();
    }

    // Bytes that stand for audio: nobody decodes them here.
    model::Rendition make_rendition(const model::Episode& episode, const model::MasterId& master, std::string profile,
                                    std::string bytes) const {
        model::Rendition rendition{.episode = episode.id, .master = master, .profile = profile};
        rendition.codec = profile == "aac" ? model::Codec::aac : model::Codec::mp3;
        rendition.mime_type = profile == "aac" ? "audio/x-m4a" : "audio/mpeg";
        rendition.url_path = "/media/" + storage::random_id() + '/' + episode.slug + (profile == "aac" ? ".m4a" : ".mp3");
        rendition.sha256 = rendition.object_key = rendition.essence_key = store_bytes(bytes);
        rendition.byte_length = bytes.size();
        rendition.duration = std::chrono::minutes(4) + std::chrono::seconds(20);
        rendition.audio_start = 10;
        rendition.bytes_for_60s = bytes.size() / 4;
        rendition.bit_rate = 128'000;
        rendition.sample_rate = 44'100;
        rendition.channels = 2;
        rendition.tagged_at = now;
        return rendition;
    }

    // A draft with audio; publish() shows it.
    model::Episode add_episode(const model::Show& show, model::Episode episode) {
        episode.show = show.id;
        if (episode.slug.empty()) episode.slug = "part";
        auto made = catalogue.create_episode(episode).value();
        const auto [master, job] =
            catalogue.add_master({.episode = made.id, .object_key = store_bytes("master of " + made.id.value), .sha256 = "00"}).value();
        (void)jobs.claim("here", std::chrono::minutes(1));
        jobs.succeed(job.id, "here");
        const std::vector renditions{make_rendition(made, master.id, "mp3", "mp3 of " + made.id.value + std::string(4000, 'x')),
                                     make_rendition(made, master.id, "aac", "aac of " + made.id.value + std::string(4000, 'y'))};
        catalogue.replace_renditions(catalogue.find_episode(made.id).value(), renditions).value();
        view.refresh();
        return catalogue.find_episode(made.id).value();
    }

    void publish(const model::Episode& episode, model::Timestamp at) {
        using enum model::EpisodeState;
        catalogue.set_state(episode.id, draft, at > now ? scheduled : published, at).value();
        view.refresh();
    }
    void publish(const model::Episode& episode) { publish(episode, now); }
    void withdraw(const model::Episode& episode) {
        using enum model::EpisodeState;
        catalogue.set_state(episode.id, published, withdrawn, episode.publish_at ? episode.publish_at : now).value();
        view.refresh();
    }

    // GET with the parameters the route table would find.
    static http::Request get(std::string path, std::map<std::string, std::string> params = {}) {
        http::Request request;
        request.target = request.path = std::move(path);
        request.params = std::move(params);
        request.peer_address = "192.0.2.7";
        return request;
    }
};

[[nodiscard]] inline std::string body_of(const http::Answer& answer) {
    const auto& reply = std::get<http::Reply>(answer);
    return reply.shared_body ? *reply.shared_body : reply.body;
}
[[nodiscard]] inline int status_of(const http::Answer& answer) {
    return std::get<http::Reply>(answer).status;
}
[[nodiscard]] inline std::string field_of(const http::Answer& answer, std::string_view name) {
    for (const auto& field : std::get<http::Reply>(answer).fields) {
        if (field.name == name) return field.value;
    }
    return {};
}

}  // namespace earshot::tests
