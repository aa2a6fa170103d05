#pragma once
// MP3 frame by frame: an encoder that gives them away, and a file that is made of them. Plain interface, no libav types.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "media/audio_block.hpp"
#include "media/av/encoder_settings.hpp"

namespace earshot::media::av {

class Mp3Encoder {
public:
    explicit Mp3Encoder(const EncoderSettings& settings);
    ~Mp3Encoder();
    Mp3Encoder(Mp3Encoder&&) noexcept;
    Mp3Encoder& operator=(Mp3Encoder&&) noexcept;

    // Appends the frames that are ready, each whole.
    void write(const AudioBlock& block, std::vector<std::string>& frames);
    void finish(std::vector<std::string>& frames);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Without ID3; in front an Info frame with number of frames and bytes, table of contents, LAME's delay and padding, and its CRC.
class Mp3File {
public:
    // The descriptor's file is empty, read-write and seekable.
    Mp3File(int descriptor, const EncoderSettings& settings);
    ~Mp3File();

    [[nodiscard]] std::size_t samples_a_frame() const noexcept;

    void write(std::string_view frame);
    void finish(std::uint64_t samples);  // that went into the encoder: what the frames hold beyond them is padding

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::media::av
