#pragma once
// Float blocks into one encoded file. Plain interface, no libav types.

#include <cstdint>
#include <memory>
#include <string>

#include "media/audio_block.hpp"

namespace earshot::media::av {

struct AudioWriterOptions {
    std::string encoder, muxer;                           // libav's names, see codec_table
    std::uint32_t sample_rate{}, channels{}, bit_rate{};  // no bit rate for codecs that lose nothing
    float scale{1};                                       // applied to every sample, for encoders that change the level themselves
};

class AudioWriter {
public:
    // The descriptor's file is empty, read-write and seekable. Throws AvError: EINVAL for a rate the encoder does not know.
    AudioWriter(int descriptor, const AudioWriterOptions& options);
    ~AudioWriter();
    AudioWriter(AudioWriter&&) noexcept;

    void write(const AudioBlock& block);
    void finish();  // drains the encoder, writes the index; no write() afterwards

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Whether the encoder can make a file of this rate.
[[nodiscard]] bool encoder_takes_rate(const std::string& encoder, std::uint32_t sample_rate);

}  // namespace earshot::media::av
