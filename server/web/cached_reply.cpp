#include "server/web/cached_reply.hpp"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "content/storage/digest.hpp"

namespace earshot::web {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool same_word(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// Calls f with each trimmed, non-empty element of a comma list; stops when f says true.
template <class F>
bool any_element(std::string_view list, F f) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        const auto element = trimmed(list.substr(0, comma));
        if (!element.empty() && f(element)) return true;
        if (comma == std::string_view::npos) break;
        list.remove_prefix(comma + 1);
    }
    return false;
}

// All fields of that name: a list may be split over several.
template <class F>
bool any_in_fields(const http::Request& request, std::string_view name, F f) {
    return std::ranges::any_of(request.fields,
                               [&](const http::Field& field) { return same_word(field.name, name) && any_element(field.value, f); });
}

}  // namespace

bool accepts_gzip(const http::Request& request) {
    bool named = false, allowed = false, star = false;
    any_in_fields(request, "Accept-Encoding", [&](std::string_view element) {
        const auto semicolon = element.find(';');
        const auto coding = trimmed(element.substr(0, semicolon));
        bool zero = false;
        if (semicolon != std::string_view::npos) {
            const auto weight = trimmed(element.substr(semicolon + 1));
            zero =
                (weight.starts_with("q=0") || weight.starts_with("Q=0")) && weight.find_first_of("123456789", 3) == std::string_view::npos;
        }
        if (same_word(coding, "gzip") || same_word(coding, "x-gzip")) {
            named = true;
            allowed = !zero;
        } else if (coding == "*") {
            star = !zero;
        }
        return false;
    });
    return named ? allowed : star;
}

std::string gzip(std::string_view bytes, int level) {
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib cannot start");
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END) throw std::runtime_error("zlib cannot finish");
    return out;
}

Document make_document(std::string content_type, std::string body, std::optional<model::Timestamp> last_modified) {
    Document document;
    const auto tag = storage::sha256_hex(body).substr(0, 32);
    document.content_type = std::move(content_type);
    document.etag = '"' + tag + '"';
    document.gzip_etag = '"' + tag + "-gz\"";
    document.last_modified = last_modified;
    if (auto small = gzip(body); small.size() + 64 < body.size()) document.gzip = std::make_shared<const std::string>(std::move(small));
    document.body = std::make_shared<const std::string>(std::move(body));
    return document;
}

http::Reply reply_with(const http::Request& request, const Document& document) {
    const bool small = document.gzip && accepts_gzip(request);
    const auto& etag = small ? document.gzip_etag : document.etag;
    http::Reply reply;
    reply.fields.push_back({"ETag", etag});
    if (document.last_modified) reply.fields.push_back({"Last-Modified", model::format_http_date(*document.last_modified)});
    reply.fields.push_back({"Vary", "Accept-Encoding"});
    reply.fields.push_back({"Content-Type", document.content_type});
    if (small) reply.fields.push_back({"Content-Encoding", "gzip"});
    reply.shared_body = small ? document.gzip : document.body;
    return reply;
}

}  // namespace earshot::web
