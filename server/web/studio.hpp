#pragma once
// The producers' pages. They only show: everything a producer does goes to the API from the browser (assets/studio.ts), which then asks for
// the same page again and swaps in the parts that changed. All want a producer and the blocking pool.

#include "server/http/message.hpp"
#include "server/web/context.hpp"

namespace earshot::web {

[[nodiscard]] http::Answer studio_home(Context& context, const http::Request& request);      // GET /studio
[[nodiscard]] http::Answer studio_new_show(Context& context, const http::Request& request);  // GET /studio/shows/new
[[nodiscard]] http::Answer studio_show(Context& context, const http::Request& request);      // GET /studio/shows/{show}: slug or id
[[nodiscard]] http::Answer studio_episode(Context& context, const http::Request& request);   // GET /studio/episodes/{episode}

// The whole queue, and its forms. GET and POST /studio/queue
[[nodiscard]] http::Answer studio_queue(Context& context, const http::Request& request);
[[nodiscard]] http::Answer change_queue(Context& context, const http::Request& request);

// Audio for staff before the public may hear it, ranges and all; counted as a preview only. GET /studio/preview/{episode}/{profile}
[[nodiscard]] http::Answer studio_preview(Context& context, const http::Request& request);
// A size of a cover that the public may not see yet. GET /studio/shows/{show}/cover/{file}, /studio/episodes/{episode}/cover/{file}
[[nodiscard]] http::Answer studio_show_cover(Context& context, const http::Request& request);
[[nodiscard]] http::Answer studio_episode_cover(Context& context, const http::Request& request);
// Show notes as pages will show them: Markdown in, HTML out. POST /studio/notes
[[nodiscard]] http::Answer studio_notes(Context& context, const http::Request& request);

}  // namespace earshot::web
