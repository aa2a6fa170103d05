#include "content/model/text.hpp"
#include "content/storage/digest.hpp"
#include "feeds/addresses.hpp"
#include "server/api/creating.hpp"
#include "server/api/documents.hpp"
#include "server/api/edits.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"

namespace earshot::api {

namespace {

using http::problem;

http::Reply created(Context& context, const model::Show& show) {
    http::Reply reply = http::json(201, show_document(context, show));
    reply.fields.push_back({"Location", "/api/v1/shows/" + show.slug});
    return reply;
}

// At the address that was asked for, else at the first free one that the title makes. conflict when there is a show of that id, too.
model::Result<model::Show> store_show(Context& context, model::Show show) {
    const bool wished = !show.slug.empty();
    const auto wanted = wished ? show.slug : model::make_slug(show.title, "show");
    for (unsigned number = 1;; ++number) {
        show.slug = model::numbered_slug(wanted, number);
        show.podcast_guid = storage::podcast_guid(context.settings.server.public_url + feeds::feed_path(show));
        auto stored = context.catalogue.create_show(show);
        const bool taken = !stored && stored.error().code == model::Errc::conflict && !context.catalogue.find_show(show.id);
        if (wished || !taken) return stored;
    }
}

}  // namespace

Answer list_shows(Context& context, const Request& /*request*/) {
    return http::json(200, shows_document(context, context.catalogue.list_shows()));
}

Answer create_show(Context& context, const Request& request) {
    model::Show show;
    if (auto read = read_new_show(request.body, show); !read) return problem(read.error());
    auto id = id_by_key(request);
    if (!id) return problem(id.error());
    show.id.value = *id;
    const std::string title = show.title;
    const auto stored = store_show(context, std::move(show));
    if (!stored) {
        const auto before = context.catalogue.find_show(model::ShowId{*id});
        if (!before) return problem(stored.error());
        return before->title == title ? created(context, *before) : problem(used_key(before->title));
    }
    note(context, request, "show.create", stored->id.value);
    context.view.refresh();
    return created(context, *stored);
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
