#include "server/http/tcp_info.hpp"

// The kernel's own header: glibc's <netinet/tcp.h> ends before tcpi_bytes_acked, and the two exclude each other in one file.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>

namespace earshot::http {

std::optional<std::uint64_t> acknowledged_bytes(int socket) noexcept {
    tcp_info info{};
    socklen_t length = sizeof info;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return std::nullopt;
    if (length < offsetof(tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked) return std::nullopt;
    return info.tcpi_bytes_acked;
}

bool is_gone(int socket) noexcept {
    int error = 0;
    socklen_t length = sizeof error;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0;
}

}  // namespace earshot::http
