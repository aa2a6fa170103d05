#pragma once
// Bytes received, as sorted intervals that neither overlap nor touch. Overlapping fetches count once: this is a union, not a sum.
// One piece, as nearly every listen has it, needs no memory of its own.

#include <cstdint>
#include <memory>
#include <span>

#include "content/model/delivery.hpp"
#include "server/analytics/wiped.hpp"

namespace earshot::analytics {

class IntervalSet {
public:
    static constexpr std::size_t most_pieces = 1024;  // a set never grows beyond this: further separate pieces are not taken

    IntervalSet() = default;
    IntervalSet(const IntervalSet& other);
    IntervalSet(IntervalSet&&) noexcept = default;
    IntervalSet& operator=(IntervalSet other) noexcept;
    ~IntervalSet() = default;

    void add(model::Interval interval);
    [[nodiscard]] std::uint64_t size() const noexcept { return many_ ? many_->size : one_.end - one_.begin; }  // bytes in the set
    [[nodiscard]] std::uint64_t overlap(const IntervalSet& other) const noexcept;
    [[nodiscard]] std::span<const model::Interval> pieces() const noexcept {
        if (many_) return many_->pieces;
        return {&one_, one_.begin < one_.end ? 1U : 0U};
    }

private:
    struct Many {
        Wiped<model::Interval> pieces;
        std::uint64_t size{};
        void add(model::Interval interval);
    };
    model::Interval one_;         // the only piece, or nothing
    std::unique_ptr<Many> many_;  // two pieces and more
};

}  // namespace earshot::analytics
