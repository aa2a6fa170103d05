#pragma once
// The chapters a producer's program left in a master: ID3v2 (in front of MP3, in WAV and AIFF), MP4 (Nero and QuickTime), Vorbis comments,
// named markers of WAV.

#include <vector>

#include "content/model/chapter.hpp"
#include "media/av/audio_reader.hpp"
#include "media/wav_header.hpp"

namespace earshot::media {

// `wav`: of a RIFF file, else null. `info.chapters` is what libavformat found. One kind is taken, the first that holds any.
[[nodiscard]] std::vector<model::ChapterMark> find_chapter_marks(int descriptor, const WavHeader* wav, const av::AudioFileInfo& info);

}  // namespace earshot::media
