#pragma once
// Text that came from people or files, made safe to store: valid UTF-8, no characters that XML 1.0 forbids.

#include <cstddef>
#include <string>
#include <string_view>

namespace earshot::model {

// Replaces invalid UTF-8 by U+FFFD, drops what XML 1.0 §2.2 forbids (C0 controls but TAB LF CR, U+FFFE, U+FFFF,
// surrogates) and NUL. Never fails; the result is well-formed and can go into any store, feed or page.
[[nodiscard]] std::string clean_text(std::string_view text);

// clean_text, then runs of white space become one space, ends trimmed: for titles and names.
[[nodiscard]] std::string clean_line(std::string_view text);

// Cuts to at most max_bytes without splitting a code point.
[[nodiscard]] std::string truncate_utf8(std::string_view text, std::size_t max_bytes);

// Number of code points.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

// "Multiple Bombings!" → "multiple-bombings", "Привет мир" → "privet-mir": ASCII letters, digits, '-', at most 64 characters. Of scripts
// that nothing is known of (transliteration.hpp) nothing is left; then `otherwise`.
[[nodiscard]] std::string make_slug(std::string_view title, std::string_view otherwise);

// The nth slug to try: "news", "news-2", "news-3" …
[[nodiscard]] std::string numbered_slug(std::string_view wanted, unsigned number);

// True for what make_slug could have made.
[[nodiscard]] bool is_slug(std::string_view text);

// &, <, >, ", ' as entities.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace earshot::model
