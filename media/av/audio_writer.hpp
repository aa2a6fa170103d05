#pragma once
// Float blocks into one encoded file. Plain interface, no libav types.

#include <memory>
#include <string>

#include "media/audio_block.hpp"
#include "media/av/encoder_settings.hpp"

namespace earshot::media::av {

class AudioWriter {
public:
    // The descriptor's file is empty, read-write and seekable; `muxer` is libavformat's name, see codec_table. Throws AvError: EINVAL for a
    // rate the encoder does not know.
    AudioWriter(int descriptor, const std::string& muxer, const EncoderSettings& settings);
    ~AudioWriter();
    AudioWriter(AudioWriter&&) noexcept;

    void write(const AudioBlock& block);
    void finish();  // drains the encoder, writes the index; no write() afterwards

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::media::av
