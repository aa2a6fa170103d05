#pragma once
// Letters as web addresses spell them: Latin, Cyrillic and Greek ones in ASCII. Good enough to recognise a title by, no standard.

#include <optional>
#include <string_view>

namespace earshot::model {

// "é" → "e", "Ж" → "zh"; "" for what is written within words and not spelt (apostrophes, soft signs, combining accents); nothing for all
// else, also for white space and punctuation.
[[nodiscard]] std::optional<std::string_view> ascii_of(char32_t letter) noexcept;

}  // namespace earshot::model
