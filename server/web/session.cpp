#include "server/web/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "content/storage/digest.hpp"

namespace earshot::web {
namespace {

bool over_tls(const config::Settings& settings) {
    return settings.server.public_url.starts_with("https://");
}

}  // namespace

std::string_view session_cookie_name(const config::Settings& settings) {
    return over_tls(settings) ? "__Host-earshot" : "earshot";
}

http::Field session_cookie(const config::Settings& settings, std::string_view secret) {
    return {"Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", session_cookie_name(settings), secret,
                                      over_tls(settings) ? "; Secure" : "", secret.empty() ? "; Max-Age=0" : "; Max-Age=43200")};
}

std::string safe_next(std::string_view next, std::string_view otherwise) {
    const bool local = next.starts_with('/') && !next.starts_with("//") && next.size() <= 512;
    const bool plain = std::ranges::all_of(next, [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
    return std::string(local && plain ? next : otherwise);
}

bool is_own_form(const config::Settings& settings, const http::Request& request) {
    if (const auto site = request.field("Sec-Fetch-Site")) return *site == "same-origin" || *site == "none";
    const auto origin = request.field("Origin");
    if (!origin) return true;  // no browser: nothing to forge, no cookie to abuse
    if (*origin == settings.server.public_url) return true;
    const auto host = request.field("Host");
    const auto stop = origin->find("://");
    return host && stop != std::string_view::npos && origin->substr(stop + 3) == *host;
}

std::string form_value(const std::vector<http::Field>& form, std::string_view name) {
    const auto found = std::ranges::find(form, name, &http::Field::name);
    return found == form.end() ? std::string() : found->value;
}

model::Result<std::optional<model::Identity>> form_sender(Context& context, const http::Request& request, std::string_view csrf_token) {
    const auto secret = request.cookie(session_cookie_name(context.settings));
    if (!secret) return std::nullopt;
    auto identity = context.accounts.find_session(*secret);
    if (identity && (!is_own_form(context.settings, request) || !storage::equal_constant_time(csrf_token, identity->csrf_token)))
        return model::fail(model::Errc::forbidden, "This form did not come from a page of this server. Load the page again and repeat it.");
    return identity;
}

}  // namespace earshot::web
