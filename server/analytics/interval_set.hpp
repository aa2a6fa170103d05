#pragma once
// Bytes received, as sorted intervals that neither overlap nor touch. Overlapping fetches count once: this is a union, not a sum.

#include <cstdint>
#include <vector>

#include "content/model/delivery.hpp"
#include "server/analytics/wiped.hpp"

namespace earshot::analytics {

class IntervalSet {
public:
    static constexpr std::size_t most_pieces = 1024;  // a set never grows beyond this: further separate pieces are not taken

    void add(model::Interval interval);
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }  // bytes in the set
    [[nodiscard]] std::uint64_t overlap(const IntervalSet& other) const noexcept;
    [[nodiscard]] bool empty() const noexcept { return pieces_.empty(); }
    [[nodiscard]] const Wiped<model::Interval>& pieces() const noexcept { return pieces_; }
    bool operator==(const IntervalSet&) const = default;

private:
    Wiped<model::Interval> pieces_;
    std::uint64_t size_{};
};

}  // namespace earshot::analytics
