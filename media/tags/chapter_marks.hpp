#pragma once
// Chapters in the ID3v2 tag of a master, which may stand in front of the sound or in a chunk of a WAV or AIFF file.

#include <cstdint>
#include <vector>

#include "content/model/chapter.hpp"

namespace earshot::media::tags {

// Bytes of the ID3v2 tag at `offset`, 0 when there is none.
[[nodiscard]] std::int64_t id3v2_size(int descriptor, std::int64_t offset);

// CHAP frames of the tag at `offset`, those that a CTOC lists when there is one, in their order there. Sizes inside CHAP may be written
// either way (libavformat and others leave out ID3v2.4's synchsafe form). A tag of more than 64 MiB has none, nor has one with frames deep
// inside each other.
[[nodiscard]] std::vector<model::ChapterMark> read_id3v2_marks(int descriptor, std::int64_t offset);

}  // namespace earshot::media::tags
