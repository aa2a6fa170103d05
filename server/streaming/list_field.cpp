#include "server/streaming/list_field.hpp"

#include <algorithm>

namespace earshot::streaming {
namespace {
char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string join_lines(std::span<const std::string_view> lines) {
    std::string joined;
    for (const auto line : lines) {
        if (!joined.empty()) joined += ", ";
        joined += line;
    }
    return joined;
}

}  // namespace earshot::streaming
