#pragma once
// A document that is the same for everybody: bytes, their gzip copy, validators, and the right answer to a conditional request for it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "content/model/time.hpp"
#include "server/http/message.hpp"

namespace earshot::web {

struct Document {
    std::string content_type;
    std::shared_ptr<const std::string> body;
    std::shared_ptr<const std::string> gzip;  // null: not worth it
    std::string etag, gzip_etag;              // strong, with quotes; one per coding (RFC 9110 §8.8.3.3)
    std::optional<model::Timestamp> last_modified;
};
using DocumentPtr = std::shared_ptr<const Document>;

// Hashes and compresses. The ETag depends on the bytes only, so a rebuild without change keeps it.
[[nodiscard]] Document make_document(std::string content_type, std::string body, std::optional<model::Timestamp> last_modified = {});

// 200 or 304 (RFC 9110 §13.2.2 for GET and HEAD), or 412 for a failed If-Match / If-Unmodified-Since; Vary: Accept-Encoding on all of them.
[[nodiscard]] http::Reply reply_with(const http::Request& request, const Document& document);

// Does Accept-Encoding allow gzip (RFC 9110 §12.5.3)?
[[nodiscard]] bool accepts_gzip(const http::Request& request);

// zlib's gzip at the given level.
[[nodiscard]] std::string gzip(std::string_view bytes, int level = 6);

}  // namespace earshot::web
