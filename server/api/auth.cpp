#include "server/api/auth.hpp"

#include "content/storage/digest.hpp"
#include "server/api/tus.hpp"

namespace earshot::api {

namespace {

using model::Errc;
using model::fail;

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
    if (a.size() != lower.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] - 'A' + 'a') : a[i];
        if (c != lower[i]) return false;
    }
    return true;
}

bool changes_something(http::Method method) {
    return method != http::Method::get && method != http::Method::head && method != http::Method::options;
}

model::Result<std::optional<model::Identity>> by_token(Context& context, std::string_view authorization) {
    const auto space = authorization.find(' ');
    if (space == std::string_view::npos || !equal_ignoring_case(authorization.substr(0, space), "bearer"))
        return fail(Errc::unauthenticated, "Send the token as \"Authorization: Bearer ear_…\".");
    std::string_view token = authorization.substr(space + 1);
    while (token.starts_with(' ')) token.remove_prefix(1);
    auto identity = context.accounts.find_token(token);
    if (!identity) return fail(Errc::unauthenticated, "This token is unknown, expired or revoked. Ask an admin for a new one.");
    return identity;
}

// Browsers say where a request comes from; pages elsewhere cannot forge either field.
bool from_our_pages(const Context& context, const http::Request& request) {
    if (const auto site = request.field("Sec-Fetch-Site")) return *site == "same-origin" || *site == "none";
    const auto origin = request.field("Origin");
    return origin && *origin == context.settings.server.public_url;
}

}  // namespace

model::Result<std::optional<model::Identity>> authenticate(Context& context, const http::Request& request) {
    if (const auto authorization = request.field("Authorization")) return by_token(context, *authorization);
    const bool secure = context.settings.server.public_url.starts_with("https://");
    const auto secret = request.cookie(secure ? "__Host-earshot" : "earshot");
    if (!secret) return std::nullopt;
    std::optional<model::Identity> identity;
    try {
        identity = context.accounts.find_session(*secret, !request.field("X-Background"));
    } catch (const storage::DatabaseError& error) {
        auto refusal = storage::passing_refusal(error);
        if (!refusal) throw;
        return std::unexpected(*std::move(refusal));
    }
    if (!identity || !changes_something(request.method)) return identity;
    const auto sent = request.field("X-CSRF-Token").value_or("");
    if (!from_our_pages(context, request) || identity->csrf_token.empty() || !storage::equal_constant_time(sent, identity->csrf_token))
        return fail(Errc::forbidden, "This request did not come from a page of this server. Load the page again and repeat what you did.");
    return identity;
}

http::Reply refuse(const http::Request& request, const model::Error& error) {
    http::Reply reply = http::problem(error);
    if (error.code == Errc::unauthenticated) reply.fields.push_back({"WWW-Authenticate", "Bearer realm=\"earshot\""});
    if (request.path.starts_with(uploads_path)) reply.fields.push_back({"Tus-Resumable", std::string(tus_version)});
    return reply;
}

}  // namespace earshot::api
