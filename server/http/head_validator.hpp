#pragma once
// The strict gate in front of the parser: raw bytes of a request head are accepted only when RFC 9112 leaves one way to read them, so that
// no proxy and no parser can disagree with us about where a request ends. Pure; runs on whatever has arrived so far.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace earshot::http {

struct HeadLimits {
    static constexpr std::size_t head = 16 * 1024;
    static constexpr std::size_t line = 8 * 1024;
    static constexpr std::size_t fields = 100;
};

struct HeadVerdict {
    enum class State {
        incomplete,  // no objection yet: read on
        complete,
        refused,  // answer `status`, close: nothing after this point can be trusted
    };
    State state{State::incomplete};
    std::size_t length{};             // complete: of the head with its empty line and one leading CRLF that a client may have left over
    std::size_t start{};              // complete: where the request line begins
    std::string_view method, target;  // complete: views into the bytes
    bool http_1_0{};                  // complete
    std::optional<std::uint64_t> content_length;  // complete
    bool chunked{};                               // complete
    int status{};                                 // refused: 400, 413, 414, 431, 501 or 505
    std::string_view sentence;                    // refused: static text
};

[[nodiscard]] HeadVerdict validate_head(std::string_view bytes);

}  // namespace earshot::http
