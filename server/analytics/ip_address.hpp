#pragma once
// Textual addresses as 16 bytes, IPv4 in its mapped form (::ffff:192.0.2.1), so that both kinds compare alike.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace earshot::analytics {

using IpAddress = std::array<std::uint8_t, 16>;

// nullopt: no address. A zone ("fe80::1%eth0") is left out: it says where, not who.
[[nodiscard]] std::optional<IpAddress> parse_ip_address(std::string_view text);
[[nodiscard]] bool is_ipv4(const IpAddress& address) noexcept;

}  // namespace earshot::analytics
