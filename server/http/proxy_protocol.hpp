#pragma once
// The header of the PROXY protocol, version 2 (HAProxy's specification of 2020): a proxy that does not speak HTTP says before the first
// byte whose connection it passes on. TCP over IPv4 and IPv6 only; the older text form is not read. No sockets.

#include <cstddef>
#include <optional>
#include <string_view>

#include "server/http/client_address.hpp"

namespace earshot::http {

struct ProxyHeader {
    enum class State { incomplete, complete, refused };
    State state{State::incomplete};
    std::size_t length{};             // of the header as far as is known: read no byte beyond it
    std::optional<IpAddress> client;  // when complete; nullopt: the proxy speaks for itself (LOCAL, UNSPEC)
};

[[nodiscard]] ProxyHeader read_proxy_header(std::string_view bytes) noexcept;

}  // namespace earshot::http
