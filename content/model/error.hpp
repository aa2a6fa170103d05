#pragma once
// The one way a room says "no": a small closed set of causes and one sentence a person can act on.
// Use it for what a client or a master file can cause; what only the machine or a bug can cause is an exception.

#include <expected>
#include <string>
#include <utility>

namespace earshot::model {

enum class Errc {
    invalid_input,         // malformed or impossible value                     → 400
    unauthenticated,       // no or unknown credentials                         → 401
    forbidden,             // known, but not allowed                            → 403
    not_found,             // no such thing, or not visible to the caller       → 404
    conflict,              // wrong offset, wrong state, name already taken     → 409
    gone,                  // withdrawn or expired                              → 410
    precondition_failed,   // If-Match and the like                             → 412
    too_large,             // over a stated limit                               → 413
    unsupported_media,     // not a format we accept                            → 415
    unprocessable,         // right format, but this file cannot be used        → 422
    checksum_mismatch,     // tus: stored bytes are not the sent ones           → 460
    rate_limited,          // too many tries, come back later                   → 429
    unavailable,           // busy or shutting down, try again                  → 503
    insufficient_storage,  // disk full or reserve reached                      → 507
};

struct Error {
    Errc code{};
    std::string message;  // one English sentence, says what to do; never a stack trace, never listener data
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string message) {
    return std::unexpected(Error{code, std::move(message)});
}

// The HTTP status of a cause (RFC 9110 §15; 460 from tus 1.0 "Checksum", 507 from RFC 4918 §11.5).
[[nodiscard]] int to_status(Errc code) noexcept;

}  // namespace earshot::model
