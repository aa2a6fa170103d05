#pragma once
// What the head of an audio file says, from libavformat's words to ours. Inside this folder only.

#include <string>

#include "media/av/audio_reader.hpp"
#include "media/av/input_file.hpp"

namespace earshot::media::av {

// `descriptor`: the file that `input` reads, for its size.
[[nodiscard]] AudioFileInfo describe(const InputFile& input, int descriptor);

// Whether its decoder is on the list of those a master may need.
[[nodiscard]] bool is_accepted(const AVCodecParameters& parameters);

[[nodiscard]] const char* field_of(const AVDictionary* entries, const std::string& key);  // "" when there is none

}  // namespace earshot::media::av
