#pragma once
// Who listens, as a number that means nothing without the day's key: HMAC-SHA-256 of (address, agent, episode), cut to 96 bits.

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

namespace earshot::analytics {

struct ListenerKey {
    std::array<std::uint8_t, 12> bytes{};
    bool operator==(const ListenerKey&) const = default;
};

// The part of an address that stands for a listener: IPv4 whole (also when mapped into IPv6), IPv6 cut to /64. What is no address stays
// as it is.
[[nodiscard]] std::string listener_address(std::string_view address);

// A random 256-bit key for one UTC day, in locked memory that no dump contains. Destroying the object wipes it from memory.
class DayKey {
public:
    static DayKey in_memory();
    // Kept in `file` (mode 0600, on a RAM-backed file system) so that a restart finds it; made when absent. Throws std::system_error.
    static DayKey in_file(const std::filesystem::path& file);
    DayKey(DayKey&& other) noexcept;
    DayKey& operator=(DayKey&& other) noexcept;
    ~DayKey();

    [[nodiscard]] ListenerKey of(std::string_view address, std::string_view agent, std::string_view episode) const;
    void destroy() noexcept;                                        // overwrites key and file, removes the file
    [[nodiscard]] bool locked() const noexcept { return locked_; }  // false: the system refused to keep it out of swap

private:
    DayKey() = default;
    void derive(const std::uint8_t* key);
    void release() noexcept;

    void* state_{};   // HMAC after its key block, in guarded memory
    void* mapped_{};  // the key's file, if it has one
    bool locked_{true};
    std::filesystem::path file_;
};

}  // namespace earshot::analytics
