#pragma once
// How much of what was written the client's TCP has acknowledged.

#include <cstdint>
#include <optional>

namespace earshot::http {

// tcpi_bytes_acked of a connected or already reset socket; nullopt when the kernel does not say (before Linux 4.1).
[[nodiscard]] std::optional<std::uint64_t> acknowledged_bytes(int socket) noexcept;

// Reset by the client, or given up by the kernel. After the client's end of stream recv no longer tells.
[[nodiscard]] bool is_gone(int socket) noexcept;

}  // namespace earshot::http
