#include "server/api/tus.hpp"

#include <charconv>
#include <limits>

#include "content/storage/digest.hpp"

namespace earshot::api {

using model::Errc;
using model::fail;

std::optional<http::Reply> refuse_version(const http::Request& request) {
    const auto version = request.field("Tus-Resumable");
    if (version && *version == tus_version) return std::nullopt;
    http::Reply reply = http::problem(412, "This server speaks tus 1.0.0: send \"Tus-Resumable: 1.0.0\".");
    reply.fields.push_back({"Tus-Version", std::string(tus_version)});
    reply.fields.push_back({"Tus-Resumable", std::string(tus_version)});
    return reply;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return value;
}

model::Result<std::string> parse_checksum(const http::Request& request) {
    const auto field = request.field("Upload-Checksum");
    if (!field) return std::string();
    const auto space = field->find(' ');
    if (space == std::string_view::npos || field->substr(0, space) != "sha1")
        return fail(Errc::invalid_input, "Upload-Checksum must be \"sha1\" and the base64 of the chunk's SHA-1.");
    std::string raw;
    if (!storage::decode_base64(field->substr(space + 1), raw) || raw.size() != 20)
        return fail(Errc::invalid_input, "Upload-Checksum does not hold the base64 of a SHA-1.");
    return raw;
}

http::Method effective_method(const http::Request& request) {
    const auto override_field = request.field("X-HTTP-Method-Override");
    return request.method == http::Method::post && override_field ? http::parse_method(*override_field) : request.method;
}

bool has_offset_body(const http::Request& request) {
    const auto type = request.field("Content-Type");
    return type && *type == "application/offset+octet-stream";
}

http::Reply tus_reply(int status) {
    http::Reply reply;
    reply.status = status;
    reply.fields.push_back({"Tus-Resumable", std::string(tus_version)});
    return reply;
}

http::Reply tus_reply(int status, const storage::Upload& upload) {
    http::Reply reply = tus_reply(status);
    reply.fields.push_back({"Upload-Offset", std::to_string(upload.offset)});
    reply.fields.push_back({"Upload-Expires", model::format_http_date(upload.expires_at)});
    return reply;
}

http::Reply tus_problem(const model::Error& error) {
    http::Reply reply = http::problem(error);
    reply.fields.push_back({"Tus-Resumable", std::string(tus_version)});
    return reply;
}

}  // namespace earshot::api
