#include "server/http/url.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "server/streaming/list_field.hpp"

namespace earshot::http {
namespace {

using model::Errc;
using model::fail;

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
            if (low < 0) return std::nullopt;
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return decoded;
}

model::Result<std::vector<Field>> decode_pairs(std::string_view text, std::string_view where) {
    std::vector<Field> pairs;
    while (!text.empty()) {
        const auto ampersand = text.find('&');
        const auto pair = text.substr(0, ampersand);
        text.remove_prefix(ampersand == std::string_view::npos ? text.size() : ampersand + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto name = percent_decode(pair.substr(0, equals), true);
        auto value = percent_decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
        if (!name || !value) {
            return fail(Errc::invalid_input,
                        "The " + std::string(where) + " contains a '%' that is not followed by two hexadecimal digits; write it as %25.");
        }
        pairs.push_back({std::move(*name), std::move(*value)});
    }
    return pairs;
}

bool is_port(std::string_view text) {
    if (text.size() > 5 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return false;
    unsigned port = 0;
    for (const char c : text) port = port * 10 + static_cast<unsigned>(c - '0');
    return port <= 65535;
}

bool is_unreserved(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

model::Result<std::string> decode_path(std::string_view target) {
    const auto encoded = target.substr(0, target.find('?'));
    if (!encoded.starts_with('/')) return fail(Errc::invalid_input, "The address must start with '/'.");
    std::string path;
    for (std::size_t at = 1; at <= encoded.size();) {
        const auto slash = std::min(encoded.find('/', at), encoded.size());
        const auto segment = percent_decode(encoded.substr(at, slash - at), false);
        if (!segment) return fail(Errc::invalid_input, "The address contains a '%' that is not followed by two hexadecimal digits.");
        if (*segment == "." || *segment == "..") return fail(Errc::invalid_input, "The address must not contain '.' or '..' segments.");
        if (std::ranges::any_of(*segment, [](unsigned char c) { return c < 0x20 || c == 0x7F || c == '/' || c == '\\'; })) {
            return fail(Errc::invalid_input, "The address contains an encoded slash or control character.");
        }
        path.append("/").append(*segment);
        at = slash + 1;
    }
    return path;
}

model::Result<std::vector<Field>> decode_query(std::string_view target) {
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? std::vector<Field>{} : decode_pairs(target.substr(mark + 1), "query");
}

std::optional<AbsoluteTarget> split_absolute(std::string_view target) {
    const auto colon = target.find("://");
    if (colon == std::string_view::npos) return std::nullopt;
    const auto scheme = target.substr(0, colon);
    if (!streaming::equal_ignoring_case(scheme, "http") && !streaming::equal_ignoring_case(scheme, "https")) return std::nullopt;
    target.remove_prefix(colon + 3);
    const auto end = std::min(target.find_first_of("/?"), target.size());
    return AbsoluteTarget{target.substr(0, end), target.substr(end)};
}

bool is_authority(std::string_view text) {
    std::size_t host_end = text.find(':');
    if (text.starts_with('[')) {
        const auto bracket = text.find(']');
        if (bracket == std::string_view::npos) return false;
        const std::string inside(text.substr(1, bracket - 1));
        in6_addr address{};
        if (::inet_pton(AF_INET6, inside.c_str(), &address) != 1) return false;
        host_end = bracket + 1;
    } else {
        const auto host = text.substr(0, host_end);
        if (host.empty() || !std::ranges::all_of(host, is_unreserved)) return false;
    }
    if (host_end >= text.size()) return true;
    return text[host_end] == ':' && is_port(text.substr(host_end + 1));
}

model::Result<std::vector<Field>> parse_form(std::string_view body) {
    auto pairs = decode_pairs(body, "form");
    if (!pairs) return pairs;
    for (const auto& pair : *pairs) {
        if ((pair.name + pair.value).find('\0') != std::string::npos) {
            return fail(Errc::invalid_input, "The form contains a NUL character.");
        }
    }
    return pairs;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            encoded += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
        }
    }
    return encoded;
}

}  // namespace earshot::http
