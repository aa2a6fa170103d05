#pragma once
// Where the sound lies in a finished MP3 or M4A: the two numbers that counting needs (see model::Rendition).

#include <cstdint>

#include "content/model/error.hpp"

namespace earshot::media {

struct AudioLayout {
    std::uint64_t audio_start{};    // first byte of the first audio packet: behind ID3v2 and the Info frame, or the first sample in mdat
    std::uint64_t bytes_for_60s{};  // sizes of the packets that start within the first 60 s; all of them when there is less
};

// For files we made ourselves, tagged or not. Reads packets up to the 60th second, decodes none.
// Errors: unprocessable when there is no audio to find.
[[nodiscard]] model::Result<AudioLayout> audio_layout(int descriptor);

}  // namespace earshot::media
