#pragma once
// Words in foreign bytes.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace earshot::media::embedded {

[[nodiscard]] std::string from_latin1(std::string_view bytes);
[[nodiscard]] std::string from_utf16(std::string_view bytes, bool big_endian);  // a byte order mark overrules `big_endian`
[[nodiscard]] std::string from_base64(std::string_view text);                   // stops at the first other character
[[nodiscard]] std::string_view until_zero(std::string_view bytes);

// What looks like words in a block of bytes, in 8 and in 16 bits a character: runs of 5 and more, joined, at most 120 bytes.
[[nodiscard]] std::string words_in(std::string_view bytes);

// Calls `found` with the name and the words of every element, attribute and comment of something like XML, well-formed or not.
// Namespace declarations and the like are left out.
void scan_xml(std::string_view text, const std::function<void(std::string_view name, std::string_view words)>& found);

// Seconds since the beginning of 1904 (QuickTime) as a time; "" for 0 and for what lies before 1971.
[[nodiscard]] std::string time_since_1904(std::uint64_t seconds);
[[nodiscard]] std::string time_since_1970(std::uint64_t seconds);

}  // namespace earshot::media::embedded
