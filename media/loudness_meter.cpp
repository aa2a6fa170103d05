#include "media/loudness_meter.hpp"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <span>

namespace earshot::media {

struct LoudnessMeter::State {
    explicit State(ebur128_state* made) : meter(made) {
        if (meter == nullptr) throw std::bad_alloc();
    }
    ~State() { ebur128_destroy(&meter); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ebur128_state* meter;
};

LoudnessMeter::LoudnessMeter(std::uint32_t sample_rate, std::size_t channels)
    : state_(std::make_unique<State>(
          ebur128_init(static_cast<unsigned>(channels), static_cast<unsigned long>(sample_rate), EBUR128_MODE_I | EBUR128_MODE_LRA))),
      peaks_(channels, TruePeakMeter(sample_rate)) {}
LoudnessMeter::~LoudnessMeter() = default;
LoudnessMeter::LoudnessMeter(LoudnessMeter&&) noexcept = default;

void LoudnessMeter::add(const AudioBlock& block) {
    const std::size_t channels = peaks_.size(), frames = block.frames();
    interleaved_.resize(frames * channels);
    for (std::size_t c = 0; c < channels; ++c) {
        const std::span<const float> plane(block.planes[c]);
        for (std::size_t i = 0; i < frames; ++i) interleaved_[i * channels + c] = plane[i];
        peaks_[c].add(plane);
    }
    if (ebur128_add_frames_float(state_->meter, interleaved_.data(), frames) != EBUR128_SUCCESS) throw std::bad_alloc();
}

model::Loudness LoudnessMeter::result() const {
    model::Loudness loudness;
    ebur128_loudness_global(state_->meter, &loudness.integrated_lufs);
    ebur128_loudness_range(state_->meter, &loudness.range_lu);
    if (!std::isfinite(loudness.integrated_lufs)) loudness.integrated_lufs = silence_lufs;
    loudness.integrated_lufs = std::max(loudness.integrated_lufs, silence_lufs);
    if (!std::isfinite(loudness.range_lu)) loudness.range_lu = 0;
    float highest = 0;
    for (const auto& peak : peaks_) highest = std::max(highest, peak.result());
    loudness.true_peak_dbtp = std::max(-120.0, 20 * std::log10(static_cast<double>(highest) + 1e-12));
    return loudness;
}

}  // namespace earshot::media
