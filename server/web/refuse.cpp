#include "server/web/refuse.hpp"

#include "server/web/page.hpp"

namespace earshot::web {
namespace {

std::string_view heading_of(model::Errc code) {
    using enum model::Errc;
    switch (code) {
        case not_found:
            return "This page does not exist";
        case gone:
            return "This is no longer available";
        case forbidden:
            return "That is not yours to do";
        case rate_limited:
            return "Too many tries";
        case unavailable:
            return "That did not work just now";
        case insufficient_storage:
            return "The server’s disk is full";
        case too_large:
            return "That is too much at once";
        default:
            return "That did not work";
    }
}

http::Reply page(Context& context, const http::Request& request, const model::Error& error) {
    if (error.code == model::Errc::unauthenticated) {
        const bool reads = request.method == http::Method::get || request.method == http::Method::head;
        return http::redirect(reads ? "/sign-in?next=" + http::percent_encode(request.target) : "/sign-in");
    }
    if (error.code == model::Errc::not_found) return not_found_page(context, request);
    return error_page(context, request, model::to_status(error.code), heading_of(error.code), error.message);
}

}  // namespace

http::Reply refuse(Context& context, const http::Request& request, http::Look look, const model::Error& error) {
    if (look == http::Look::page) return page(context, request, error);
    return http::text(model::to_status(error.code), error.message + '\n');
}

}  // namespace earshot::web
