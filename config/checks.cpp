#include "config/checks.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <span>

namespace earshot::config {
namespace {

bool is_address(int family, std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return ::inet_pton(family, std::string(text).c_str(), bytes.data()) == 1;
}

template <class T>
std::optional<T> whole_number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

struct HostPort {
    std::string_view host, port;  // without the brackets of an IPv6 address
    bool bracketed{}, has_port{};
};

std::optional<HostPort> split_host_port(std::string_view text) {
    HostPort parts;
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        parts.host = text.substr(1, close - 1);
        parts.bracketed = true;
        rest = text.substr(close + 1);
    } else {
        const auto colon = text.find(':');
        parts.host = text.substr(0, colon);
        rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
    }
    if (rest.empty()) return parts;
    if (!rest.starts_with(':')) return std::nullopt;
    parts.port = rest.substr(1);
    parts.has_port = true;
    return parts;
}

bool is_host_name(std::string_view host) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
    return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, allowed) && host.front() != '-' && host.front() != '.' &&
           host.find("..") == std::string_view::npos;
}

// Multiples of the unit a text like "7d" or "8 GiB" ends in.
template <class T>
std::optional<T> with_unit(std::string_view text, std::span<const std::pair<std::string_view, T>> units) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = whole_number<T>(text.substr(0, digits));
    if (!count) return std::nullopt;
    auto unit = text.substr(digits);
    unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
    for (const auto& [name, factor] : units) {
        if (unit == name) return *count <= std::numeric_limits<T>::max() / factor ? std::optional(*count * factor) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

Complaint check_listen_address(std::string_view text) {
    const auto parts = split_host_port(text);
    if (!parts || !parts->has_port || !is_address(parts->bracketed ? AF_INET6 : AF_INET, parts->host))
        return fmt::format("\"{}\" is not an address to listen on; write IP:PORT such as \"127.0.0.1:8080\" or \"[::1]:8080\".", text);
    if (!whole_number<std::uint16_t>(parts->port)) return fmt::format("\"{}\" has no port from 0 to 65535.", text);
    return std::nullopt;
}

Complaint check_public_url(std::string_view text) {
    const auto scheme = text.substr(0, text.find("://"));
    if ((scheme != "http" && scheme != "https") || scheme.size() == text.size())
        return fmt::format("\"{}\" must begin with http:// or https://.", text);
    const auto authority = text.substr(scheme.size() + 3);
    if (const auto slash = authority.find_first_of("/?#"); slash != std::string_view::npos)
        return fmt::format("\"{}\" must end with the host or port; take away \"{}\".", text, authority.substr(slash));
    const auto parts = split_host_port(authority);
    if (!parts || !(parts->bracketed ? is_address(AF_INET6, parts->host) : is_host_name(parts->host)))
        return fmt::format("\"{}\" has no valid host; write lower-case letters, digits, hyphens and dots, such as https://pod.example.org.",
                           text);
    if (parts->has_port && whole_number<std::uint16_t>(parts->port).value_or(0) == 0)
        return fmt::format("\"{}\" has no port from 1 to 65535.", text);
    return std::nullopt;
}

Complaint check_proxy(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = text.substr(0, slash);
    const int family = address.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
    const unsigned longest = family == AF_INET ? 32 : 128;
    const bool prefix_fits = slash == std::string_view::npos || whole_number<unsigned>(text.substr(slash + 1)).value_or(999) <= longest;
    if (is_address(family, address) && prefix_fits) return std::nullopt;
    return fmt::format("\"{}\" is neither an IP address nor a block such as \"10.0.0.0/8\".", text);
}

Complaint check_mail_address(std::string_view text) {
    const auto at = text.find('@');
    const bool plain = std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 127 && !std::strchr("<>()[]\\,;:\"", c); });
    if (text.empty() || (plain && at != 0 && at != std::string_view::npos && at == text.rfind('@') && at + 1 < text.size()))
        return std::nullopt;
    return fmt::format("\"{}\" is not a mail address; write it alone, like \"press@example.org\".", text);
}

Complaint check_mail_relay(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto host = text.starts_with("smtps://") ? text.substr(8) : text.starts_with("smtp://") ? text.substr(7) : std::string_view();
    if (!host.empty() && host.find_first_of("/@?# \t\r\n") == std::string_view::npos) return std::nullopt;
    return fmt::format("\"{}\" is not a mail server; write \"smtps://HOST\" or \"smtp://HOST:PORT\".", text);
}

Complaint check_webhook(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto rest = text.starts_with("https://") ? text.substr(8) : text.starts_with("http://") ? text.substr(7) : std::string_view();
    const bool plain = std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 127; });
    if (plain && !rest.empty() && rest.front() != '/' && rest.substr(0, rest.find('/')).find('@') == std::string_view::npos)
        return std::nullopt;
    return fmt::format("\"{}\" is not an address to post to; write \"https://HOST/PATH\".", text);
}

Complaint check_time_of_day(std::string_view text) {
    const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    if (text.size() == 5 && text[2] == ':' && digit(0) && digit(1) && digit(3) && digit(4) && text.substr(0, 2) < "24" && text[3] < '6')
        return std::nullopt;
    return fmt::format("\"{}\" is not a time of the day; write it like \"07:00\".", text);
}

Complaint check_rendition_name(std::string_view text) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (!text.empty() && text.size() <= 32 && std::ranges::all_of(text, allowed) && text.front() != '-' && text.back() != '-')
        return std::nullopt;
    return fmt::format("\"{}\" cannot be part of an address; use up to 32 lower-case letters, digits and hyphens.", text);
}

Complaint check_codec(std::string_view text) {
    if (model::parse_codec(text)) return std::nullopt;
    std::string known;
    for (const auto& facts : model::all_codecs()) {
        const bool last = facts.codec == model::Codec::last;
        known += fmt::format("{}\"{}\"", known.empty() ? "" : last ? " or " : ", ", facts.name);
    }
    return fmt::format("\"{}\" is not a codec this server writes; use {}.", text, known);
}

Complaint check_sample_rate(model::Codec codec, std::uint32_t sample_rate) {
    const auto rates = model::facts_of(codec).sample_rates;
    if (std::ranges::find(rates, sample_rate) != rates.end()) return std::nullopt;
    return fmt::format("{} cannot have {} Hz; use one of {}.", model::to_string(codec), sample_rate, fmt::join(rates, ", "));
}

Complaint check_bit_rate(model::Codec codec, std::uint32_t sample_rate, std::uint32_t bit_rate, unsigned channels) {
    const auto& facts = model::facts_of(codec);
    if (facts.lossless) {
        if (bit_rate == 0) return std::nullopt;
        return fmt::format("{} loses nothing, so its size follows from the sound; leave bit rates out.", facts.name);
    }
    const auto [kilobits, least, most] = facts.bit_rates(sample_rate, channels);
    if (!kilobits.empty()) {
        if (bit_rate % 1000 == 0 && std::ranges::find(kilobits, bit_rate / 1000) != kilobits.end()) return std::nullopt;
        return fmt::format("{} at {} Hz cannot have {} bit/s; use one of {} times 1000.", facts.name, sample_rate, bit_rate,
                           fmt::join(kilobits, ", "));
    }
    if (bit_rate >= least && bit_rate <= most) return std::nullopt;
    return fmt::format("{} with {} channel{} at {} Hz cannot have {} bit/s; use {} to {}.", facts.name, channels, channels == 1 ? "" : "s",
                       sample_rate, bit_rate, least, most);
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> units{{{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}}};
    const auto count = with_unit<std::int64_t>(text, units);
    return count ? std::optional(std::chrono::seconds(*count)) : std::nullopt;
}

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 9> units{{{"B", 1},
                                                                                      {"kB", 1'000},
                                                                                      {"MB", 1'000'000},
                                                                                      {"GB", 1'000'000'000},
                                                                                      {"TB", 1'000'000'000'000},
                                                                                      {"KiB", 1ULL << 10},
                                                                                      {"MiB", 1ULL << 20},
                                                                                      {"GiB", 1ULL << 30},
                                                                                      {"TiB", 1ULL << 40}}};
    return with_unit<std::uint64_t>(text, units);
}

}  // namespace earshot::config
