#pragma once
// A document that is the same for everybody: bytes, their gzip copy and validators. Conditions (If-None-Match …) are judged by the session,
// which turns this 200 into 304 or 412.

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

// 200 with the coding the request allows, the ETag of that coding, and Vary: Accept-Encoding either way.
[[nodiscard]] http::Reply reply_with(const http::Request& request, const Document& document);

// Does Accept-Encoding allow gzip (RFC 9110 §12.5.3)?
[[nodiscard]] bool accepts_gzip(const http::Request& request);

// zlib's gzip at the given level.
[[nodiscard]] std::string gzip(std::string_view bytes, int level = 6);

}  // namespace earshot::web
