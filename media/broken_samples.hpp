#pragma once
// Samples of a float recording that are no sound: infinite, not a number, or so far above full scale that nobody can have meant them. A
// single one would set the level of the whole recording, so the sound around them is drawn across.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "media/audio_block.hpp"

namespace earshot::media {

class BrokenSamples {
public:
    // Mends the recording's next block, whose first frame is its `first`-th. What it mends a block with depends on earlier blocks only.
    void mend(AudioBlock& block, std::uint64_t first);

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }  // of all channels
    // Of those, numbers that are merely too high: where they are many, the recording was written in another scale.
    [[nodiscard]] std::uint64_t too_high() const noexcept { return too_high_; }
    [[nodiscard]] std::uint64_t first_frame() const noexcept { return first_frame_; }

private:
    void mend(std::vector<float>& samples, float before, std::uint64_t first);

    std::uint64_t count_{}, too_high_{}, first_frame_{};
    std::array<float, 2> last_{};  // of each channel's last block, mended
};

// The sentence for the producer.
[[nodiscard]] std::string broken_words(const BrokenSamples& broken, std::uint32_t sample_rate);

}  // namespace earshot::media
