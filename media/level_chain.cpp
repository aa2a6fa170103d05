#include "media/level_chain.hpp"

#include <cmath>

namespace earshot::media {

LevelChain::LevelChain(std::uint32_t in_rate, std::uint32_t out_rate, std::size_t channels, const Level& level)
    : converter_(in_rate, out_rate, channels),
      gain_(static_cast<float>(std::pow(10, level.gain_db / 20))),
      limiter_(out_rate, channels, level.ceiling_db),
      channels_(channels) {}

void LevelChain::process(const AudioBlock& in, AudioBlock& out) {
    const bool mixed = in.channels > channels_;
    if (mixed) mix_to_mono(in, mixed_);
    converter_.convert(mixed ? mixed_ : in, converted_);
    limit(out);
}

void LevelChain::flush(AudioBlock& out) {
    converter_.flush(converted_);
    limit(out);
    limiter_.flush(out);
}

void LevelChain::limit(AudioBlock& out) {
    for (std::size_t c = 0; c < converted_.channels; ++c)
        for (float& sample : converted_.planes[c]) sample *= gain_;
    limiter_.process(converted_, out);
}

void mix_to_mono(const AudioBlock& stereo, AudioBlock& mono) {
    mono.channels = 1;
    mono.planes[0].resize(stereo.frames());
    for (std::size_t i = 0; i < stereo.frames(); ++i) mono.planes[0][i] = (stereo.planes[0][i] + stereo.planes[1][i]) / 2;
}

}  // namespace earshot::media
