#pragma once
// Loudness of a stream of blocks (EBU R128), its true peak, and how both run through time.

#include <cstdint>
#include <utility>
#include <vector>

#include "content/model/media.hpp"
#include "media/audio_block.hpp"
#include "media/gated_loudness.hpp"
#include "media/k_weighting.hpp"
#include "media/loudness_trace.hpp"
#include "media/true_peak.hpp"

namespace earshot::media {

// Loud and long enough for BS.1770 to give a number.
[[nodiscard]] inline bool is_measurable(const model::Loudness& loudness) noexcept {
    return loudness.integrated_lufs > silence_lufs;
}

class LoudnessMeter {
public:
    LoudnessMeter(std::uint32_t sample_rate, std::size_t channels);

    // From now on every tick is kept; `seconds` are expected.
    void keep_trace(double seconds);

    void add(const AudioBlock& block);

    // Silence, or less than one gating block (0.4 s): integrated_lufs is silence_lufs. A true peak of nothing is -120.
    [[nodiscard]] model::Loudness result() const;

    // Whole ticks only.
    [[nodiscard]] LoudnessTrace take_trace() { return std::move(trace_); }

private:
    void finish_tick();

    std::size_t tenth_, tick_;  // frames
    std::size_t in_tenth_{}, in_tick_{};
    double tenth_energy_{}, tick_energy_{};
    float tick_peak_{};
    bool keeps_trace_{};
    LoudnessTrace trace_;
    KWeighting weighting_;
    std::vector<double> energies_;  // of whole tenths of a second
    std::vector<TruePeakMeter> peaks_;
};

}  // namespace earshot::media
