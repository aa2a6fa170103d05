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
    using Place = std::uint64_t;  // bits of a keyed hash

    void add(Place place) {
        for (auto& row : rows_) {
            if (row.empty()) row.resize(size);
        }
        for (std::size_t row = 0; row < rows_.size(); ++row) {
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

private:
    static constexpr std::size_t size = 1 << 20;
    static std::size_t index(Place place, std::size_t row) { return place >> (row * 32) & (size - 1); }
    std::array<Wiped<std::uint16_t>, 2> rows_;
};

}  // namespace earshot::analytics
