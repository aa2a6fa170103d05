#pragma once
// What all network threads of one server share. Everything but the admission and the pool is constant after construction.

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "server/http/admission.hpp"
#include "server/http/client_address.hpp"
#include "server/http/pool.hpp"
#include "server/http/router.hpp"
#include "server/http/server.hpp"

namespace earshot::http {

// The caching and security fields of a route, made once.
struct RoutePolicy {
    std::string cache_control;
    std::vector<Field> always;
};
[[nodiscard]] RoutePolicy make_policy(const Route& route);
[[nodiscard]] RoutePolicy make_policy(Look look);  // for answers without a row: never cached

struct Service {
    Service(ServerOptions options, Router router, model::DeliverySink sink, std::function<void(const RequestLog&)> log);
    [[nodiscard]] const RoutePolicy& policy_of(const Route* route, Look look) const;

    ServerOptions options;
    Router router;
    model::DeliverySink sink;
    std::function<void(const RequestLog&)> log;
    TrustedProxies proxies;
    std::vector<RoutePolicy> policies;  // one a row
    RoutePolicy api, page, asset;       // by look, without a row
    Admission admission;
    std::atomic<bool> stopping{false};
    Pool pool;  // last: its threads use the rest
};

}  // namespace earshot::http
