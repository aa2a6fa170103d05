#include "content/storage/digest.hpp"
#include "feeds/addresses.hpp"
#include "server/api/documents.hpp"
#include "server/api/edits.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"

namespace earshot::api {

namespace {

using http::problem;

http::Reply created(std::string location, std::string document) {
    http::Reply reply = http::json(201, std::move(document));
    reply.fields.push_back({"Location", std::move(location)});
    return reply;
}

}  // namespace

Answer list_shows(Context& context, const Request& /*request*/) {
    return http::json(200, shows_document(context, context.catalogue.list_shows()));
}

Answer create_show(Context& context, const Request& request) {
    model::Show show;
    if (auto read = read_new_show(request.body, show); !read) return problem(read.error());
    show.podcast_guid = storage::podcast_guid(context.settings.server.public_url + feeds::feed_path(show));
    const auto stored = context.catalogue.create_show(std::move(show));
    if (!stored) return problem(stored.error());
    note(context, request, "show.create", stored->id.value);
    context.view.refresh();
    return created("/api/v1/shows/" + stored->slug, show_document(context, *stored));
}

Answer get_show(Context& context, const Request& request) {
    const auto show = find_show(context, request);
    if (!show) return problem(show.error());
    return http::json(200, show_document(context, *show));
}

Answer edit_show(Context& context, const Request& request) {
    const auto show = find_show(context, request);
    if (!show) return problem(show.error());
    const auto stored = context.catalogue.edit_show(show->id, [&](model::Show& now) { return read_show_edit(request.body, now); });
    if (!stored) return problem(stored.error());
    note(context, request, "show.edit", stored->id.value);
    context.view.refresh();
    context.publisher.show_changed(stored->id);
    context.runner.wake();
    return http::json(200, show_document(context, *stored));
}

}  // namespace earshot::api
