#include "server/http/chunked.hpp"

#include <algorithm>
#include <array>

#include "server/streaming/list_field.hpp"
#include "server/streaming/token.hpp"

namespace earshot::http {
namespace {

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
unsigned hex_value(char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}
bool is_clean(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return (c >= 0x20 && c != 0x7F) || c == '\t'; });
}

void skip_space(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}
bool take(std::string_view& text, char wanted) {
    if (!text.starts_with(wanted)) return false;
    text.remove_prefix(1);
    return true;
}
bool take_token(std::string_view& text) {
    const auto length = static_cast<std::size_t>(std::ranges::find_if_not(text, streaming::is_token_character) - text.begin());
    text.remove_prefix(length);
    return length > 0;
}
bool take_quoted(std::string_view& text) {
    if (!take(text, '"')) return false;
    while (!text.empty() && !text.starts_with('"')) text.remove_prefix(text.starts_with('\\') && text.size() > 1 ? 2 : 1);
    return take(text, '"');
}

// What says where a message ends or whom it is for cannot be said after its end (RFC 9110 §6.5.1).
bool belongs_in_head(std::string_view name) {
    constexpr auto names =
        std::to_array<std::string_view>({"Content-Length", "Transfer-Encoding", "Host", "Connection", "Proxy-Connection", "Upgrade"});
    return std::ranges::any_of(names, [&](std::string_view other) { return streaming::equal_ignoring_case(name, other); });
}

// *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ) and nothing behind it (RFC 9112 §7.1.1).
bool is_extensions(std::string_view text) {
    while (!text.empty()) {
        skip_space(text);
        if (!take(text, ';')) return false;
        skip_space(text);
        if (!take_token(text)) return false;
        auto value = text;
        skip_space(value);
        if (!take(value, '=')) continue;
        skip_space(value);
        if (!take_token(value) && !take_quoted(value)) return false;
        text = value;
    }
    return true;
}

}  // namespace

void ChunkedDecoder::fail(std::string_view fault) {
    state_ = State::failed;
    fault_ = fault;
}

std::size_t ChunkedDecoder::take_line(std::string_view bytes, std::size_t limit) {
    if (line_complete_) {
        line_.clear();
        line_complete_ = false;
    }
    const auto newline = bytes.find('\n');
    const auto used = newline == std::string_view::npos ? bytes.size() : newline + 1;
    if (line_.size() + used > limit + 2) {
        fail("A line of the chunked body is too long.");
        return used;
    }
    line_.append(bytes.substr(0, used));
    if (const auto cr = line_.find('\r'); newline == std::string_view::npos ? cr != std::string::npos && cr + 1 != line_.size()
                                                                            : cr == std::string::npos || cr + 2 != line_.size()) {
        fail("Lines of a chunked body must end with CR LF.");
    } else if (newline != std::string_view::npos) {
        line_.resize(line_.size() - 2);
        line_complete_ = true;
    }
    return used;
}

void ChunkedDecoder::read_size_line() {
    const std::string_view line = line_;
    const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(line, is_hex) - line.begin());
    if (digits == 0 || digits > 16) return fail("A chunk size must be a hexadecimal number.");
    const auto extensions = line.substr(digits);
    extensions_ += extensions.size();
    if (extensions_ > max_extensions) return fail("The chunk extensions are too long.");
    if (!is_clean(extensions) || !is_extensions(extensions)) return fail("A chunk size is followed by something odd.");
    remaining_ = 0;
    for (const char c : line.substr(0, digits)) remaining_ = remaining_ << 4U | hex_value(c);
    state_ = remaining_ == 0 ? State::trailer_line : State::data;
}

void ChunkedDecoder::read_trailer_line() {
    trailers_ += line_.size() + 2;
    if (line_.empty()) {
        state_ = State::done;
        return;
    }
    const auto colon = line_.find(':');
    const auto name = std::string_view(line_).substr(0, std::min(colon, line_.size()));
    if (colon == std::string::npos || !streaming::is_token(name) || !is_clean(line_)) return fail("A trailer field is malformed.");
    if (belongs_in_head(name)) fail("A trailer field belongs in the head.");
}

std::size_t ChunkedDecoder::decode(std::string_view bytes, std::string& out, std::size_t at_most) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::done && state_ != State::failed) {
        const auto rest = bytes.substr(used);
        switch (state_) {
            case State::size_line:
                used += take_line(rest, max_line);
                if (line_complete_ && !failed()) read_size_line();
                break;
            case State::data: {
                if (at_most == 0) return used;
                const auto length = static_cast<std::size_t>(std::min<std::uint64_t>({remaining_, rest.size(), at_most}));
                out.append(rest.substr(0, length));
                at_most -= length;
                used += length;
                remaining_ -= length;
                if (remaining_ == 0) state_ = State::data_end;
                break;
            }
            case State::data_end:
                used += take_line(rest, 0);
                if (line_complete_ && !failed()) state_ = State::size_line;
                break;
            case State::trailer_line:
                used += take_line(rest, max_trailers - std::min(trailers_, max_trailers));
                if (line_complete_ && !failed()) read_trailer_line();
                break;
            case State::done:
            case State::failed:
                break;
        }
    }
    return used;
}

}  // namespace earshot::http
