#pragma once
// What the pages work on; owned by the app, outlives every request. Handlers are free functions `Answer f(Context&, const http::Request&)`,
// each named in server/routes.cpp.

#include <memory>

#include "config/settings.hpp"
#include "content/storage/accounts.hpp"
#include "content/storage/audit_log.hpp"
#include "content/storage/catalogue.hpp"
#include "content/storage/job_queue.hpp"
#include "content/storage/media_store.hpp"
#include "content/storage/public_view.hpp"
#include "server/analytics/annotations.hpp"
#include "server/analytics/daily_totals.hpp"
#include "server/analytics/follows.hpp"
#include "server/analytics/self_audit.hpp"
#include "server/analytics/statistics.hpp"
#include "server/publishing/publisher.hpp"

namespace earshot::web {

// Rendered feeds and pages, open files, the boot's key for sign-in limits (server/web/caches.hpp).
class Caches;
[[nodiscard]] std::shared_ptr<Caches> make_caches();

struct Context {
    const config::Settings& settings;
    model::Clock clock;
    storage::Catalogue& catalogue;
    storage::JobQueue& jobs;
    storage::MediaStore& store;
    storage::Accounts& accounts;
    storage::AuditLog& audit;
    storage::PublicView& view;
    publishing::Publisher& publisher;
    analytics::Statistics& statistics;
    analytics::Annotations& annotations;
    analytics::Follows& follows;
    analytics::DailyTotals& totals;
    analytics::SelfAudits& audits;
    const publishing::WorkerPool& workers;
    std::shared_ptr<Caches> caches{make_caches()};
};

}  // namespace earshot::web
