#include "server/streaming/byte_range.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "server/streaming/list_field.hpp"

namespace earshot::streaming {
namespace {

// A decimal number of any length: compared as text, used as a saturated value.
struct Decimal {
    std::string_view digits;  // no leading zeros; "" is zero

    static std::optional<Decimal> parse(std::string_view text) {
        if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
        text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
        return Decimal{text};
    }
    [[nodiscard]] bool less_than(const Decimal& other) const {
        return digits.size() != other.digits.size() ? digits.size() < other.digits.size() : digits < other.digits;
    }
    [[nodiscard]] std::uint64_t saturated() const {
        constexpr auto most = std::numeric_limits<std::uint64_t>::max();
        std::uint64_t value = 0;
        for (const char c : digits) {
            const auto digit = static_cast<std::uint64_t>(c - '0');
            if (value > (most - digit) / 10) return most;
            value = value * 10 + digit;
        }
        return value;
    }
};

struct Member {
    bool valid{};
    std::optional<model::Interval> interval;  // nullopt: valid but unsatisfiable
};

Member parse_member(std::string_view member, std::uint64_t size) {
    const auto dash = member.find('-');
    if (dash == std::string_view::npos) return {};
    const auto first_text = member.substr(0, dash), last_text = member.substr(dash + 1);
    if (first_text.empty()) {
        const auto suffix = Decimal::parse(last_text);
        if (!suffix) return {};
        const auto length = std::min(suffix->saturated(), size);
        if (length == 0) return {true, std::nullopt};
        return {true, model::Interval{size - length, size}};
    }
    const auto first = Decimal::parse(first_text);
    if (!first) return {};
    std::uint64_t end = size;
    if (!last_text.empty()) {
        const auto last = Decimal::parse(last_text);
        if (!last || last->less_than(*first)) return {};
        if (const auto value = last->saturated(); value < size) end = value + 1;
    }
    const auto begin = first->saturated();
    if (begin >= size) return {true, std::nullopt};
    return {true, model::Interval{begin, end}};
}

bool overlap(const model::Interval& a, const model::Interval& b) {
    return a.begin < b.end && b.begin < a.end;
}

std::size_t count_overlapping(const std::vector<model::Interval>& ranges) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        bool touches = false;
        for (std::size_t j = 0; j < ranges.size() && !touches; ++j) touches = i != j && overlap(ranges[i], ranges[j]);
        count += touches ? 1 : 0;
    }
    return count;
}

bool worth_joining(const model::Interval& a, const model::Interval& b) {
    const auto& [low, high] = a.begin <= b.begin ? std::pair(a, b) : std::pair(b, a);
    return high.begin <= low.end || high.begin - low.end < coalesced_gap;
}

// Joins what overlaps, touches or nearly touches; a joined range stands where its first member stood.
std::vector<model::Interval> coalesce(const std::vector<model::Interval>& ranges) {
    std::vector<model::Interval> result;
    for (auto range : ranges) {
        auto place = result.size();
        for (std::size_t i = 0; i < result.size();) {
            if (!worth_joining(result[i], range)) {
                ++i;
                continue;
            }
            range = {std::min(range.begin, result[i].begin), std::max(range.end, result[i].end)};
            place = std::min(place, i);
            result.erase(result.begin() + static_cast<std::ptrdiff_t>(i));
            i = 0;  // the grown range may now reach others
        }
        result.insert(result.begin() + static_cast<std::ptrdiff_t>(std::min(place, result.size())), range);
    }
    return result;
}

}  // namespace

RangeSelection select_ranges(std::span<const std::string_view> lines, std::uint64_t size) {
    if (lines.empty() || size == 0) return {};
    const std::string value = join_lines(lines);
    const std::string_view text = value;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || !equal_ignoring_case(text.substr(0, equals), "bytes")) return {};

    std::vector<model::Interval> ranges;
    std::size_t members = 0;
    bool valid = true;
    for_each_member(text.substr(equals + 1), [&](std::string_view member) {
        const auto parsed = parse_member(member, size);
        valid = valid && parsed.valid && ++members <= max_range_members;
        if (valid && parsed.interval) ranges.push_back(*parsed.interval);
    });
    if (!valid || members == 0) return {};
    if (ranges.empty()) return {RangeOutcome::unsatisfiable, {}};
    if (count_overlapping(ranges) > max_overlapping_ranges) return {};
    return {RangeOutcome::partial, coalesce(ranges)};
}

}  // namespace earshot::streaming
