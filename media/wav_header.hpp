#pragma once
// What the chunks of a RIFF, RF64 or Wave64 file promise, compared with the bytes that are there. libavformat believes most of it; we
// don't.

#include <cstdint>
#include <optional>

#include "media/av/byte_view.hpp"

namespace earshot::media {

struct WavChunk {
    std::string name;               // "cue ", "LIST", "id3 "
    std::uint64_t start{}, size{};  // of what follows the chunk's head
};

struct WavHeader {
    bool has_data{};                // a data chunk was found
    std::uint64_t claimed{};        // bytes of sound by the header
    std::uint64_t available{};      // bytes from the start of the sound to the end of the file
    bool open_ended{};              // the writer could not go back: 0xFFFFFFFF and the like
    bool continues{};               // more sound follows where the header says it ends (length wrapped at 4 GiB, recorder lost power)
    av::ByteView view;              // how a demuxer should see the file: with the right length, without what follows the last real chunk
    std::vector<WavChunk> markers;  // where chapters may be
};

// Nothing when the file is no WAV at all. Reads chunk heads only.
[[nodiscard]] std::optional<WavHeader> read_wav_header(int descriptor);

}  // namespace earshot::media
