#pragma once
// A constant that a recording device adds to every sample (DC offset). Nobody hears it, but it takes room from the peaks, and gain raises
// it with the rest. One that changes on the way is not followed.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "content/model/media.hpp"
#include "content/model/redaction.hpp"
#include "media/audio_block.hpp"

namespace earshot::media {

class OffsetMeter {
public:
    // `redactions` of what is read: a second that a range is silent in says nothing, and neither does one that is mostly digital silence.
    OffsetMeter(std::uint32_t sample_rate, std::size_t channels, const model::Redactions& redactions);

    void add(const AudioBlock& block);

    // What to take out of each channel; 0 where there is no offset, or one too small to matter once the recording is as loud as it will be
    // (0.25 % of full scale), or one that low tones could be, or that is not there all the time. `before`: of the same recording.
    [[nodiscard]] Offset result(const model::Loudness& before) const;

private:
    void finish_second();

    std::size_t second_, channels_;                                // frames
    std::vector<std::pair<std::uint64_t, std::uint64_t>> silent_;  // frames
    std::uint64_t frames_{};
    std::size_t in_second_{};
    std::array<double, 2> sums_{};
    std::array<std::size_t, 2> sound_{};       // frames of the second that are no digital silence
    std::array<std::vector<float>, 2> means_;  // of the seconds that say something
};

[[nodiscard]] inline bool is_any(const Offset& offset) noexcept {
    return offset[0] != 0 || offset[1] != 0;
}

// The sentence for the producer.
[[nodiscard]] std::string offset_words(const Offset& offset, std::size_t channels);

}  // namespace earshot::media
