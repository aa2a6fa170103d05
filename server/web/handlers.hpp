#pragma once
// Every page and public file, one function each; server/routes.cpp says under which address, for whom and how cached.
// Public ones read the snapshot only. Errors are answered by error_page in the look of the site.

#include "server/http/message.hpp"
#include "server/web/context.hpp"

namespace earshot::web {

// --- public pages: blocking pool (they render) ---
[[nodiscard]] http::Answer home(Context& context, const http::Request& request);          // GET /
[[nodiscard]] http::Answer show_page(Context& context, const http::Request& request);     // GET /shows/{show}
[[nodiscard]] http::Answer episode_page(Context& context, const http::Request& request);  // GET /shows/{show}/{episode}
[[nodiscard]] http::Answer privacy(Context& context, const http::Request& request);       // GET /privacy
[[nodiscard]] http::Answer how_we_count(Context& context, const http::Request& request);  // GET /how-we-count

// --- feeds and files: network thread ---
[[nodiscard]] http::Answer feed(Context& context, const http::Request& request);        // GET /shows/{show}/feed.xml
[[nodiscard]] http::Answer transcript(Context& context, const http::Request& request);  // GET /shows/{show}/{episode}/transcript.vtt, .srt
[[nodiscard]] http::Answer chapters(Context& context, const http::Request& request);    // GET /shows/{show}/{episode}/chapters.json
[[nodiscard]] http::Answer waveform(Context& context, const http::Request& request);    // GET /shows/{show}/{episode}/waveform/{file}
[[nodiscard]] http::Answer media_file(Context& context, const http::Request& request);  // GET /media/{key}/{file}
[[nodiscard]] http::Answer image(Context& context, const http::Request& request);       // GET /images/{file}
[[nodiscard]] http::Answer asset(Context& context, const http::Request& request);       // GET /assets/{hash}/{name}
[[nodiscard]] http::Answer favicon(Context& context, const http::Request& request);     // GET /favicon.svg
[[nodiscard]] http::Answer robots(Context& context, const http::Request& request);      // GET /robots.txt
[[nodiscard]] http::Answer gpc(Context& context, const http::Request& request);         // GET /.well-known/gpc.json
[[nodiscard]] http::Answer follow(Context& context, const http::Request& request);      // POST /follows/{show}

// --- staff: blocking pool ---
[[nodiscard]] http::Answer sign_in_form(Context& context, const http::Request& request);        // GET /sign-in
[[nodiscard]] http::Answer sign_in(Context& context, const http::Request& request);             // POST /sign-in
[[nodiscard]] http::Answer sign_out(Context& context, const http::Request& request);            // POST /sign-out
[[nodiscard]] http::Answer statistics(Context& context, const http::Request& request);          // GET /statistics
[[nodiscard]] http::Answer statistics_table(Context& context, const http::Request& request);    // GET /statistics/tables/{table}
[[nodiscard]] http::Answer statistics_episode(Context& context, const http::Request& request);  // GET /statistics/shows/{show}/{episode}
[[nodiscard]] http::Answer statistics_episode_table(Context& context, const http::Request& request);  // GET … /tables/{table}
[[nodiscard]] http::Answer statistics_report(Context& context, const http::Request& request);         // GET /statistics/report
[[nodiscard]] http::Answer statistics_report_text(Context& context, const http::Request& request);    // GET /statistics/report.txt
[[nodiscard]] http::Answer annotate(Context& context, const http::Request& request);                  // POST /statistics/annotations
[[nodiscard]] http::Answer statistics_figures(Context& context, const http::Request& request);        // GET /statistics/figures
[[nodiscard]] http::Answer method(Context& context, const http::Request& request);                    // GET /statistics/method
[[nodiscard]] http::Answer acting(Context& context, const http::Request& request);                    // GET /statistics/acting
[[nodiscard]] http::Answer load_totals(Context& context, const http::Request& request);               // POST /statistics/acting

}  // namespace earshot::web
