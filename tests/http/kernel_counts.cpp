#include "tests/http/kernel_counts.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace earshot::tests {

std::uint64_t received_bytes(int socket) {
    tcp_info info{};
    socklen_t length = sizeof info;
    ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length);
    return info.tcpi_bytes_received;
}

std::uint64_t receive_buffer_bytes(int socket) {
    int bytes = 0;
    socklen_t length = sizeof bytes;
    ::getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, &length);
    return static_cast<std::uint64_t>(bytes);
}

}  // namespace earshot::tests
