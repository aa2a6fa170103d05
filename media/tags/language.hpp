#pragma once
// BCP 47 ⇄ the three-letter codes that tags use.

#include <string>
#include <string_view>

namespace earshot::media::tags {

// "en-GB" → "eng", "cy" → "cym" (ISO 639-2, terminological); a three-letter subtag passes; "und" for what it does not know.
[[nodiscard]] std::string iso639_2(std::string_view bcp47);

// "eng" → "en"; a code without a two-letter form passes; "" for "und".
[[nodiscard]] std::string bcp47(std::string_view iso639_2_code);

}  // namespace earshot::media::tags
