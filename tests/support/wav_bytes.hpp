#pragma once
// WAV heads that claim what they like, and markers.

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

inline std::string riff_chunk(const std::string& name, const std::string& body) {
    return name + little_endian(body.size(), 4) + body + std::string(body.size() & 1, '\0');
}

// One point of a `cue ` chunk, and its name in a `LIST` of kind `adtl`.
inline std::string cue_point(std::uint32_t id, std::uint32_t frame) {
    return little_endian(id, 4) + little_endian(0, 4) + "data" + little_endian(0, 8) + little_endian(frame, 4);
}
inline std::string cue_label(std::uint32_t id, const std::string& name) {
    return riff_chunk("labl", little_endian(id, 4) + name + std::string(1, '\0'));
}

}  // namespace earshot::tests
