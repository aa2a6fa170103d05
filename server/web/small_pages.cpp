// The privacy page and the small files that programs ask for.

#include "server/web/caches.hpp"
#include "server/web/handlers.hpp"
#include "server/web/page.hpp"

namespace earshot::web {

http::Answer privacy(Context& context, const http::Request& request) {
    const auto snapshot = context.view.get();
    const auto document = context.caches->document(snapshot, "/privacy", [&] {
        Page page{.title = "Privacy", .path = "/privacy", .main = "privacy.html"};
        page.description = "What this site counts, and what it never keeps: sums only, no cookies, nothing stored on your device.";
        const auto fewest = context.settings.statistics.suppress_below;
        if (fewest > 1) page.values.add("SMALL_NUMBERS").set("SMALL_NUMBERS", fewest);
        if (context.settings.server.public_url.starts_with("https://")) page.values.show("ENCRYPTED");
        return make_document("text/html; charset=utf-8", render_public(context, *snapshot, std::move(page)));
    });
    return reply_with(request, *document);
}

http::Answer robots(Context&, const http::Request&) {
    return http::text(200, "User-agent: *\nDisallow: /api/\nDisallow: /sign-in\nDisallow: /statistics\nDisallow: /studio\n");
}

// globalprivacycontrol.org: we keep the promise, since that day.
http::Answer gpc(Context&, const http::Request&) {
    return http::json(200, R"({"gpc": true, "lastUpdate": "2026-11-25"})");
}

}  // namespace earshot::web
