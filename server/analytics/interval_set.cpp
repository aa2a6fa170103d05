#include "server/analytics/interval_set.hpp"

#include <algorithm>
#include <utility>

namespace earshot::analytics {

IntervalSet::IntervalSet(const IntervalSet& other)
    : one_(other.one_), many_(other.many_ ? std::make_unique<Many>(*other.many_) : nullptr) {}

IntervalSet& IntervalSet::operator=(IntervalSet other) noexcept {
    std::swap(one_, other.one_);
    std::swap(many_, other.many_);
    return *this;
}

void IntervalSet::add(model::Interval interval) {
    if (interval.begin >= interval.end) return;
    if (!many_) {
        const bool apart = one_.begin < one_.end && (interval.end < one_.begin || one_.end < interval.begin);
        if (!apart) {
            one_ =
                one_.begin < one_.end ? model::Interval{std::min(one_.begin, interval.begin), std::max(one_.end, interval.end)} : interval;
            return;
        }
        many_ = std::make_unique<Many>();
        many_->add(one_);
        one_ = {};
    }
    many_->add(interval);
    if (many_->pieces.size() > 1) return;
    one_ = many_->pieces.front();
    many_.reset();
}

void IntervalSet::Many::add(model::Interval interval) {
    // Everything the new interval overlaps or touches becomes one piece with it.
    const auto first = std::ranges::lower_bound(pieces, interval.begin, {}, &model::Interval::end);
    auto last = first;
    for (; last != pieces.end() && last->begin <= interval.end; ++last) {
        interval.begin = std::min(interval.begin, last->begin);
        interval.end = std::max(interval.end, last->end);
        size -= last->end - last->begin;
    }
    if (first == last) {
        if (pieces.size() >= most_pieces) return;
        pieces.insert(first, interval);
    } else {
        *first = interval;
        pieces.erase(first + 1, last);
    }
    size += interval.end - interval.begin;
}

std::uint64_t IntervalSet::overlap(const IntervalSet& other) const noexcept {
    std::uint64_t bytes = 0;
    const auto ours = pieces(), theirs = other.pieces();
    auto a = ours.begin();
    auto b = theirs.begin();
    while (a != ours.end() && b != theirs.end()) {
        const auto begin = std::max(a->begin, b->begin);
        const auto end = std::min(a->end, b->end);
        if (begin < end) bytes += end - begin;
        a->end < b->end ? ++a : ++b;
    }
    return bytes;
}

}  // namespace earshot::analytics
