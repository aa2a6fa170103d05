#pragma once
// NumberedCounts by number as statistics.db holds them, many in a column: a JSON object without spaces, {"3":120,"7":4}.

#include <charconv>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace earshot::analytics {

using NumberedCounts = std::map<std::uint32_t, std::int64_t>;

// Calls what(number, count) for each. Throws std::runtime_error when the text is none of ours: the database is damaged.
template <class What>
void each_count(std::string_view packed, What what) {
    const char *at = packed.data(), *const end = at + packed.size();
    const auto take = [&](std::string_view sign) {
        if (!std::string_view(at, end).starts_with(sign)) throw std::runtime_error("statistics.db: counts that cannot be read");
        at += sign.size();
    };
    const auto number = [&](auto& value) {
        const auto read = std::from_chars(at, end, value);
        if (read.ec != std::errc{}) throw std::runtime_error("statistics.db: counts that cannot be read");
        at = read.ptr;
    };
    if (packed == "{}") return;
    for (std::string_view before = "{\""; at != end && *at != '}'; before = ",\"") {
        std::uint32_t name{};
        std::int64_t count{};
        take(before);
        number(name);
        take("\":");
        number(count);
        what(name, count);
    }
    take("}");
}

void add(NumberedCounts& counts, std::string_view packed);
[[nodiscard]] std::string packed(const NumberedCounts& counts);  // those that are not 0

}  // namespace earshot::analytics
