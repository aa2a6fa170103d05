#pragma once
// Small readers for list-based fields (RFC 9110 §5.3, §5.6.1).

#include <concepts>
#include <span>
#include <string>
#include <string_view>

namespace earshot::streaming {

[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;  // ASCII
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;                      // OWS: spaces and tabs
[[nodiscard]] std::string join_lines(std::span<const std::string_view> lines);            // with ", "

// Calls take(member) for every non-empty member of a comma-separated list without quoted strings.
template <std::invocable<std::string_view> Take>
void for_each_member(std::string_view list, Take take) {
    while (true) {
        const auto comma = list.find(',');
        if (const auto member = trim(list.substr(0, comma)); !member.empty()) take(member);
        if (comma == std::string_view::npos) return;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace earshot::streaming
