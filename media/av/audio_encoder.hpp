#pragma once
// Float blocks into packets of one codec, in the sample format and the frame size that the encoder wants.

#include <cstdint>
#include <functional>

#include "media/audio_block.hpp"
#include "media/av/codec.hpp"
#include "media/av/encoder_settings.hpp"
#include "media/av/frame.hpp"

namespace earshot::media::av {

class AudioEncoder {
public:
    // Throws AvError: EINVAL for a rate the encoder does not know.
    AudioEncoder(const EncoderSettings& settings, bool global_header);

    [[nodiscard]] const AVCodecContext* get() const noexcept { return encoder_.get(); }

    // Hands every packet that is ready to `take`; times are in 1/sample_rate. After the end no more may be written.
    using Take = std::function<void(Packet&)>;
    void write(const AudioBlock& block, std::size_t begin, std::size_t end, const Take& take);  // of the block's frames
    void finish(const Take& take);

private:
    void encode(const AudioBlock& block, std::size_t offset, std::size_t count, const Take& take);
    void fill(std::size_t channel, const float* from, std::size_t count);

    Encoder encoder_;
    AudioBlock pending_;
    Frame frame_;
    float scale_;
    std::int64_t position_{};
};

}  // namespace earshot::media::av
