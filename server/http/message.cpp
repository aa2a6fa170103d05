#include "server/http/message.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "content/model/text.hpp"
#include "server/streaming/list_field.hpp"

namespace earshot::http {
namespace {

struct Phrase {
    int status;
    std::string_view text;
};
constexpr auto phrases = std::to_array<Phrase>({
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {460, "Checksum Mismatch"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
});

std::optional<std::string_view> find_field(const std::vector<Field>& fields, std::string_view name) {
    const auto found = std::ranges::find_if(fields, [&](const Field& f) { return streaming::equal_ignoring_case(f.name, name); });
    if (found == fields.end()) return std::nullopt;
    return found->value;
}

Reply with_type(int status, std::string type, std::string body) {
    Reply reply;
    reply.status = status;
    reply.fields.push_back({"Content-Type", std::move(type)});
    reply.body = std::move(body);
    return reply;
}

}  // namespace

std::string_view to_string(Method method) noexcept {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::delete_:
            return "DELETE";
        case Method::options:
            return "OPTIONS";
        case Method::other:
            break;
    }
    return "OTHER";
}

Method parse_method(std::string_view token) noexcept {
    for (const auto method : {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::delete_, Method::options}) {
        if (token == to_string(method)) return method;
    }
    return Method::other;
}

std::optional<std::string_view> Request::field(std::string_view name) const {
    return find_field(fields, name);
}

std::vector<std::string_view> Request::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& f : fields) {
        if (streaming::equal_ignoring_case(f.name, name)) values.emplace_back(f.value);
    }
    return values;
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
    const auto found = std::ranges::find(query, name, &Field::name);
    if (found == query.end()) return std::nullopt;
    return found->value;
}

const std::string& Request::param(std::string_view name) const {
    static const std::string none;
    const auto found = params.find(std::string(name));
    return found == params.end() ? none : found->second;
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
    for (const auto line : all("Cookie")) {
        for (std::string_view rest = line; !rest.empty();) {
            const auto semicolon = rest.find(';');
            const auto pair = streaming::trim(rest.substr(0, semicolon));
            rest.remove_prefix(semicolon == std::string_view::npos ? rest.size() : semicolon + 1);
            const auto equals = pair.find('=');
            if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
        }
    }
    return std::nullopt;
}

Reply problem(const model::Error& error) {
    return problem(model::to_status(error.code), error.message);
}

Reply problem(int status, std::string_view detail) {
    boost::json::object document;
    document["type"] = "about:blank";
    document["title"] = reason_phrase(status);
    document["status"] = status;
    document["detail"] = model::clean_text(detail);
    return with_type(status, "application/problem+json", boost::json::serialize(document));
}

Reply json(int status, std::string body) {
    return with_type(status, "application/json", std::move(body));
}
Reply html(int status, std::string body) {
    return with_type(status, "text/html; charset=utf-8", std::move(body));
}
Reply text(int status, std::string body) {
    return with_type(status, "text/plain; charset=utf-8", std::move(body));
}

Reply redirect(std::string location) {
    Reply reply;
    reply.status = 303;
    reply.fields.push_back({"Location", std::move(location)});
    return reply;
}

std::string_view reason_phrase(int status) noexcept {
    const auto found = std::ranges::find(phrases, status, &Phrase::status);
    return found == phrases.end() ? std::string_view{"Unknown"} : found->text;
}

}  // namespace earshot::http
