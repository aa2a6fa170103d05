#pragma once
// Which of the samples that a decoder gives are the recording, where libavformat leaves the padding of an encoder in: the end in MP4, both
// ends in CAF. (MP3 and Ogg it cuts by itself; ADTS says nothing.)

#include <cstdint>
#include <optional>
#include <string_view>

namespace earshot::media::av {

struct RecordingSpan {
    std::uint64_t skip{};                 // frames of padding in front
    std::optional<std::uint64_t> frames;  // how many follow that are meant; none: all of them
};

struct SoundOfTrack {
    std::uint32_t sample_rate{};
    std::uint32_t packet_frames{};  // as the codec has it; 0: not known, or not always the same
};

// `track` is the MP4 track's number, `gapless` the words of iTunes (iTunSMPB), empty when there are none. MP4: the media up to the end of
// the edit, where there is one edit, no fragments and packets as long as the codec's. What contradicts itself is not believed.
[[nodiscard]] RecordingSpan mp4_span(int descriptor, std::uint32_t track, std::string_view gapless, const SoundOfTrack& sound);
// CAF: the packet table.
[[nodiscard]] RecordingSpan caf_span(int descriptor, std::uint32_t sample_rate);

}  // namespace earshot::media::av
