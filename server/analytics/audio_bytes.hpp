#pragma once
// The lengths by which Statistics::reach() knows the versions of an episode's audio.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "content/model/media.hpp"

namespace earshot::analytics {

[[nodiscard]] inline std::vector<std::uint64_t> audio_bytes_of(const std::vector<model::Rendition>& renditions) {
    std::vector<std::uint64_t> lengths;
    for (const auto& rendition : renditions)
        lengths.push_back(rendition.byte_length - std::min(rendition.byte_length, rendition.audio_start));
    return lengths;
}

}  // namespace earshot::analytics
