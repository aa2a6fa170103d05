#pragma once
// Which addresses may become links in what we publish, and how one is shown to a reader.

#include <string>
#include <string_view>

namespace earshot::feeds {

// http:, https: with a host, mailto: or tel:, and nothing in it that could end an attribute or hide another scheme.
[[nodiscard]] bool is_safe_link(std::string_view href);
[[nodiscard]] bool is_web_link(std::string_view href);  // the first two of them

// "tel:+44800789321" → "+44800789321"; web addresses whole, so that apps make them clickable.
[[nodiscard]] std::string_view shown_address(std::string_view href);

// Does the text already show the address? "gov.uk/ACT" shows https://gov.uk/ACT, "0800 789321" shows tel:0800789321.
[[nodiscard]] bool shows_address(std::string_view text, std::string_view href);

}  // namespace earshot::feeds
