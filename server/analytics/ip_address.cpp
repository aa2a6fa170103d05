#include "server/analytics/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace earshot::analytics {

namespace {

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<IpAddress> parse_ip_address(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    text = text.substr(0, text.find('%'));
    if (text.size() >= terminated.size()) return std::nullopt;
    std::ranges::copy(text, terminated.begin());
    IpAddress address{};
    if (::inet_pton(AF_INET6, terminated.data(), address.data()) == 1) return address;
    std::ranges::copy(mapped, address.begin());
    if (::inet_pton(AF_INET, terminated.data(), address.data() + mapped.size()) != 1) return std::nullopt;
    return address;
}

bool is_ipv4(const IpAddress& address) noexcept {
    return std::equal(mapped.begin(), mapped.end(), address.begin());
}

}  // namespace earshot::analytics
