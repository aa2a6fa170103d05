#pragma once
// What to say about a file that is no audio file we take: the words for a producer.

#include <optional>
#include <string>
#include <string_view>

#include "content/model/error.hpp"

namespace earshot::media {

// Looks at the first bytes: empty files, web pages, playlists and other text are told apart here and never reach a demuxer.
[[nodiscard]] std::optional<model::Error> refuse_by_content(int descriptor);

// A sentence for a file whose format is not on the list; `format` is libavformat's guess or "".
[[nodiscard]] std::string not_a_master(int descriptor, std::string_view format);

}  // namespace earshot::media
