#pragma once
// Listening sockets: one a network thread and address, sharing the port by SO_REUSEPORT.

#include <cstdint>
#include <string>
#include <vector>

namespace earshot::http {

// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int value) noexcept : value_(value) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : value_(other.release()) {}
    Descriptor& operator=(Descriptor&&) = delete;
    [[nodiscard]] int get() const noexcept { return value_; }
    [[nodiscard]] int release() noexcept;

private:
    int value_;
};

struct Listeners {
    std::vector<std::uint16_t> ports;                     // one an address
    std::vector<std::vector<Descriptor>> of_each_thread;  // [thread][address], listening, non-blocking, close-on-exec
};

// Throws std::system_error naming the address, also when another process listens there already (which SO_REUSEPORT alone would hide).
[[nodiscard]] Listeners open_listeners(const std::vector<std::string>& addresses, unsigned threads);

}  // namespace earshot::http
