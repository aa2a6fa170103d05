#include "server/analytics/packed_counts.hpp"

#include <fmt/format.h>

#include <iterator>

namespace earshot::analytics {

void add(NumberedCounts& counts, std::string_view packed) {
    each_count(packed, [&](std::uint32_t number, std::int64_t count) { counts[number] += count; });
}

std::string packed(const NumberedCounts& counts) {
    std::string text = "{";
    for (const auto& [number, count] : counts) {
        if (count != 0) fmt::format_to(std::back_inserter(text), "{}\"{}\":{}", text.size() > 1 ? "," : "", number, count);
    }
    return text + '}';
}

}  // namespace earshot::analytics
