#pragma once
// By what downloads can be broken down: one row a dimension. A value must come from a list of ours, never from the listener's own text.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/delivery.hpp"
#include "server/analytics/recognition.hpp"

namespace earshot::analytics {

struct Dimension {
    std::string_view name;
    std::string (*value)(std::string_view profile, const Recognised& recognised);  // what ContextMemo compares
};
[[nodiscard]] std::span<const Dimension> dimensions();

constexpr std::string_view all_downloads = "all";     // the total's own dimension, by hour, value ""
constexpr std::string_view downloads_of_day = "day";  // the same, by day
constexpr std::string_view other_values = "other";    // the value of what is not on a list, or is too small to be shown

using DimensionValues = std::vector<std::string>;  // in the order of dimensions()
[[nodiscard]] DimensionValues dimension_values(std::string_view profile, const Recognised& recognised);

}  // namespace earshot::analytics
