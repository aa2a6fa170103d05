#pragma once
// Decoder of the chunked transfer coding (RFC 9112 §7.1), strict and bounded: what it does not understand ends the connection. Trailers are
// checked and dropped. Pure.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace earshot::http {

class ChunkedDecoder {
public:
    static constexpr std::size_t max_line = 1024;             // a size with its extensions
    static constexpr std::size_t max_extensions = 16 * 1024;  // of a body
    static constexpr std::size_t max_trailers = 4 * 1024;

    // Takes from the front of `bytes`, appends the decoded ones to `out`, and stops at the end of the body, after `out` has grown by
    // `at_most`, or at a fault. Returns how many bytes it took.
    std::size_t decode(std::string_view bytes, std::string& out, std::size_t at_most);

    [[nodiscard]] bool done() const noexcept { return state_ == State::done; }
    [[nodiscard]] bool failed() const noexcept { return state_ == State::failed; }
    [[nodiscard]] std::string_view fault() const noexcept { return fault_; }  // a sentence for the 400
    // Size announced by the last chunk header and not yet decoded: lets a limit refuse before the bytes come.
    [[nodiscard]] std::uint64_t pending() const noexcept { return remaining_; }

private:
    enum class State { size_line, data, data_end, trailer_line, done, failed };
    void fail(std::string_view fault);
    void read_size_line();
    void read_trailer_line();
    std::size_t take_line(std::string_view bytes, std::size_t limit);  // into line_; line_complete_ tells whether CR LF was reached

    State state_{State::size_line};
    std::string line_;
    bool line_complete_{};
    std::uint64_t remaining_{};
    std::size_t extensions_{}, trailers_{};
    std::string_view fault_;
};

}  // namespace earshot::http
