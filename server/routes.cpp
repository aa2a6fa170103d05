#include "server/routes.hpp"

#include "server/api/handlers.hpp"

namespace earshot::app {

using http::Access;
using http::Caching;
using http::Look;
using http::Method;
using http::Run;

namespace {

constexpr std::uint64_t no_body = 0, json_body = 256U << 10, text_body = 4U << 20, picture_body = 10U << 20, upload_body = UINT64_MAX;

struct ApiRow {
    Method method;
    std::string_view path;  // below /api/v1
    std::variant<http::Answer (*)(api::Context&, const http::Request&), api::Streamed (*)(api::Context&, const http::Request&)> handler;
    Access access;
    std::uint64_t body;
};

constexpr auto api_rows = std::to_array<ApiRow>({
    {Method::get, "/me", &api::get_me, Access::staff, no_body},
    {Method::get, "/audit", &api::get_audit, Access::staff, no_body},  // and there: admins only
    {Method::get, "/shows", &api::list_shows, Access::producer, no_body},
    {Method::post, "/shows", &api::create_show, Access::producer, json_body},
    {Method::get, "/shows/{show}", &api::get_show, Access::producer, no_body},
    {Method::patch, "/shows/{show}", &api::edit_show, Access::producer, json_body},
    {Method::put, "/shows/{show}/artwork", &api::put_show_artwork, Access::producer, picture_body},
    {Method::get, "/shows/{show}/episodes", &api::list_episodes, Access::producer, no_body},
    {Method::post, "/shows/{show}/episodes", &api::create_episode, Access::producer, json_body},
    {Method::get, "/episodes/{episode}", &api::get_episode, Access::producer, no_body},
    {Method::patch, "/episodes/{episode}", &api::edit_episode, Access::producer, json_body},
    {Method::delete_, "/episodes/{episode}", &api::delete_episode, Access::producer, no_body},
    {Method::get, "/episodes/{episode}/transcript", &api::get_transcript, Access::producer, no_body},
    {Method::put, "/episodes/{episode}/transcript", &api::put_transcript, Access::producer, text_body},
    {Method::delete_, "/episodes/{episode}/transcript", &api::delete_transcript, Access::producer, no_body},
    {Method::put, "/episodes/{episode}/chapters", &api::put_chapters, Access::producer, json_body},
    {Method::put, "/episodes/{episode}/artwork", &api::put_episode_artwork, Access::producer, picture_body},
    {Method::put, "/episodes/{episode}/master", &api::put_master, Access::producer, json_body},
    {Method::post, "/episodes/{episode}/publish", &api::publish_episode, Access::producer, json_body},
    {Method::post, "/episodes/{episode}/withdraw", &api::withdraw_episode, Access::producer, json_body},
    {Method::post, "/episodes/{episode}/unschedule", &api::unschedule_episode, Access::producer, json_body},
    {Method::get, "/jobs", &api::list_jobs, Access::producer, no_body},
    {Method::get, "/jobs/{job}", &api::get_job, Access::producer, no_body},
    {Method::get, "/jobs/{job}/events", &api::job_events, Access::producer, no_body},
    {Method::post, "/jobs/{job}/cancel", &api::cancel_job, Access::producer, json_body},
    {Method::post, "/jobs/{job}/retry", &api::retry_job, Access::producer, json_body},
    {Method::options, "/uploads", &api::upload_options, Access::anyone, no_body},
    {Method::post, "/uploads", &api::create_upload, Access::producer, upload_body},
    {Method::options, "/uploads/{upload}", &api::upload_options, Access::anyone, no_body},
    {Method::head, "/uploads/{upload}", &api::head_upload, Access::producer, no_body},
    {Method::patch, "/uploads/{upload}", &api::patch_upload, Access::producer, upload_body},
    {Method::post, "/uploads/{upload}", &api::patch_upload, Access::producer, upload_body},
    {Method::delete_, "/uploads/{upload}", &api::delete_upload, Access::producer, no_body},
    {Method::get, "/statistics", &api::get_statistics, Access::analyst, no_body},
    {Method::get, "/statistics.csv", &api::get_statistics_csv, Access::analyst, no_body},
});

// Every API row works on the pool, is never cached and answers errors as problem+json.
void add_api(api::Context& context, std::vector<http::Route>& routes) {
    for (const ApiRow& row : api_rows) {
        http::Route route{.method = row.method,
                          .pattern = "/api/v1" + std::string(row.path),
                          .handler = http::Handler(),
                          .access = row.access,
                          .run = Run::pool,
                          .caching = Caching::no_store,
                          .look = Look::api,
                          .body_limit = row.body == upload_body ? context.settings.uploads.max_bytes : row.body};
        if (const auto* plain = std::get_if<0>(&row.handler))
            route.handler = http::Handler([&context, handle = *plain](const http::Request& request) { return handle(context, request); });
        else
            route.handler = http::StreamHandler(
                [&context, handle = std::get<1>(row.handler)](const http::Request& request) { return handle(context, request); });
        routes.push_back(std::move(route));
    }
}

}  // namespace

std::vector<http::Route> make_routes(api::Context& api, web::Context& web) {
    std::vector<http::Route> routes;

    // --- public pages, feeds and audio (web) ---

    // --- sign-in and statistics pages (web) ---

    // --- studio (web) ---

    // --- API ---
    add_api(api, routes);

    (void)web;
    return routes;
}

}  // namespace earshot::app
