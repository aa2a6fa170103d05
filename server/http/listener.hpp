#pragma once
// Listening sockets, opened here or inherited from systemd or from an earlier process of ours, and shared out to the network threads.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace earshot::http {

// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int value) noexcept : value_(value) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : value_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    [[nodiscard]] int get() const noexcept { return value_; }
    [[nodiscard]] int release() noexcept;

private:
    int value_;
};

struct Listeners {
    std::vector<std::uint16_t> ports;                     // one an address
    std::vector<std::vector<Descriptor>> of_each_thread;  // listening, non-blocking, close-on-exec
};

// For each address: the inherited sockets that listen there, taken out of `inherited`, or else one fresh socket a thread, sharing the port
// by SO_REUSEPORT. Every socket is served by some thread, and every thread serves some socket of every address: fewer sockets than threads
// are shared as duplicates. Throws std::system_error naming the address, also when another process listens there already (which
// SO_REUSEPORT alone would hide).
[[nodiscard]] Listeners open_listeners(const std::vector<std::string>& addresses, unsigned threads, std::vector<Descriptor>& inherited);

[[nodiscard]] std::string listening_address(int socket);  // "127.0.0.1:8080", "[::1]:8080"; "-" when it does not listen for TCP

}  // namespace earshot::http
