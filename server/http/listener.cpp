#include "server/http/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace earshot::http {
namespace {

struct Endpoint {
    sockaddr_storage address{};
    socklen_t length{};
    [[nodiscard]] const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&address); }
    [[nodiscard]] int family() const { return address.ss_family; }
    [[nodiscard]] std::string host() const {
        std::array<char, INET6_ADDRSTRLEN> text{};
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
        ::inet_ntop(family(), family() == AF_INET6 ? static_cast<const void*>(&v6->sin6_addr) : &v4->sin_addr, text.data(), text.size());
        return text.data();
    }
    // sin_port and sin6_port lie at the same place (RFC 3493 keeps them so).
    [[nodiscard]] std::uint16_t port() const { return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port); }
    void set_port(std::uint16_t port) { reinterpret_cast<sockaddr_in*>(&address)->sin_port = htons(port); }
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

std::optional<Endpoint> endpoint_of(int socket) {
    int listens = 0;
    socklen_t size = sizeof listens;
    Endpoint endpoint;
    endpoint.length = sizeof endpoint.address;
    if (::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) return std::nullopt;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&endpoint.address), &endpoint.length) != 0) return std::nullopt;
    return endpoint.family() == AF_INET || endpoint.family() == AF_INET6 ? std::optional(endpoint) : std::nullopt;
}

// Port 0 is any port.
bool listens_at(int socket, const Endpoint& wanted) {
    const auto found = endpoint_of(socket);
    return found && found->family() == wanted.family() && found->host() == wanted.host() &&
           (wanted.port() == 0 || wanted.port() == found->port());
}

Descriptor bind_socket(const std::string& name, const Endpoint& endpoint, bool v6_only, bool share_port) {
    Descriptor socket(::socket(endpoint.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) fail(name, errno);
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (v6_only) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (share_port) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (::bind(socket.get(), endpoint.raw(), endpoint.length) != 0) fail(name, errno);
    return socket;
}

std::vector<Descriptor> open_fresh(const std::string& name, Endpoint endpoint, bool v6_only, unsigned count) {
    // Without SO_REUSEPORT this fails when somebody, even an older server of ours, listens there.
    bind_socket(name, endpoint, v6_only, false);
    std::vector<Descriptor> sockets;
    for (unsigned i = 0; i < count; ++i) {
        auto socket = bind_socket(name, endpoint, v6_only, true);
        if (::listen(socket.get(), SOMAXCONN) != 0) fail(name, errno);
        if (const auto bound = endpoint_of(socket.get())) endpoint.set_port(bound->port());  // port 0: the first one picks
        sockets.push_back(std::move(socket));
    }
    return sockets;
}

std::vector<Descriptor> take_inherited(std::vector<Descriptor>& inherited, Endpoint endpoint) {
    std::vector<Descriptor> taken, left;
    for (auto& socket : inherited) {
        const bool ours = listens_at(socket.get(), endpoint);
        if (ours) endpoint.set_port(endpoint_of(socket.get())->port());
        (ours ? taken : left).push_back(std::move(socket));
    }
    inherited.swap(left);
    for (const auto& socket : taken) ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
    return taken;
}

void share_out(std::vector<Descriptor> sockets, std::vector<std::vector<Descriptor>>& threads) {
    for (std::size_t i = sockets.size(); i < threads.size(); ++i) {
        sockets.emplace_back(::fcntl(sockets[i % sockets.size()].get(), F_DUPFD_CLOEXEC, 3));
        if (sockets.back().get() < 0) throw std::system_error(errno, std::generic_category(), "cannot share a listening socket");
    }
    for (std::size_t i = 0; i < sockets.size(); ++i) threads[i % threads.size()].push_back(std::move(sockets[i]));
}

}  // namespace

Descriptor::~Descriptor() {
    if (value_ >= 0) ::close(value_);
}

int Descriptor::release() noexcept {
    return std::exchange(value_, -1);
}

Listeners open_listeners(const std::vector<std::string>& addresses, unsigned threads, std::vector<Descriptor>& inherited) {
    std::vector<Endpoint> endpoints;
    for (const auto& name : addresses) endpoints.push_back(parse(name));
    Listeners listeners;
    listeners.of_each_thread.resize(threads);
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto& wanted = endpoints[i];
        auto sockets = take_inherited(inherited, wanted);
        if (sockets.empty()) {
            // [::] takes IPv4 too, unless an address of the list does that.
            const bool v6_only = wanted.family() == AF_INET6 && std::ranges::any_of(endpoints, [&](const Endpoint& other) {
                                     return other.family() == AF_INET && other.port() == wanted.port();
                                 });
            sockets = open_fresh(addresses[i], wanted, v6_only, threads);
        }
        listeners.ports.push_back(endpoint_of(sockets.front().get()).value_or(wanted).port());
        share_out(std::move(sockets), listeners.of_each_thread);
    }
    return listeners;
}

std::string listening_address(int socket) {
    const auto endpoint = endpoint_of(socket);
    if (!endpoint) return "-";
    const auto host = endpoint->family() == AF_INET6 ? "[" + endpoint->host() + "]" : endpoint->host();
    return host + ":" + std::to_string(endpoint->port());
}

}  // namespace earshot::http
