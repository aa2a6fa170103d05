#pragma once
// From the master's samples to what an encoder gets: delivered channels and rate, one linear gain, true-peak limiter.

#include <cstdint>

#include "media/audio_block.hpp"
#include "media/av/rate_converter.hpp"
#include "media/limiter.hpp"

namespace earshot::media {

struct Level {
    double gain_db{};
    double ceiling_db{};  // of the limiter
    bool operator==(const Level&) const = default;
};

class LevelChain {
public:
    // `channels`: of what comes out, as many as come in or one.
    LevelChain(std::uint32_t in_rate, std::uint32_t out_rate, std::size_t channels, const Level& level);

    // Appends to `out`. flush() brings the rest; together exactly round(n · out_rate / in_rate) frames.
    void process(const AudioBlock& in, AudioBlock& out);
    void flush(AudioBlock& out);

private:
    void limit(AudioBlock& out);

    av::RateConverter converter_;
    float gain_;
    Limiter limiter_;
    std::size_t channels_;
    AudioBlock mixed_, converted_;
};

// Both sides of a stereo block in equal parts.
void mix_to_mono(const AudioBlock& stereo, AudioBlock& mono);

}  // namespace earshot::media
