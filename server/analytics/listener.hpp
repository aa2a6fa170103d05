#pragma once
// Who listens, as a number that means nothing without the day's key: HMAC-SHA-256 of (address, agent, episode), cut to 96 bits.

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "server/analytics/ip_address.hpp"

namespace earshot::analytics {

struct ListenerKey {
    std::array<std::uint8_t, 12> bytes{};
    bool operator==(const ListenerKey&) const = default;
};

// The part of an address that stands for a listener: IPv4 whole (also when mapped into IPv6), IPv6 cut to /64. What is no address stays
// as it is.
class ListenerAddress {
public:
    explicit ListenerAddress(std::string_view address) : ListenerAddress(address, parse_ip_address(address)) {}
    ListenerAddress(std::string_view address, const std::optional<IpAddress>& parsed);
    [[nodiscard]] std::string_view bytes() const noexcept { return whole_.empty() ? std::string_view(short_.data(), size_) : whole_; }
    bool operator==(const ListenerAddress& other) const noexcept { return bytes() == other.bytes(); }

private:
    std::array<char, 9> short_{};
    std::size_t size_{};
    std::string whole_;
};

// A random 256-bit key for one UTC day, in locked memory that no dump contains. Destroying the object wipes it from memory.
class DayKey {
public:
    static DayKey in_memory();
    // Kept in `file` (mode 0600, on a RAM-backed file system) so that a restart finds it; made when absent. Throws std::system_error.
    static DayKey in_file(const std::filesystem::path& file);
    DayKey(DayKey&& other) noexcept;
    DayKey& operator=(DayKey&& other) noexcept;
    ~DayKey();

    [[nodiscard]] ListenerKey of(const ListenerAddress& address, std::string_view agent, std::string_view episode) const;
    // 64 bits for an address and an episode, whoever listens there: SipHash-2-4 under a key made from this one.
    [[nodiscard]] std::uint64_t place_of(const ListenerAddress& address, std::string_view episode) const;
    void destroy() noexcept;                                        // overwrites key and file, removes the file
    [[nodiscard]] bool locked() const noexcept { return locked_; }  // false: the system refused to keep it out of swap

private:
    DayKey() = default;
    struct Keys;
    void derive(const std::uint8_t* key);
    [[nodiscard]] const Keys& keys() const;
    void release() noexcept;

    void* state_{};   // HMAC after its key block, and the other key, in guarded memory
    void* mapped_{};  // the key's file, if it has one
    bool locked_{true};
    std::filesystem::path file_;
};

}  // namespace earshot::analytics
