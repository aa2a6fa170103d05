#include "server/http/head_validator.hpp"

#include <algorithm>
#include <limits>

#include "server/http/url.hpp"
#include "server/streaming/list_field.hpp"
#include "server/streaming/token.hpp"

namespace earshot::http {
namespace {

using streaming::equal_ignoring_case;
using streaming::is_token;
using streaming::trim;

struct Refusal {
    int status{};
    std::string_view sentence;
};
using Objection = std::optional<Refusal>;

Refusal bad(std::string_view sentence) {
    return {400, sentence};
}

// What the fields said so far about the end of the request and its target.
struct Framing {
    std::size_t fields{}, hosts{}, lengths{}, encodings{};
};

Objection check_target(std::string_view method, std::string_view target) {
    if (!std::ranges::all_of(target, [](unsigned char c) { return c > 0x20 && c < 0x7F && c != '#'; })) {
        return bad("The request target contains characters that must be percent-encoded.");
    }
    if (target.starts_with('/') || (target == "*" && method == "OPTIONS")) return std::nullopt;
    const auto absolute = split_absolute(target);
    if (absolute && is_authority(absolute->authority)) return std::nullopt;
    return bad("The request target must start with '/'.");
}

Objection check_request_line(std::string_view line, HeadVerdict& head) {
    const auto first = line.find(' ');
    const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos || line.find(' ', second + 1) != std::string_view::npos) {
        return bad("The request line must be a method, a target and a version with one space between them.");
    }
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, second - first - 1);
    const auto version = line.substr(second + 1);
    if (!is_token(head.method)) return bad("The method is not a token.");
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (version.size() != 8 || !version.starts_with("HTTP/") || !digit(version[5]) || version[6] != '.' || !digit(version[7])) {
        return bad("The request line must end with HTTP/1.1 or HTTP/1.0.");
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return Refusal{505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
    head.http_1_0 = version == "HTTP/1.0";
    return check_target(head.method, head.target);
}

Objection check_length(std::string_view value, HeadVerdict& head, Framing& framing) {
    if (++framing.lengths > 1) return bad("Content-Length may come only once.");
    if (value.empty() || !std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) {
        return bad("Content-Length must be a decimal number.");
    }
    std::uint64_t length = 0;
    for (const char c : value) {
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (length > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return Refusal{413, "No request body may be that long."};
        length = length * 10 + digit;
    }
    head.content_length = length;
    return std::nullopt;
}

Objection check_field(std::string_view line, HeadVerdict& head, Framing& framing) {
    if (++framing.fields > HeadLimits::fields) return Refusal{431, "The request has too many header fields."};
    if (line.front() == ' ' || line.front() == '\t') return bad("A header field may not be folded over several lines.");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return bad("A header field has no colon.");
    const auto name = line.substr(0, colon);
    if (!is_token(name)) return bad("The name of a header field is not a token.");
    const auto value = trim(line.substr(colon + 1));
    if (!std::ranges::all_of(value, [](unsigned char c) { return (c >= 0x20 && c != 0x7F) || c == '\t'; })) {
        return bad("The value of a header field contains control characters.");
    }
    if (equal_ignoring_case(name, "Host")) {
        if (++framing.hosts > 1) return bad("Host may come only once.");
        if (!is_authority(value)) return bad("The Host field is not a host name with an optional port.");
    } else if (equal_ignoring_case(name, "Content-Length")) {
        return check_length(value, head, framing);
    } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
        if (++framing.encodings > 1 || value.empty()) return bad("Transfer-Encoding must be the one word 'chunked'.");
        if (!equal_ignoring_case(value, "chunked")) return Refusal{501, "No transfer coding but 'chunked' is understood here."};
        head.chunked = true;
    } else if (equal_ignoring_case(name, "Connection") || equal_ignoring_case(name, "Proxy-Connection")) {
        bool tokens = true;
        streaming::for_each_member(value, [&](std::string_view member) { tokens = tokens && is_token(member); });
        if (!tokens) return bad("The Connection field is not a list of tokens.");
    }
    return std::nullopt;
}

Objection check_whole(const HeadVerdict& head, const Framing& framing) {
    if (framing.hosts == 0 && !head.http_1_0) return bad("An HTTP/1.1 request needs a Host field.");
    if (head.chunked && head.http_1_0) return bad("Transfer-Encoding does not exist in HTTP/1.0.");
    if (head.chunked && head.content_length) return bad("Content-Length and Transfer-Encoding exclude each other.");
    return std::nullopt;
}

Refusal too_long(bool request_line) {
    return request_line ? Refusal{414, "The request target is too long."} : Refusal{431, "A header field is too long."};
}

HeadVerdict refused(const Refusal& refusal) {
    HeadVerdict verdict;
    verdict.state = HeadVerdict::State::refused;
    verdict.status = refusal.status;
    verdict.sentence = refusal.sentence;
    return verdict;
}

// The unfinished rest of what has arrived: refused as soon as no continuation can be right.
HeadVerdict unfinished(std::string_view rest, bool request_line, std::size_t received) {
    if (const auto cr = rest.find('\r'); cr != std::string_view::npos && cr + 1 < rest.size())
        return refused(bad("A carriage return stands alone."));
    if (rest.find('\0') != std::string_view::npos) return refused(bad("The request head contains a NUL character."));
    if (rest.size() > HeadLimits::line) return refused(too_long(request_line));
    if (received >= HeadLimits::head) return refused({431, "The request head is too large."});
    return {};
}

}  // namespace

HeadVerdict validate_head(std::string_view bytes) {
    HeadVerdict head;
    Framing framing;
    head.start = bytes.starts_with("\r\n") ? 2 : 0;  // RFC 9112 §2.2: left over from the request before
    for (std::size_t at = head.start; at < bytes.size();) {
        const auto rest = bytes.substr(at);
        const bool request_line = at == head.start;
        const auto newline = rest.find('\n');
        if (newline == std::string_view::npos) return unfinished(rest, request_line, bytes.size());
        if (newline == 0 || rest[newline - 1] != '\r') return refused(bad("Lines must end with CR LF."));
        const auto line = rest.substr(0, newline - 1);
        if (line.size() > HeadLimits::line) return refused(too_long(request_line));
        if (at + newline + 1 > HeadLimits::head) return refused({431, "The request head is too large."});
        at += newline + 1;
        Objection objection;
        if (request_line) {
            objection = check_request_line(line, head);
        } else if (!line.empty()) {
            objection = check_field(line, head, framing);
        } else if (objection = check_whole(head, framing); !objection) {
            head.state = HeadVerdict::State::complete;
            head.length = at;
            return head;
        }
        if (objection) return refused(*objection);
    }
    return {};
}

}  // namespace earshot::http
