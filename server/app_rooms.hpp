#pragma once
// Everything a running server consists of. Private to app*.cpp.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/app.hpp"
#include "server/digests.hpp"
#include "server/health.hpp"
#include "server/housekeeping.hpp"
#include "server/http/server.hpp"
#include "server/places.hpp"
#include "server/routes.hpp"
#include "server/succession.hpp"

namespace earshot::app {

struct App::Rooms {
    config::Settings settings;
    Places where;
    model::Clock clock = model::system_now;

    storage::Database catalogue_db;
    storage::Database statistics_db;
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
    Housekeeping housekeeping;
    api::Context api;
    web::Context web;
    storage::DigestLog digest_log;
    Digests digests;
    http::Server server;
    std::optional<Succession> succession;  // from start() on

    // `sockets` as http::Server wants them. `standby`: a predecessor still counts.
    Rooms(config::Settings given, Places at, std::vector<http::Descriptor>& sockets, bool standby);
    std::vector<http::Route> routes();
    http::Router::Policy policy();
    std::vector<HealthCheck> checks();
};

}  // namespace earshot::app
