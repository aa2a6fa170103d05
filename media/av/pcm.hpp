#pragma once
// Plain samples to planar float without a detour through a decoder and a converter: what most masters are.

extern "C" {
#include <libavcodec/codec_id.h>
}

#include <cstddef>
#include <cstdint>

namespace earshot::media::av {

// Bytes a sample has; 0 for what this file does not read.
[[nodiscard]] std::size_t pcm_sample_bytes(AVCodecID codec) noexcept;

// `frames` interleaved frames at `bytes` into one plane a channel (1 or 2), full scale = 1.0.
void read_pcm(AVCodecID codec, const std::uint8_t* bytes, std::size_t frames, std::size_t channels, float* const* planes) noexcept;

}  // namespace earshot::media::av
