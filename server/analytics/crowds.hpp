#pragma once
// How many downloads of an episode each address has had today, without a list of addresses: counters at two places that the day's key
// picks for an address and an episode. Of these the smaller one is right unless others met at both, which errs by a few among millions.

#include <array>
#include <cstdint>
#include <limits>

#include "server/analytics/wiped.hpp"

namespace earshot::analytics {

class Crowds {
public:
    using Place = std::uint64_t;                                                                                // bits of a keyed hash
    [[nodiscard]] static constexpr Place used(Place place) { return place & ((size - 1) << 32 | (size - 1)); }  // the bits that matter here

    void add(Place place) {
        for (std::size_t row = 0; row < rows_.size(); ++row) {
            if (rows_[row].empty()) rows_[row].resize(size);
            auto& counter = rows_[row][index(place, row)];
            if (counter < std::numeric_limits<std::uint16_t>::max()) ++counter;
        }
    }
    [[nodiscard]] std::uint32_t count(Place place) const {
        std::uint32_t least = std::numeric_limits<std::uint32_t>::max();
        for (std::size_t row = 0; row < rows_.size(); ++row) {
            const std::uint32_t counter = rows_[row].empty() ? 0 : rows_[row][index(place, row)];
            least = counter < least ? counter : least;
        }
        return least;
    }

    void prefetch(Place place) const noexcept {
        for (std::size_t row = 0; row < rows_.size(); ++row) {
            if (!rows_[row].empty()) __builtin_prefetch(&rows_[row][index(place, row)]);
        }
    }
    template <class What>
    void each(What what) const {  // counter that is not 0: row, index, count
        for (std::uint32_t row = 0; row < rows_.size(); ++row) {
            for (std::uint32_t at = 0; at < rows_[row].size(); ++at) {
                if (rows_[row][at] != 0) what(row, at, rows_[row][at]);
            }
        }
    }
    bool set(std::uint32_t row, std::uint32_t at, std::uint16_t count) {  // false: there is no such counter
        if (row >= rows_.size() || at >= size) return false;
        if (rows_[row].empty()) rows_[row].resize(size);
        rows_[row][at] = count;
        return true;
    }

private:
    static constexpr std::size_t size = 1 << 19;
    static std::size_t index(Place place, std::size_t row) { return place >> (row * 32) & (size - 1); }
    std::array<Wiped<std::uint16_t>, 2> rows_;
};

}  // namespace earshot::analytics
