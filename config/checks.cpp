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

// ISO 11172-3 and 13818-3: kbit/s a Layer III frame can have, by the version its sample rate belongs to.
constexpr std::array<std::uint32_t, 14> mpeg1_rates{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
constexpr std::array<std::uint32_t, 14> mpeg2_rates{8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
constexpr std::array<std::uint32_t, 9> mp3_sample_rates{48'000, 44'100, 32'000, 24'000, 22'050, 16'000, 12'000, 11'025, 8'000};
constexpr std::array<std::uint32_t, 12> aac_sample_rates{96'000, 88'200, 64'000, 48'000, 44'100, 32'000,
                                                         24'000, 22'050, 16'000, 12'000, 11'025, 8'000};
constexpr std::array<std::uint32_t, 1> opus_sample_rates{48'000};  // what every decoder gives back
constexpr std::array<std::uint32_t, 6> flac_sample_rates{192'000, 96'000, 88'200, 48'000, 44'100, 32'000};

std::span<const std::uint32_t> sample_rates(model::Codec codec) {
    switch (codec) {
        case model::Codec::mp3:
            return mp3_sample_rates;
        case model::Codec::aac:
            return aac_sample_rates;
        case model::Codec::opus:
            return opus_sample_rates;
        case model::Codec::flac:
            return flac_sample_rates;
    }
    return {};
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

Complaint check_sample_rate(model::Codec codec, std::uint32_t sample_rate) {
    const auto rates = sample_rates(codec);
    if (std::ranges::find(rates, sample_rate) != rates.end()) return std::nullopt;
    return fmt::format("{} cannot have {} Hz; use one of {}.", model::to_string(codec), sample_rate, fmt::join(rates, ", "));
}

Complaint check_bit_rate(model::Codec codec, std::uint32_t sample_rate, std::uint32_t bit_rate, unsigned channels) {
    if (codec == model::Codec::mp3) {
        const auto& rates = sample_rate >= 32'000 ? mpeg1_rates : mpeg2_rates;
        if (bit_rate % 1000 == 0 && std::ranges::find(rates, bit_rate / 1000) != rates.end()) return std::nullopt;
        return fmt::format("mp3 at {} Hz cannot have {} bit/s; use one of {} times 1000.", sample_rate, bit_rate, fmt::join(rates, ", "));
    }
    if (codec == model::Codec::flac) {
        if (bit_rate == 0) return std::nullopt;
        return "flac loses nothing, so its size follows from the sound; leave bit rates out.";
    }
    // ISO 14496-3: a channel gets at most 6144 bits for each block of 1024 samples. RFC 6716 §2.1.1: Opus goes up to 510 kbit/s.
    const auto most = codec == model::Codec::opus ? 255'000 * channels : 6 * sample_rate * channels;
    if (bit_rate >= 8'000 && bit_rate <= most) return std::nullopt;
    return fmt::format("{} with {} channel{} at {} Hz cannot have {} bit/s; use 8000 to {}.", model::to_string(codec), channels,
                       channels == 1 ? "" : "s", sample_rate, bit_rate, most);
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
