#pragma once
// The Range field of RFC 9110 §14 for the unit "bytes". Pure functions over text and numbers.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "content/model/delivery.hpp"

namespace earshot::streaming {

enum class RangeOutcome {
    whole,          // no Range, not for us, malformed, or a set we decline (§14.2): answer as if it were absent
    partial,        // 206: `slices` is not empty
    unsatisfiable,  // 416
};

struct RangeSelection {
    RangeOutcome outcome{RangeOutcome::whole};
    std::vector<model::Interval> slices;  // disjoint, in requested order, together never more than the file
};

inline constexpr std::size_t max_range_members = 50;
inline constexpr std::size_t max_overlapping_ranges = 2;
inline constexpr std::uint64_t coalesced_gap = 80;  // a part head costs about that much (§15.3.7.2)

// `lines`: the values of all Range fields in order; several are one list (§5.3). Numbers may have any length. A zero-length file is always
// `whole`, because no 206 can describe none of its bytes.
[[nodiscard]] RangeSelection select_ranges(std::span<const std::string_view> lines, std::uint64_t size);

}  // namespace earshot::streaming
