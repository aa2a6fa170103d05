#pragma once
// Our strings ⇄ TagLib's.

#include <tstring.h>

#include <string>

#include "content/model/text.hpp"

namespace earshot::media::tags {

[[nodiscard]] inline TagLib::String to_taglib(const std::string& text) {
    return {model::clean_text(text), TagLib::String::UTF8};
}
[[nodiscard]] inline std::string from_taglib(const TagLib::String& text) {
    return text.to8Bit(true);
}

}  // namespace earshot::media::tags
