#include "server/http/client_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <ranges>
#include <stdexcept>

#include "server/http/forwarded.hpp"

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

TrustedProxies::TrustedProxies(const std::vector<std::string>& entries, ForwardingField field) : field_(field) {
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

std::string_view TrustedProxies::field_name() const noexcept {
    return field_ == ForwardingField::forwarded ? "Forwarded" : "X-Forwarded-For";
}

std::string TrustedProxies::client(const std::string& peer, std::span<const std::string_view> lines) const {
    if (networks_.empty()) return peer;
    auto current = parse_address(peer);
    if (!current) return peer;
    for (const auto line : lines | std::views::reverse) {
        const auto hops = field_ == ForwardingField::forwarded ? forwarded_hops(line) : forwarded_for_hops(line);
        for (const auto& hop : hops | std::views::reverse) {
            if (!hop || !contains(*current)) return format_address(*current);
            current = hop;
        }
    }
    return format_address(*current);
}

}  // namespace earshot::http
