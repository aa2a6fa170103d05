#pragma once
// Markers of a WAV file: points in the `cue ` chunk, named by `labl` in a `LIST` of kind `adtl`, with lengths by `ltxt`.

#include <cstdint>
#include <vector>

#include "content/model/chapter.hpp"
#include "media/wav_header.hpp"

namespace earshot::media {

// Named points only, in the file's order: a point without a name marks an edit, not a chapter. Names that are no UTF-8 are taken as
// Windows-1252. Whatever does not add up is passed over.
[[nodiscard]] std::vector<model::ChapterMark> read_wav_markers(int descriptor, const WavHeader& header, std::uint32_t sample_rate);

}  // namespace earshot::media
