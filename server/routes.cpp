#include "server/routes.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "server/api/auth.hpp"
#include "server/api/handlers.hpp"
#include "server/web/handlers.hpp"
#include "server/web/refuse.hpp"
#include "server/web/studio.hpp"

namespace earshot::app {

using http::Access;
using http::Caching;
using http::Look;
using http::Method;
using http::Run;

namespace {

constexpr std::uint64_t no_body = 0, json_body = 256U << 10, text_body = 4U << 20, table_body = 128U << 10, picture_body = 10U << 20,
                        upload_body = UINT64_MAX;

// RFC 9110 §10.2.3: a 503 says when to come back.
void say_when(http::Answer& answer) {
    auto* reply = std::get_if<http::Reply>(&answer);
    if (reply == nullptr || reply->status != 503) return;
    if (std::ranges::none_of(reply->fields, [](const http::Field& field) { return field.name == "Retry-After"; }))
        reply->fields.push_back({"Retry-After", "5"});
}
void say_when(std::optional<http::Answer>& answer) {
    if (answer) say_when(*answer);
}
void say_when(api::Streamed& streamed) {
    if (auto* answer = std::get_if<http::Answer>(&streamed)) say_when(*answer);
}

// A database that is full or held by somebody is no fault: `refuse` makes the answer of its sentence (507, 503).
template <class Work, class Refuse>
auto with_database(Work work, Refuse refuse) -> decltype(work()) {
    try {
        auto result = work();
        say_when(result);
        return result;
    } catch (const storage::DatabaseError& error) {
        const auto refusal = storage::passing_refusal(error);
        if (!refusal) throw;
        http::Answer answer = refuse(*refusal);
        say_when(answer);
        return answer;
    }
}

// The same for what follows the head of a request.
class SinkWithDatabase final : public http::BodySink {
public:
    // Of the request only the path is kept, which is what the refusal looks at.
    SinkWithDatabase(std::unique_ptr<http::BodySink> sink, std::string path) : sink_(std::move(sink)) { request_.path = std::move(path); }
    std::optional<http::Answer> write(std::span<const std::byte> bytes) override {
        return with_database([&] { return sink_->write(bytes); }, [&](const model::Error& error) { return api::refuse(request_, error); });
    }
    http::Answer finish() override {
        return with_database([&] { return sink_->finish(); }, [&](const model::Error& error) { return api::refuse(request_, error); });
    }

private:
    std::unique_ptr<http::BodySink> sink_;
    http::Request request_;
};

struct ApiRow {
    Method method;
    std::string_view path;  // below /api/v1
    std::variant<http::Answer (*)(api::Context&, const http::Request&), api::Streamed (*)(api::Context&, const http::Request&)> handler;
    Access access;
    std::uint64_t body;
};

constexpr auto api_rows = std::to_array<ApiRow>({
    {Method::get, "/openapi.json", &api::get_openapi, Access::anyone, no_body},
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
    {Method::get, "/episodes/{episode}/transcript/draft", &api::get_transcript_draft, Access::producer, no_body},
    {Method::post, "/episodes/{episode}/transcript/draft", &api::draft_transcript, Access::producer, json_body},
    {Method::delete_, "/episodes/{episode}/transcript/draft", &api::delete_transcript_draft, Access::producer, no_body},
    {Method::post, "/episodes/{episode}/transcript/accept", &api::accept_transcript_draft, Access::producer, json_body},
    {Method::put, "/episodes/{episode}/chapters", &api::put_chapters, Access::producer, json_body},
    {Method::delete_, "/episodes/{episode}/chapters", &api::delete_chapters, Access::producer, no_body},
    {Method::put, "/episodes/{episode}/artwork", &api::put_episode_artwork, Access::producer, picture_body},
    {Method::get, "/episodes/{episode}/sound", &api::get_sound, Access::producer, no_body},
    {Method::get, "/episodes/{episode}/waveform/{file}", &api::get_waveform, Access::producer, no_body},
    {Method::get, "/episodes/{episode}/master/waveform/{file}", &api::get_master_waveform, Access::producer, no_body},
    {Method::get, "/episodes/{episode}/redactions", &api::get_redactions, Access::producer, no_body},
    {Method::put, "/episodes/{episode}/redactions", &api::put_redactions, Access::producer, json_body},
    {Method::put, "/episodes/{episode}/master", &api::put_master, Access::producer, json_body},
    {Method::post, "/episodes/{episode}/publish", &api::publish_episode, Access::producer, json_body},
    {Method::post, "/episodes/{episode}/withdraw", &api::withdraw_episode, Access::producer, json_body},
    {Method::post, "/episodes/{episode}/unschedule", &api::unschedule_episode, Access::producer, json_body},
    {Method::get, "/jobs", &api::list_jobs, Access::producer, no_body},
    {Method::get, "/jobs/{job}", &api::get_job, Access::producer, no_body},
    {Method::get, "/jobs/{job}/events", &api::job_events, Access::producer, no_body},
    {Method::post, "/jobs/{job}/cancel", &api::cancel_job, Access::producer, json_body},
    {Method::post, "/jobs/{job}/retry", &api::retry_job, Access::producer, json_body},
    {Method::put, "/jobs/{job}/priority", &api::put_job_priority, Access::producer, json_body},
    {Method::options, "/uploads", &api::upload_options, Access::anyone, no_body},
    {Method::post, "/uploads", &api::create_upload, Access::producer, upload_body},
    {Method::options, "/uploads/{upload}", &api::upload_options, Access::anyone, no_body},
    {Method::head, "/uploads/{upload}", &api::head_upload, Access::producer, no_body},
    {Method::patch, "/uploads/{upload}", &api::patch_upload, Access::producer, upload_body},
    {Method::post, "/uploads/{upload}", &api::patch_upload, Access::producer, upload_body},
    {Method::delete_, "/uploads/{upload}", &api::delete_upload, Access::producer, no_body},
    {Method::get, "/statistics", &api::get_statistics, Access::analyst, no_body},
    {Method::get, "/statistics.csv", &api::get_statistics_csv, Access::analyst, no_body},
    {Method::get, "/statistics/everything.csv", &api::get_everything_csv, Access::analyst, no_body},
    {Method::get, "/statistics/today", &api::get_statistics_of_today, Access::analyst, no_body},
    {Method::get, "/statistics/episodes/{episode}", &api::get_episode_statistics, Access::analyst, no_body},
    {Method::get, "/statistics/shows/{show}/notes", &api::get_statistics_notes, Access::analyst, no_body},
    {Method::get, "/statistics/shows/{show}/acting", &api::get_acting, Access::analyst, no_body},
    {Method::get, "/statistics/shows/{show}/acting.csv", &api::get_acting_csv, Access::analyst, no_body},
    {Method::put, "/statistics/shows/{show}/totals", &api::put_totals, Access::analyst, table_body},
    {Method::get, "/statistics/audit", &api::get_self_audit, Access::analyst, no_body},
    {Method::post, "/statistics/audit", &api::run_self_audit, Access::analyst, json_body},
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
                          .body_limit = row.body == upload_body ? context.settings.uploads.max_bytes : row.body,
                          .yields = true};
        if (const auto* plain = std::get_if<0>(&row.handler))
            route.handler = http::Handler([&context, handle = *plain](const http::Request& request) {
                return with_database([&] { return handle(context, request); },
                                     [&](const model::Error& error) { return api::refuse(request, error); });
            });
        else
            route.handler = http::StreamHandler([&context, handle = std::get<1>(row.handler)](const http::Request& request) {
                return with_database(
                    [&] {
                        auto streamed = handle(context, request);
                        if (auto* sink = std::get_if<1>(&streamed))
                            *sink = std::make_unique<SinkWithDatabase>(std::move(*sink), request.path);
                        return streamed;
                    },
                    [&](const model::Error& error) { return api::refuse(request, error); });
            });
        routes.push_back(std::move(route));
    }
}

struct WebRow {
    Method method;
    std::string_view path;
    http::Answer (*handler)(web::Context&, const http::Request&);
    Access access;
    Run run;
    Caching caching;
    Look look;
    std::uint64_t body{no_body};
    bool cross_origin{};  // web players elsewhere may fetch these
    bool of_snapshot{};   // a file that stays the same while the public snapshot does
};

constexpr auto public_rows = std::to_array<WebRow>({
    {Method::get, "/", &web::home, Access::anyone, Run::pool, Caching::revalidate, Look::page},
    {Method::get, "/privacy", &web::privacy, Access::anyone, Run::pool, Caching::revalidate, Look::page},
    {Method::get, "/how-we-count", &web::how_we_count, Access::anyone, Run::pool, Caching::revalidate, Look::page},
    {Method::get, "/shows/{show}", &web::show_page, Access::anyone, Run::pool, Caching::revalidate, Look::page},
    {Method::get, "/shows/{show}/{episode}", &web::episode_page, Access::anyone, Run::pool, Caching::revalidate, Look::page},
    {Method::get, "/shows/{show}/feed.xml", &web::feed, Access::anyone, Run::here, Caching::revalidate, Look::asset, no_body, true},
    {Method::get, "/shows/{show}/{episode}/transcript.vtt", &web::transcript, Access::anyone, Run::pool, Caching::revalidate, Look::asset,
     no_body, true},
    {Method::get, "/shows/{show}/{episode}/transcript.srt", &web::transcript, Access::anyone, Run::pool, Caching::revalidate, Look::asset,
     no_body, true},
    {Method::get, "/shows/{show}/{episode}/transcript.json", &web::transcript, Access::anyone, Run::pool, Caching::revalidate, Look::asset,
     no_body, true},
    {Method::get, "/shows/{show}/{episode}/transcript.html", &web::transcript, Access::anyone, Run::pool, Caching::revalidate, Look::page,
     no_body, true},
    {Method::get, "/shows/{show}/{episode}/chapters.json", &web::chapters, Access::anyone, Run::here, Caching::revalidate, Look::asset,
     no_body, true},
    {Method::get, "/shows/{show}/{episode}/waveform/{file}", &web::waveform, Access::anyone, Run::here, Caching::revalidate, Look::asset,
     no_body, true, true},
    {Method::get, "/media/{key}/{file}", &web::media_file, Access::anyone, Run::here, Caching::media, Look::asset, no_body, true, true},
    {Method::get, "/images/{file}", &web::image, Access::anyone, Run::here, Caching::immutable, Look::asset, no_body, true, true},
    {Method::get, "/assets/{hash}/{name}", &web::asset, Access::anyone, Run::here, Caching::immutable, Look::asset},
    {Method::get, "/favicon.svg", &web::favicon, Access::anyone, Run::here, Caching::media, Look::asset},
    {Method::get, "/robots.txt", &web::robots, Access::anyone, Run::here, Caching::media, Look::asset},
    {Method::get, "/.well-known/gpc.json", &web::gpc, Access::anyone, Run::here, Caching::media, Look::asset},
});

constexpr std::uint64_t form_body = 16U << 10, follow_body = 4U << 10;

constexpr auto staff_rows = std::to_array<WebRow>({
    {Method::get, "/sign-in", &web::sign_in_form, Access::anyone, Run::pool, Caching::no_store, Look::page},
    {Method::post, "/sign-in", &web::sign_in, Access::anyone, Run::pool, Caching::no_store, Look::page, form_body},
    {Method::post, "/sign-out", &web::sign_out, Access::anyone, Run::pool, Caching::no_store, Look::page, form_body},
    {Method::get, "/statistics", &web::statistics, Access::analyst, Run::pool, Caching::no_store, Look::page},
    {Method::get, "/statistics/tables/{table}", &web::statistics_table, Access::analyst, Run::pool, Caching::no_store, Look::page},
    {Method::post, "/statistics/annotations", &web::annotate, Access::anyone, Run::pool, Caching::no_store, Look::page,
     form_body},  // and there: analysts only
    {Method::get, "/statistics/report", &web::statistics_report, Access::analyst, Run::pool, Caching::no_store, Look::page},
    {Method::get, "/statistics/report.txt", &web::statistics_report_text, Access::analyst, Run::pool, Caching::no_store, Look::page},
    {Method::get, "/statistics/figures", &web::statistics_figures, Access::analyst, Run::pool, Caching::no_store, Look::page},
    {Method::get, "/statistics/shows/{show}/{episode}", &web::statistics_episode, Access::analyst, Run::pool, Caching::no_store,
     Look::page},
    {Method::get, "/statistics/shows/{show}/{episode}/tables/{table}", &web::statistics_episode_table, Access::analyst, Run::pool,
     Caching::no_store, Look::page},
    {Method::get, "/statistics/method", &web::method, Access::analyst, Run::pool, Caching::no_store, Look::page},
    {Method::get, "/statistics/acting", &web::acting, Access::analyst, Run::pool, Caching::no_store, Look::page},
    {Method::post, "/statistics/acting", &web::load_totals, Access::anyone, Run::pool, Caching::no_store, Look::page,
     table_body},  // and there: analysts only
    // What pages of the public site send may be lost, so it makes room like the pages of staff.
    {Method::post, "/follows/{show}", &web::follow, Access::anyone, Run::here, Caching::no_store, Look::api, follow_body},
});

constexpr std::uint64_t notes_body = 64U << 10;

constexpr auto studio_rows = std::to_array<WebRow>({
    {Method::get, "/studio", &web::studio_home, Access::producer, Run::pool, Caching::no_store, Look::page},
    {Method::get, "/studio/queue", &web::studio_queue, Access::producer, Run::pool, Caching::no_store, Look::page},
    {Method::post, "/studio/queue", &web::change_queue, Access::anyone, Run::pool, Caching::no_store, Look::page,
     form_body},  // and there: producers only
    {Method::get, "/studio/shows/new", &web::studio_new_show, Access::producer, Run::pool, Caching::no_store, Look::page},
    {Method::get, "/studio/shows/{show}", &web::studio_show, Access::producer, Run::pool, Caching::no_store, Look::page},
    {Method::get, "/studio/shows/{show}/cover/{file}", &web::studio_show_cover, Access::producer, Run::pool, Caching::no_store,
     Look::asset},
    {Method::get, "/studio/episodes/{episode}", &web::studio_episode, Access::producer, Run::pool, Caching::no_store, Look::page},
    {Method::get, "/studio/episodes/{episode}/cover/{file}", &web::studio_episode_cover, Access::producer, Run::pool, Caching::no_store,
     Look::asset},
    {Method::get, "/studio/preview/{episode}/{profile}", &web::studio_preview, Access::producer, Run::pool, Caching::no_store, Look::asset},
    {Method::post, "/studio/notes", &web::studio_notes, Access::producer, Run::pool, Caching::no_store, Look::api, notes_body},
});

void add_web(web::Context& context, std::span<const WebRow> rows, bool for_staff, std::vector<http::Route>& routes) {
    for (const WebRow& row : rows) {
        routes.push_back({.method = row.method,
                          .pattern = std::string(row.path),
                          .handler = http::Handler([&context, handle = row.handler, look = row.look](const http::Request& request) {
                              return with_database([&] { return handle(context, request); },
                                                   [&](const model::Error& error) {
                                                       return look == Look::api ? api::refuse(request, error)
                                                                                : web::refuse(context, request, look, error);
                                                   });
                          }),
                          .access = row.access,
                          .run = row.run,
                          .caching = row.caching,
                          .look = row.look,
                          .body_limit = row.body,
                          .cross_origin = row.cross_origin,
                          .yields = for_staff});
        if (row.of_snapshot) routes.back().revision = [&context] { return context.view.serial(); };
    }
}

}  // namespace

std::vector<http::Route> make_routes(api::Context& api, web::Context& web) {
    std::vector<http::Route> routes;

    // --- public pages, feeds and audio (web) ---
    add_web(web, public_rows, false, routes);

    // --- sign-in and statistics pages (web) ---
    add_web(web, staff_rows, true, routes);

    // --- studio (web) ---
    add_web(web, studio_rows, true, routes);

    // --- API ---
    add_api(api, routes);
    return routes;
}

}  // namespace earshot::app
