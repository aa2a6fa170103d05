#pragma once
// Loudness of a stream of blocks: integrated and range by libebur128 (EBU R128), true peak by our own meter.

#include <cstdint>
#include <memory>
#include <vector>

#include "content/model/media.hpp"
#include "media/audio_block.hpp"
#include "media/true_peak.hpp"

namespace earshot::media {

constexpr double silence_lufs = -70;  // the absolute gate of BS.1770: nothing below it is ever measured

// Loud and long enough for BS.1770 to give a number.
[[nodiscard]] inline bool is_measurable(const model::Loudness& loudness) noexcept {
    return loudness.integrated_lufs > silence_lufs;
}

class LoudnessMeter {
public:
    LoudnessMeter(std::uint32_t sample_rate, std::size_t channels);
    ~LoudnessMeter();
    LoudnessMeter(LoudnessMeter&&) noexcept;

    void add(const AudioBlock& block);

    // Silence, or less than one gating block (0.4 s): integrated_lufs is silence_lufs. A true peak of nothing is -120.
    [[nodiscard]] model::Loudness result() const;

private:
    struct State;
    std::unique_ptr<State> state_;
    std::vector<TruePeakMeter> peaks_;
    std::vector<float> interleaved_;
};

}  // namespace earshot::media
