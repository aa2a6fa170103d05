#pragma once
// What all network threads of one server share. Everything but the admission and the pool is constant after construction.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/http/admission.hpp"
#include "server/http/client_address.hpp"
#include "server/http/pool.hpp"
#include "server/http/router.hpp"
#include "server/http/server.hpp"
#include "server/http/tls.hpp"

namespace earshot::http {

// The caching and security fields of a route, made once.
struct RoutePolicy {
    RoutePolicy(std::string cache_control, std::vector<Field> always);
    std::string cache_control;
    std::vector<Field> always;
    std::string lines;  // all of it as it goes into a head that says nothing else
};
[[nodiscard]] RoutePolicy make_policy(const Route& route);
[[nodiscard]] RoutePolicy make_policy(Look look);  // for answers without a row: never cached

struct Service {
    Service(ServerOptions options, Router router, model::DeliverySink sink, std::function<void(const RequestLog&)> log);
    [[nodiscard]] const RoutePolicy& policy_of(const Route* route, Look look) const;
    [[nodiscard]] model::Result<void> load_certificate();
    [[nodiscard]] std::shared_ptr<const TlsContext> tls() const;  // for new connections
    [[nodiscard]] bool redirects(bool secure) const noexcept { return !secure && !options.tls.redirect_to.empty(); }

    ServerOptions options;
    Router router;
    model::DeliverySink sink;
    std::function<void(const RequestLog&)> log;
    TrustedProxies proxies;
    std::vector<RoutePolicy> policies;  // one a row
    RoutePolicy api, page, asset;       // by look, without a row
    Admission admission;
    std::atomic<bool> stopping{false};
    std::string strict_transport;  // the field's value, or ""
    mutable std::mutex tls_mutex;
    std::shared_ptr<const TlsContext> tls_context;
    Pool readers;  // for files that are not in memory
    Pool pool;     // for everything else that blocks. Last: their threads use the rest
};

}  // namespace earshot::http
