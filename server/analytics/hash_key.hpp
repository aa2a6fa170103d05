#pragma once
// A random key for hashes by which things are found again in memory, in guarded memory as the day's key: locked, in no dump, wiped at the
// end.

#include <array>
#include <cstdint>
#include <string_view>

namespace earshot::analytics {

class HashKey {
public:
    using Hash = std::array<std::uint64_t, 2>;

    HashKey();  // throws std::bad_alloc
    ~HashKey();
    HashKey(const HashKey&) = delete;
    HashKey& operator=(const HashKey&) = delete;

    void renew() noexcept;                                        // no hash made until now can be made again
    [[nodiscard]] Hash of(std::string_view text) const noexcept;  // SipHash-2-4, 128 bits; the first part is never 0

private:
    unsigned char* key_{};
};

}  // namespace earshot::analytics
