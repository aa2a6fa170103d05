#pragma once
// WAV heads that claim what they like.

#include <cstdint>
#include <string>

namespace earshot::tests {

inline std::string little_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i)));
    return text;
}

// PCM: everything up to the sound.
inline std::string wav_head(std::uint32_t channels, std::uint32_t rate, std::uint32_t bits, std::uint32_t claimed) {
    const std::uint32_t frame = channels * bits / 8;
    return "RIFF" + little_endian(claimed == 0xFFFFFFFF ? claimed : claimed + 36, 4) + "WAVEfmt " + little_endian(16, 4) +
           little_endian(1, 2) + little_endian(channels, 2) + little_endian(rate, 4) + little_endian(std::uint64_t{rate} * frame, 4) +
           little_endian(frame, 2) + little_endian(bits, 2) + "data" + little_endian(claimed, 4);
}

}  // namespace earshot::tests
