#include "server/analytics/interval_set.hpp"

#include <algorithm>

namespace earshot::analytics {

void IntervalSet::add(model::Interval interval) {
    if (interval.begin >= interval.end) return;
    // Everything the new interval overlaps or touches becomes one piece with it.
    const auto first = std::ranges::lower_bound(pieces_, interval.begin, {}, &model::Interval::end);
    auto last = first;
    for (; last != pieces_.end() && last->begin <= interval.end; ++last) {
        interval.begin = std::min(interval.begin, last->begin);
        interval.end = std::max(interval.end, last->end);
        size_ -= last->end - last->begin;
    }
    if (first == last) {
        if (pieces_.size() >= most_pieces) return;
        pieces_.insert(first, interval);
    } else {
        *first = interval;
        pieces_.erase(first + 1, last);
    }
    size_ += interval.end - interval.begin;
}

std::uint64_t IntervalSet::overlap(const IntervalSet& other) const noexcept {
    std::uint64_t bytes = 0;
    auto a = pieces_.begin();
    auto b = other.pieces_.begin();
    while (a != pieces_.end() && b != other.pieces_.end()) {
        const auto begin = std::max(a->begin, b->begin);
        const auto end = std::min(a->end, b->end);
        if (begin < end) bytes += end - begin;
        a->end < b->end ? ++a : ++b;
    }
    return bytes;
}

}  // namespace earshot::analytics
