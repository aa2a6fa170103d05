#include "media/av/pcm.hpp"

#include <bit>
#include <cstring>

namespace earshot::media::av {

static_assert(std::endian::native == std::endian::little);

namespace {

constexpr float of_32_bits = 1.0F / (1U << 31), of_16_bits = 1.0F / (1U << 15);

template <class T>
T load(const std::uint8_t* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

float sample_16(const std::uint8_t* from) noexcept {
    return static_cast<float>(load<std::int16_t>(from)) * of_16_bits;
}
float sample_24(const std::uint8_t* from) noexcept {
    const std::uint32_t low = load<std::uint16_t>(from), high = from[2];
    return static_cast<float>(static_cast<std::int32_t>(low << 8 | high << 24)) * of_32_bits;
}
float sample_32(const std::uint8_t* from) noexcept {
    return static_cast<float>(load<std::int32_t>(from)) * of_32_bits;
}

template <auto sample, std::size_t size>
void read(const std::uint8_t* bytes, std::size_t frames, std::size_t channels, float* const* planes) noexcept {
    if (channels == 1) {
        for (std::size_t i = 0; i < frames; ++i) planes[0][i] = sample(bytes + i * size);
        return;
    }
    float *left = planes[0], *right = planes[1];
    for (std::size_t i = 0; i < frames; ++i) {
        left[i] = sample(bytes + i * 2 * size);
        right[i] = sample(bytes + i * 2 * size + size);
    }
}

}  // namespace

std::size_t pcm_sample_bytes(AVCodecID codec) noexcept {
    switch (codec) {
        case AV_CODEC_ID_PCM_S16LE:
            return 2;
        case AV_CODEC_ID_PCM_S24LE:
            return 3;
        case AV_CODEC_ID_PCM_S32LE:
        case AV_CODEC_ID_PCM_F32LE:
            return 4;
        default:
            return 0;
    }
}

void read_pcm(AVCodecID codec, const std::uint8_t* bytes, std::size_t frames, std::size_t channels, float* const* planes) noexcept {
    switch (codec) {
        case AV_CODEC_ID_PCM_S16LE:
            return read<sample_16, 2>(bytes, frames, channels, planes);
        case AV_CODEC_ID_PCM_S24LE:
            return read<sample_24, 3>(bytes, frames, channels, planes);
        case AV_CODEC_ID_PCM_S32LE:
            return read<sample_32, 4>(bytes, frames, channels, planes);
        default:
            return read<load<float>, 4>(bytes, frames, channels, planes);
    }
}

}  // namespace earshot::media::av
