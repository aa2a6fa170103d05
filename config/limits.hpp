#pragma once
// How long, how slow and how many: what one client may cost before the server lets go. docs/operations.md says what each one answers.

#include <chrono>
#include <cstdint>

namespace earshot::config {

struct Limits {
    using Time = std::chrono::milliseconds;

    std::uint32_t max_connections{10'000};
    std::uint32_t connections_per_address{64};  // IPv4 address or IPv6 /64; looked at when nine tenths of max_connections are taken
    std::uint32_t max_requests_per_connection{1'000};
    Time head_timeout{10'000};   // for a whole request head
    Time idle_timeout{20'000};   // between two requests
    Time body_stall{30'000};     // without a byte of a request body
    Time write_stall{30'000};    // without an acknowledged byte of an answer
    Time linger_timeout{2'000};  // of a connection that was closed, for its last bytes to arrive
    // Bytes a second, on average over rate_window; 0: any. Only time spent waiting for the client counts.
    std::uint64_t body_minimum_rate{16 << 10};
    std::uint64_t write_minimum_rate{1 << 10};
    Time rate_window{60'000};
    std::uint64_t send_buffer{4 << 20};  // bytes of answers that wait in the kernel, not yet on their way, for each connection
};

}  // namespace earshot::config
