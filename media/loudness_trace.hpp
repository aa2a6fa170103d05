#pragma once
// A recording in numbers, a hundred a second: enough to foretell what gain and limiter will make of its loudness without hearing it again.

#include <vector>

#include "media/level_chain.hpp"

namespace earshot::media {

struct TraceTick {
    float energy{};  // K-weighted, summed over the channels: its share of the mean square of a tenth of a second
    float peak{};    // largest sample of any channel
};
using LoudnessTrace = std::vector<TraceTick>;

constexpr std::size_t ticks_a_tenth = 10;

// Integrated loudness after LevelChain, to within a few hundredths of a LU.
[[nodiscard]] double foretell_lufs(const LoudnessTrace& trace, const Level& level);

// Short-term loudness (3 s around each full second, less at the ends) after LevelChain: LUFS, silence_lufs or more, one a second.
[[nodiscard]] std::vector<double> loudness_curve(const LoudnessTrace& trace, const Level& level);

}  // namespace earshot::media
