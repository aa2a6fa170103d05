// What staff note beside the figures: added, changed and deleted by forms on the overview, each noted in the audit log.

#include "server/web/handlers.hpp"
#include "server/web/page.hpp"
#include "server/web/session.hpp"
#include "server/web/statistics_overview.hpp"

namespace earshot::web {
namespace {

using analytics::Annotation;

model::Status carry_out(Context& context, const std::vector<http::Field>& form, const std::string& who) {
    const auto act = form_value(form, "act"), id = form_value(form, "id");
    Annotation annotation{.id = id, .day = form_value(form, "day"), .words = form_value(form, "words"), .who = who};
    if (act == "add") {
        if (const auto show = context.catalogue.find_show_by_slug(form_value(form, "show"))) annotation.show = show->id.value;
        const auto added = context.annotations.add(annotation);
        if (!added) return std::unexpected(added.error());
        annotation.id = added->id;
    } else if (act == "edit") {
        if (auto edited = context.annotations.edit(annotation); !edited) return edited;
    } else if (act == "delete") {
        if (auto removed = context.annotations.remove(id); !removed) return removed;
    } else {
        return model::fail(model::Errc::invalid_input, "That form is not known here. Load the page again and repeat it.");
    }
    context.audit.add(who, "annotation." + act, annotation.id);
    return {};
}

}  // namespace

// The row is open to anyone, because who asks is settled before a form's body has been read; so the session and its token are checked here.
http::Answer annotate(Context& context, const http::Request& request) {
    const auto form = http::parse_form(request.body);
    if (!form) return error_page(context, request, 400, "That did not work", form.error().message);
    const auto sender = form_sender(context, request, form_value(*form, "csrf_token"));
    if (!sender) return error_page(context, request, 403, "That did not work", sender.error().message);
    if (!*sender) return http::redirect("/sign-in?next=/statistics");
    const auto& identity = **sender;
    if (identity.role == model::Role::producer)
        return error_page(context, request, 403, "This is not for your role", "Analysts write annotations.");
    const auto done = carry_out(context, *form, identity.name);
    if (done) return http::redirect(address_of("/statistics", select(context, request)) + "#annotations");
    auto again = request;
    again.identity = identity;
    return overview_page(context, again, model::to_status(done.error().code), done.error().message);
}

}  // namespace earshot::web
