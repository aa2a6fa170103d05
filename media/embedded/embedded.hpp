#pragma once
// What a file gives away besides its sound: names, places, devices, programs, pictures, whatever else was left in it. Producers are told;
// nothing of it is published. Reads foreign bytes: in the worker only.

#include <string_view>
#include <vector>

#include "content/model/media.hpp"

namespace earshot::media {

// By the file's own structure, in its order, at most some 500 items of a line each, whatever the file promises: reading is bounded, too.
// Never fails: a broken file is listed as far as it makes sense. In front stand `streams`, behind those of the `entries` (which another
// reader found) that say anything new.
[[nodiscard]] std::vector<model::EmbeddedItem> list_embedded(int descriptor, const std::vector<model::EmbeddedItem>& streams = {},
                                                             const std::vector<model::EmbeddedItem>& entries = {});

// The same for a JPEG or PNG in memory.
[[nodiscard]] std::vector<model::EmbeddedItem> list_embedded_in_picture(std::string_view bytes);

}  // namespace earshot::media
