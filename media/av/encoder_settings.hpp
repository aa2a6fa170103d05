#pragma once
// What an encoder is asked for. Plain, no libav types.

#include <cstdint>
#include <string>

namespace earshot::media::av {

struct EncoderSettings {
    std::string encoder;                                  // libavcodec's name, see codec_table
    std::string options;                                  // for the encoder, "key=value:key=value"
    std::uint32_t sample_rate{}, channels{}, bit_rate{};  // no bit rate for codecs that lose nothing
    float scale{1};                                       // applied to every sample, for encoders that change the level themselves
};

// Whether the encoder can make a file of this rate.
[[nodiscard]] bool encoder_takes_rate(const std::string& encoder, std::uint32_t sample_rate);

}  // namespace earshot::media::av
