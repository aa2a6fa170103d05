#include "server/routes.hpp"

namespace earshot::app {

using http::Access;
using http::Caching;
using http::Look;
using http::Method;
using http::Run;

std::vector<http::Route> make_routes(api::Context& api, web::Context& web) {
    std::vector<http::Route> routes;

    // --- public pages, feeds and audio (web) ---

    // --- sign-in and statistics pages (web) ---

    // --- studio (web) ---

    // --- API ---

    (void)api;
    (void)web;
    return routes;
}

}  // namespace earshot::app
