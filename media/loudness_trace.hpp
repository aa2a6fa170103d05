#pragma once
// A recording in numbers, a hundred a second: enough to foretell what gain and limiter will make of its loudness without hearing it again.

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "media/level_chain.hpp"

namespace earshot::media {

// Four bytes, for twelve hours have 4 million of them: both numbers to within 0.2 %.
class TraceTick {
public:
    // `energy`: K-weighted, summed over the channels: its share of the mean square of a tenth of a second. `peak`: largest sample of any.
    TraceTick(float energy, float peak) noexcept : energy_(shortened(energy)), peak_(shortened(peak)) {}
    [[nodiscard]] float energy() const noexcept { return lengthened(energy_); }
    [[nodiscard]] float peak() const noexcept { return lengthened(peak_); }

private:
    // The upper half of an IEEE 754 single, rounded to nearest.
    [[nodiscard]] static std::uint16_t shortened(float value) noexcept {
        return static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(value) + 0x8000) >> 16);
    }
    [[nodiscard]] static float lengthened(std::uint16_t value) noexcept {
        return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
    }
    std::uint16_t energy_, peak_;
};
using LoudnessTrace = std::vector<TraceTick>;

constexpr std::chrono::milliseconds trace_tick{10};
constexpr std::size_t ticks_a_tenth = 10;

// Integrated loudness after LevelChain, to within a few hundredths of a LU; of bursts shorter than a tick of the trace or two, which the
// limiter cannot let go between, several LU too high.
[[nodiscard]] double foretell_lufs(const LoudnessTrace& trace, const Level& level);

// Does a fiftieth at most, and no more than half a minute, make up what is measured after LevelChain, beside more that can be heard?
// Then this is what the rest measures by itself. Gates leave quiet words out beside a loud moment.
[[nodiscard]] std::optional<double> beside_loud_moments_lufs(const LoudnessTrace& trace, const Level& level);

// Short-term loudness (3 s around each full second, less at the ends) after LevelChain: LUFS, silence_lufs or more, one a second.
[[nodiscard]] std::vector<double> loudness_curve(const LoudnessTrace& trace, const Level& level);

}  // namespace earshot::media
