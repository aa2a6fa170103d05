#include "server/http/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

namespace earshot::http {
namespace {

struct Endpoint {
    sockaddr_storage address{};
    socklen_t length{};
    [[nodiscard]] const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&address); }
    void set_port(std::uint16_t port) {
        // sin_port and sin6_port lie at the same place (RFC 3493 keeps them so).
        reinterpret_cast<sockaddr_in*>(&address)->sin_port = htons(port);
    }
};

[[noreturn]] void fail(const std::string& address, int code) {
    throw std::system_error(code, std::generic_category(), "cannot listen on " + address);
}

Endpoint parse(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) fail(text, EINVAL);
    unsigned port = 0;
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
    if (parsed.ec != std::errc{} || parsed.ptr != end || port > 65535) fail(text, EINVAL);
    std::string host = text.substr(0, colon);
    Endpoint endpoint;
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&endpoint.address);
        v6->sin6_family = AF_INET6;
        endpoint.length = sizeof *v6;
        if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) != 1) fail(text, EINVAL);
    } else {
        auto* v4 = reinterpret_cast<sockaddr_in*>(&endpoint.address);
        v4->sin_family = AF_INET;
        endpoint.length = sizeof *v4;
        if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) != 1) fail(text, EINVAL);
    }
    endpoint.set_port(static_cast<std::uint16_t>(port));
    return endpoint;
}

Descriptor bind_socket(const std::string& name, const Endpoint& endpoint, bool share_port) {
    Descriptor socket(::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) fail(name, errno);
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (share_port) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (::bind(socket.get(), endpoint.raw(), endpoint.length) != 0) fail(name, errno);
    return socket;
}

std::uint16_t port_of(const Descriptor& socket) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

}  // namespace

Descriptor::~Descriptor() {
    if (value_ >= 0) ::close(value_);
}

int Descriptor::release() noexcept {
    return std::exchange(value_, -1);
}

Listeners open_listeners(const std::vector<std::string>& addresses, unsigned threads) {
    Listeners listeners;
    for (unsigned i = 0; i < threads; ++i) listeners.of_each_thread.emplace_back();
    for (const auto& name : addresses) {
        auto endpoint = parse(name);
        // Without SO_REUSEPORT this fails when somebody, even an older server of ours, listens there.
        bind_socket(name, endpoint, false);
        for (auto& sockets : listeners.of_each_thread) {
            auto socket = bind_socket(name, endpoint, true);
            if (::listen(socket.get(), SOMAXCONN) != 0) fail(name, errno);
            endpoint.set_port(port_of(socket));  // port 0: the first one picks
            sockets.push_back(std::move(socket));
        }
        listeners.ports.push_back(ntohs(reinterpret_cast<const sockaddr_in*>(&endpoint.address)->sin_port));
    }
    return listeners;
}

}  // namespace earshot::http
