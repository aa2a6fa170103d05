#include "server/http/client_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <ranges>
#include <stdexcept>

#include "server/streaming/list_field.hpp"

namespace earshot::http {
namespace {

constexpr IpAddress mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
bool is_mapped(const IpAddress& address) {
    return std::equal(address.begin(), address.begin() + 12, mapped_prefix.begin());
}

bool same_prefix(const IpAddress& a, const IpAddress& b, unsigned bits) {
    const auto bytes = bits / 8;
    if (!std::equal(a.begin(), a.begin() + bytes, b.begin())) return false;
    const auto rest = bits % 8;
    return rest == 0 || (a[bytes] >> (8 - rest)) == (b[bytes] >> (8 - rest));
}

}  // namespace

std::optional<IpAddress> parse_address(std::string_view text) {
    const std::string terminated(text);
    if (terminated.size() != std::char_traits<char>::length(terminated.c_str())) return std::nullopt;
    IpAddress address = mapped_prefix;
    if (::inet_pton(AF_INET, terminated.c_str(), address.data() + 12) == 1) return address;
    if (::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
    return std::nullopt;
}

std::string format_address(const IpAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool v4 = is_mapped(address);
    ::inet_ntop(v4 ? AF_INET : AF_INET6, address.data() + (v4 ? 12 : 0), text.data(), text.size());
    return text.data();
}

TrustedProxies::TrustedProxies(const std::vector<std::string>& entries) {
    for (const auto& entry : entries) {
        const auto slash = entry.find('/');
        const auto address = parse_address(std::string_view(entry).substr(0, slash));
        const unsigned width = address && is_mapped(*address) && entry.find(':') == std::string::npos ? 32 : 128;
        unsigned prefix = width;
        bool valid = address.has_value();
        if (slash != std::string::npos) {
            const auto* end = entry.data() + entry.size();
            const auto parsed = std::from_chars(entry.data() + slash + 1, end, prefix);
            valid = valid && parsed.ec == std::errc{} && parsed.ptr == end && prefix <= width;
        }
        if (!valid) throw std::invalid_argument("trusted_proxies: '" + entry + "' is neither an address nor a block like 10.0.0.0/8");
        networks_.push_back({*address, prefix + (128 - width)});
    }
}

bool TrustedProxies::contains(const IpAddress& address) const noexcept {
    return std::ranges::any_of(networks_, [&](const Network& n) { return same_prefix(n.address, address, n.prefix); });
}

std::string TrustedProxies::client(const std::string& peer, std::span<const std::string_view> forwarded_for) const {
    if (networks_.empty()) return peer;
    auto current = parse_address(peer);
    if (!current) return peer;
    std::vector<std::string_view> hops;
    for (const auto line : forwarded_for) streaming::for_each_member(line, [&](std::string_view hop) { hops.push_back(hop); });
    for (const auto hop : hops | std::views::reverse) {
        if (!contains(*current)) break;
        const auto next = parse_address(hop);
        if (!next) break;
        current = next;
    }
    return format_address(*current);
}

}  // namespace earshot::http
