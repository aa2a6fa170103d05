// `earshot digest`: what a digest says now, printed, or sent once more as a trial. Beside a running server, whose counting it leaves alone.

#include <fmt/format.h>

#include "content/storage/digest.hpp"
#include "server/commands/local_catalogue.hpp"
#include "server/digests.hpp"

namespace earshot::commands {

namespace {

using config::Settings;

// As the server has them; nothing here is started.
struct StillRooms {
    explicit StillRooms(const LocalData& data)
        : settings(data.settings),
          catalogue_db(catalogue_file(data.where.catalogue_db)),
          statistics_db(statistics_file(data.where.statistics_db)),
          store(storage::make_disk_store(data.where.media, 0)),
          uploads(catalogue_db, *store, data.where.uploads),
          statistics(statistics_db,
                     {.runtime_dir = data.where.runtime, .suppress_below = settings.statistics.suppress_below, .standby = true},
                     model::system_now),
          follows(statistics_db, settings.statistics.suppress_below, model::system_now),
          audits(statistics_db, data.where.runtime, {}, model::system_now) {}

    const Settings& settings;
    storage::Database catalogue_db, statistics_db;
    std::unique_ptr<storage::MediaStore> store;
    storage::Catalogue catalogue{catalogue_db};
    storage::JobQueue jobs{catalogue_db};
    storage::Accounts accounts{catalogue_db};
    storage::AuditLog audit{catalogue_db};
    storage::Uploads uploads;
    storage::PublicView view{catalogue, model::system_now};
    analytics::Statistics statistics;
    analytics::Annotations annotations{statistics_db, model::system_now};
    analytics::Follows follows;
    analytics::DailyTotals totals{statistics_db};
    analytics::SelfAudits audits;
    publishing::WorkerPool workers{"/proc/self/exe", {}};
    publishing::Publisher publisher{{catalogue, jobs, *store, uploads, audit, view, workers}, settings, model::system_now};
    web::Context web{settings,  model::system_now, catalogue,   jobs,    *store, accounts, audit,  view,
                     publisher, statistics,        annotations, follows, totals, audits,   workers};
};

std::string send(const Settings& settings, const Settings::Digest& digest, app::Message message) {
    message.id += "-trial-" + storage::random_id();
    std::string problems;
    const auto tell = [&](std::string_view receiver, const std::string& problem) {
        fmt::print(stderr, "{}: {}\n", receiver, problem.empty() ? "sent" : problem);
        if (!problem.empty()) problems = "Not everybody got it.";
    };
    for (const auto& address : digest.email) tell(address, app::send_mail(settings.mail, address, message, model::system_now(), {}));
    if (!digest.webhook.empty()) tell(digest.webhook, app::send_webhook(digest, message, model::system_now(), {}));
    return problems;
}

}  // namespace

int digest(const DigestOptions& options) {
    return with_local_data(options, DataFolder::existing, [&](LocalData& data) -> model::Status {
        if (data.settings.digests.empty()) return model::fail(model::Errc::not_found, "The settings have no [[digest]].");
        StillRooms rooms(data);
        bool found = false;
        for (const auto& digest : data.settings.digests) {
            if (!options.name.empty() && digest.name != options.name) continue;
            const auto message = app::compose_digest(rooms.web, digest);
            if (!message) return std::unexpected(message.error());
            fmt::print("{}{}", found ? "\n" : "", message->text);
            found = true;
            if (!options.send) continue;
            if (const auto problem = send(data.settings, digest, *message); !problem.empty())
                return model::fail(model::Errc::unavailable, problem);
        }
        if (!found) return model::fail(model::Errc::not_found, fmt::format("The settings have no digest \"{}\".", options.name));
        return {};
    });
}

}  // namespace earshot::commands
