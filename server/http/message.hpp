#pragma once
// HTTP as handlers see it: plain values, no sockets, no Beast. A handler takes a Request and returns an Answer.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "content/model/account.hpp"
#include "content/model/delivery.hpp"
#include "content/model/error.hpp"
#include "content/model/open_file.hpp"
#include "content/model/time.hpp"

namespace earshot::http {

enum class Method { get, head, post, put, patch, delete_, options, other };
[[nodiscard]] std::string_view to_string(Method method) noexcept;
[[nodiscard]] Method parse_method(std::string_view token) noexcept;  // case-sensitive (RFC 9110 §9.1)

struct Field {
    std::string name, value;
};
struct FieldView {
    std::string_view name, value;
};

struct Request {
    Method method{Method::get};
    std::string target;                         // as received: "/shows/x?y=1"
    std::string path;                           // percent-decoded once, no dot segments, no empty segments; routing saw exactly this
    std::map<std::string, std::string> params;  // "{show}" of the route pattern → its decoded segment
    std::vector<Field> query;                   // decoded, '+' is space
    std::vector<Field> fields;                  // header section in order
    std::string body;                           // buffered routes only
    std::string peer_address;                   // textual IP, no port. Memory only: never log or store it.
    std::string id;                             // random, per request; for logs and 500 answers
    std::optional<model::Identity> identity;    // set when the route wants one

    // First field of that name (case-insensitive), or nullopt.
    [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;  // every line of that field, in order
    [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
    [[nodiscard]] const std::string& param(std::string_view name) const;  // "" when absent
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
};

// A complete answer. Content-Length, Date, Connection and the route's caching and security fields are added by the session;
// a field set here wins over the route's. HEAD sends the same head without the body. A 200 for GET or HEAD that carries an ETag is turned
// into 304 or 412 when the request's preconditions say so (RFC 9110 §13).
struct Reply {
    int status{200};
    std::vector<Field> fields;
    std::string body;
    std::shared_ptr<const std::string> shared_body;  // instead of body: cached bytes, sent without copying
};

// A file, or ranges of it: the session evaluates preconditions and Range (RFC 9110 §13, §14), sends, and reports what was acknowledged.
struct FileReply {
    model::OpenFilePtr file;
    std::string etag;                               // strong, with quotes
    std::optional<model::Timestamp> last_modified;  // none: what never changes at its address needs no date
    std::string content_type;
    std::vector<Field> fields;  // extra ones
    struct Counted {
        model::EpisodeId episode;
        std::string profile;
        model::CountedFile file;
        bool preview{};
    };
    std::optional<Counted> counted;  // audio only; pictures and files nobody counts leave it empty
};

// text/event-stream: `next` is called on the pool every `interval`; a value is sent as it is (already "data: …\n\n"), an empty string sends
// a comment as heartbeat every 15 s, nullopt ends the stream.
struct EventStream {
    std::function<std::optional<std::string>()> next;
    std::chrono::milliseconds interval{500};
};

// Content whose length nobody knows beforehand, piece by piece as fast as the client takes it: `next` is called on the pool when the piece
// before is on its way; nullopt ends it. When it throws, the connection is cut, so that a part is never taken for the whole.
struct TextStream {
    std::function<std::optional<std::string>()> next;
    std::vector<Field> fields;  // Content-Type and others
};

using Answer = std::variant<Reply, FileReply, EventStream, TextStream>;

// Takes a request body piece by piece (≤ 256 KiB each) on the pool; a slow client holds no thread between pieces.
// Destroyed without finish() when the client breaks off.
class BodySink {
public:
    virtual ~BodySink() = default;
    // A value ends the request with that answer; the rest of the body is not read and the connection closes.
    [[nodiscard]] virtual std::optional<Answer> write(std::span<const std::byte> bytes) = 0;
    [[nodiscard]] virtual Answer finish() = 0;
};

// application/problem+json (RFC 9457) {type, title, status, detail} from an error.
[[nodiscard]] Reply problem(const model::Error& error);
[[nodiscard]] Reply problem(int status, std::string_view detail);
[[nodiscard]] Reply json(int status, std::string body);
[[nodiscard]] Reply html(int status, std::string body);
[[nodiscard]] Reply text(int status, std::string body);
[[nodiscard]] Reply redirect(std::string location);  // 303
// "The phrase" of a status.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;
// application/x-www-form-urlencoded → decoded pairs; invalid_input when malformed.
[[nodiscard]] model::Result<std::vector<Field>> parse_form(std::string_view body);
[[nodiscard]] std::string percent_encode(std::string_view text);  // unreserved characters stay

}  // namespace earshot::http
