#pragma once
// Whose address counts: the TCP peer's, or, behind a proxy the operator listed, the one that proxy saw.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/streaming/list_field.hpp"

namespace earshot::http {

// IPv4 as ::ffff:a.b.c.d, so that both families compare alike.
using IpAddress = std::array<std::uint8_t, 16>;
[[nodiscard]] std::optional<IpAddress> parse_address(std::string_view text);
[[nodiscard]] std::string format_address(const IpAddress& address);  // mapped IPv4 as plain IPv4

// The field in which the operator's proxies say whose request they pass on. Only that one is read: a proxy rewrites the field it knows and
// passes the other one on as the client sent it.
enum class ForwardingField { x_forwarded_for, forwarded };

class TrustedProxies {
public:
    // "10.0.0.0/8", "192.0.2.1", "fd00::/8". Throws std::invalid_argument naming the entry that is neither.
    explicit TrustedProxies(const std::vector<std::string>& entries, ForwardingField field = ForwardingField::x_forwarded_for);

    [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
    [[nodiscard]] std::string_view field_name() const noexcept;
    // The right-most untrusted address of that field (`lines`, in order) when the peer is trusted; else the peer. A hop that is no
    // address ends the walk: everything left of it could have been written by anyone.
    [[nodiscard]] std::string client(const std::string& peer, std::span<const std::string_view> lines) const;
    // The same from a request's fields: things with `name` and `value`, in order.
    template <class Fields>
    [[nodiscard]] std::string client_of(const std::string& peer, const Fields& fields) const {
        if (empty()) return peer;
        std::vector<std::string_view> lines;
        for (const auto& field : fields) {
            if (streaming::equal_ignoring_case(field.name, field_name())) lines.push_back(field.value);
        }
        return client(peer, lines);
    }
    [[nodiscard]] bool empty() const noexcept { return networks_.empty(); }

private:
    struct Network {
        IpAddress address{};
        unsigned prefix{};
    };
    std::vector<Network> networks_;
    ForwardingField field_;
};

}  // namespace earshot::http
