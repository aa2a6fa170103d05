#pragma once
// What to send for a request for a file: status, fields, and which bytes of it in which order. Pure; the session does the sending.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/delivery.hpp"
#include "content/model/time.hpp"
#include "server/streaming/preconditions.hpp"

namespace earshot::streaming {

struct Representation {
    std::uint64_t size{};
    std::string_view etag;  // strong, with quotes
    std::optional<model::Timestamp> last_modified;
    std::string_view content_type;
};

struct Piece {
    std::string head;       // multipart text before the slice, else ""
    model::Interval slice;  // of the file
};

// 200 and 206 go out with the representation's own fields, 304 with its ETag (§15.3.7, §15.4.5); what else belongs into the head stands
// here.
struct StreamPlan {
    int status{200};
    std::string content_range;       // of a 206 with one slice and of a 416, else ""
    std::string content_type;        // of a multipart answer; "": the representation's
    std::vector<Piece> pieces;       // empty for HEAD and for what has no content
    std::string tail;                // multipart text after the last slice
    std::uint64_t content_length{};  // of the content; for HEAD what GET would have had
};

// 200, 206, 304, 412 or 416 (RFC 9110 §13.2.2, §14, §15.3.7). `method` is "GET" or "HEAD"; Range counts for GET only.
// `boundary`: a token that cannot occur in the file, used when the answer is multipart/byteranges.
[[nodiscard]] StreamPlan plan_stream(std::string_view method, const ConditionalFields& fields, const Representation& file,
                                     std::string_view boundary);

}  // namespace earshot::streaming
