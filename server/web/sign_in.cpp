// Staff sign in and out. Guessing is slowed down by storage::Accounts, per name and per network.

#include "server/web/caches.hpp"
#include "server/web/handlers.hpp"
#include "server/web/page.hpp"
#include "server/web/session.hpp"

namespace earshot::web {
namespace {

std::string home_of(model::Role role) {
    return role == model::Role::analyst ? "/statistics" : "/studio";
}

http::Reply show_form(const Context& context, int status, std::string name, std::string next, std::string problem) {
    Page page{.title = "Staff sign-in", .main = "sign_in.html"};
    page.values.set("NAME", std::move(name)).set("NEXT", std::move(next)).maybe("PROBLEM", std::move(problem));
    return staff_reply(status, render_public(context, *context.view.get(), std::move(page)));
}

}  // namespace

http::Answer sign_in_form(Context& context, const http::Request& request) {
    return show_form(context, 200, {}, safe_next(request.query_value("next").value_or(""), ""), {});
}

http::Answer sign_in(Context& context, const http::Request& request) {
    const auto form = http::parse_form(request.body);
    if (!form) return show_form(context, 400, {}, {}, form.error().message);
    const auto name = form_value(*form, "name");
    const auto next = safe_next(form_value(*form, "next"), "");
    // Otherwise another site could sign somebody in under a name of its own choosing.
    if (!is_own_form(context.settings, request)) return show_form(context, 403, name, next, "Please sign in on this page.");
    const auto session = context.accounts.sign_in(name, form_value(*form, "password"), context.caches->network_of(request.peer_address));
    if (!session) {
        if (session.error().code == model::Errc::unauthenticated || session.error().code == model::Errc::rate_limited)
            context.audit.add_refused_sign_in(name);
        auto reply = show_form(context, model::to_status(session.error().code), name, next, session.error().message);
        if (session.error().code == model::Errc::rate_limited) reply.fields.push_back({"Retry-After", "60"});
        return reply;
    }
    context.audit.add(session->identity.name, "session.begin", "");
    if (const auto old = request.cookie(session_cookie_name(context.settings))) context.accounts.sign_out(*old);
    auto reply = http::redirect(next.empty() ? home_of(session->identity.role) : next);
    reply.fields.push_back(session_cookie(context.settings, session->secret));
    return reply;
}

http::Answer sign_out(Context& context, const http::Request& request) {
    if (const auto secret = request.cookie(session_cookie_name(context.settings))) {
        const auto form = http::parse_form(request.body);
        if (!form_sender(context, request, form ? form_value(*form, "csrf_token") : std::string()))
            return error_page(context, request, 403, "You are still signed in", "To sign out, use the button on a page of this site.");
        context.accounts.sign_out(*secret);
    }
    auto reply = http::redirect("/sign-in");
    reply.fields.push_back(session_cookie(context.settings, ""));
    return reply;
}

}  // namespace earshot::web
