// What staff note beside the figures: added, changed and deleted by forms on the overview, each noted in the audit log.

#include <fmt/format.h>

#include "server/web/handlers.hpp"
#include "server/web/page.hpp"
#include "server/web/session.hpp"
#include "server/web/statistics_overview.hpp"

namespace earshot::web {
namespace {

using analytics::Annotation;
using analytics::Annotations;

std::string told(const Annotation& annotation) {
    return fmt::format("{}: {}", annotation.day, annotation.words);
}

// The audit log's row comes first: a change that no row tells of must not come about. It tells what is overwritten, too.
model::Status carry_out(Context& context, const std::vector<http::Field>& form, const std::string& who) {
    const auto act = form_value(form, "act"), id = form_value(form, "id");
    Annotation annotation{.id = id, .day = form_value(form, "day"), .words = form_value(form, "words"), .who = who};
    if (act == "add") {
        if (const auto show = find_launched_show(context, form_value(form, "show"))) annotation.show = show->id.value;
        if (auto good = Annotations::tidy(annotation); !good) return good;
        context.audit.add(who, "annotation.add", told(annotation));
        if (const auto added = context.annotations.add(annotation); !added) return std::unexpected(added.error());
        return {};
    }
    if (act != "edit" && act != "delete")
        return model::fail(model::Errc::invalid_input, "That form is not known here. Load the page again and repeat it.");
    const auto old = context.annotations.find(id);
    const auto was = old ? fmt::format("{} by {}", told(*old), old->who) : std::string();
    if (act == "delete") {
        if (old) context.audit.add(who, "annotation.delete", fmt::format("{} {}", id, was));
        return context.annotations.remove(id);
    }
    if (auto good = Annotations::tidy(annotation); !good) return good;
    if (old) context.audit.add(who, "annotation.edit", fmt::format("{} {}, was {}", id, told(annotation), was));
    return context.annotations.edit(annotation);
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
    if (done) {
        const auto selection = select(context, request);
        auto back = address_of("/statistics", selection);
        // The page cannot show what lies outside its days, so it has to say that it was saved.
        const auto day = form_value(*form, "act") == "delete" ? std::string() : form_value(*form, "day");
        if (!day.empty() && (day < selection.first_day || day > selection.last_day))
            back += fmt::format("{}noted={}", back.contains('?') ? '&' : '?', http::percent_encode(day));
        return http::redirect(back + "#annotations");
    }
    auto again = request;
    again.identity = identity;
    return overview_page(context, again, model::to_status(done.error().code), done.error().message);
}

}  // namespace earshot::web
