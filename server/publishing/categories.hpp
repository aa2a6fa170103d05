#pragma once
// Apple's categories, which every directory understands: 19 with 91 below them, spelt exactly so.

#include <span>
#include <string_view>

namespace earshot::publishing {

struct Category {
    std::string_view name;
    std::span<const std::string_view> below;
};
[[nodiscard]] std::span<const Category> categories() noexcept;

// nullptr when there is none of that name.
[[nodiscard]] const Category* find_category(std::string_view name) noexcept;

}  // namespace earshot::publishing
