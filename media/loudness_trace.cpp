#include "media/loudness_trace.hpp"

#include <algorithm>
#include <cmath>

#include "media/gated_loudness.hpp"

namespace earshot::media {

namespace {

constexpr double tick_seconds = 0.01;
constexpr double attack_share = 0.25;  // of a tick's energy that passes before its peak; fitted to speech and to bursts

}  // namespace

// The limiter in steps of a tick: down at once where a peak asks for it, back exponentially. Its look-ahead is shorter than a tick.
double foretell_lufs(const LoudnessTrace& trace, const Level& level) {
    const double gain = std::pow(10, level.gain_db / 20), ceiling = std::pow(10, level.ceiling_db / 20);
    const double kept = std::exp(-tick_seconds / limiter_recovery_seconds);
    std::vector<double> tenths;
    tenths.reserve(trace.size() / ticks_a_tenth);
    double held = 1;
    for (std::size_t tick = 0; tick + ticks_a_tenth <= trace.size();) {
        double energy = 0;
        for (std::size_t end = tick + ticks_a_tenth; tick < end; ++tick) {
            const double peak = gain * static_cast<double>(trace[tick].peak);
            const double allowed = peak > ceiling ? ceiling / peak : 1;
            const double before = held;
            held = allowed < held ? allowed : allowed - (allowed - held) * kept;
            const double applied = allowed < before ? allowed + attack_share * (before - allowed) : (before + held) / 2;
            energy += static_cast<double>(trace[tick].energy) * applied * applied;
        }
        tenths.push_back(energy * gain * gain);
    }
    return integrated_lufs(tenths);
}

}  // namespace earshot::media
