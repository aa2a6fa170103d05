#pragma once
// What the client's own kernel says of its socket.

#include <cstdint>

namespace earshot::tests {

[[nodiscard]] std::uint64_t received_bytes(int socket);        // in order, taken by the application or not
[[nodiscard]] std::uint64_t receive_buffer_bytes(int socket);  // SO_RCVBUF as the kernel keeps it

}  // namespace earshot::tests
