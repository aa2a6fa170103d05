#pragma once
// A stream frame by frame: an encoder that gives frames away, and a file that is made of them. For codecs whose every packet is one frame
// of one size in samples. Plain interface, no libav types.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "media/audio_block.hpp"
#include "media/av/encoder_settings.hpp"

namespace earshot::media::av {

class FrameEncoder {
public:
    explicit FrameEncoder(const EncoderSettings& settings);
    ~FrameEncoder();
    FrameEncoder(FrameEncoder&&) noexcept;
    FrameEncoder& operator=(FrameEncoder&&) noexcept;

    // Encodes [begin, end) of the block. Appends the frames that are ready, each whole.
    void write(const AudioBlock& block, std::size_t begin, std::size_t end, std::vector<std::string>& frames);
    void finish(std::vector<std::string>& frames);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// MP3: without ID3; in front an Info frame with number of frames and bytes, table of contents, LAME's delay and padding, and its CRC.
class FrameFile {
public:
    // The descriptor's file is empty, read-write and seekable; `muxer` is libavformat's name, see codec_table.
    FrameFile(int descriptor, const std::string& muxer, const EncoderSettings& settings);
    ~FrameFile();

    [[nodiscard]] std::size_t samples_a_frame() const noexcept;

    void write(std::string_view frame);
    void finish(std::uint64_t samples);  // that went into the encoder: what the frames hold beyond them is padding

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::media::av
