#include "media/loudness_trace.hpp"

#include <algorithm>
#include <cmath>

#include "media/gated_loudness.hpp"

namespace earshot::media {

namespace {

constexpr double tick_seconds = 0.01;
constexpr std::size_t tenths_a_second = 10;
constexpr std::size_t moments_share = 50, most_moments = 300;
constexpr double attack_share = 0.25;  // of a tick's energy that passes before its peak; fitted to speech and to bursts

// The energies of tenths of a second after the limiter, which goes in steps of a tick: down at once where a peak asks for it, back
// exponentially. Its look-ahead is shorter than a tick.
std::vector<double> levelled_tenths(const LoudnessTrace& trace, const Level& level) {
    const double gain = std::pow(10, level.gain_db / 20), ceiling = std::pow(10, level.ceiling_db / 20);
    const double kept = std::exp(-tick_seconds / limiter_recovery_seconds);
    std::vector<double> tenths;
    tenths.reserve(trace.size() / ticks_a_tenth);
    double held = 1;
    for (std::size_t tick = 0; tick + ticks_a_tenth <= trace.size();) {
        double energy = 0;
        for (std::size_t end = tick + ticks_a_tenth; tick < end; ++tick) {
            const double peak = gain * static_cast<double>(trace[tick].peak());
            const double allowed = peak > ceiling ? ceiling / peak : 1;
            const double before = held;
            held = allowed < held ? allowed : allowed - (allowed - held) * kept;
            const double applied = allowed < before ? allowed + attack_share * (before - allowed) : (before + held) / 2;
            energy += static_cast<double>(trace[tick].energy()) * applied * applied;
        }
        tenths.push_back(energy * gain * gain);
    }
    return tenths;
}

}  // namespace

double foretell_lufs(const LoudnessTrace& trace, const Level& level) {
    return integrated_lufs(levelled_tenths(trace, level));
}

std::optional<double> beside_loud_moments_lufs(const LoudnessTrace& trace, const Level& level) {
    const std::vector<double> tenths = levelled_tenths(trace, level);
    Gated gated = look_below_gate(tenths);
    if (gated.counted * moments_share > tenths.size() || gated.counted > most_moments) return std::nullopt;
    for (double& energy : gated.rest) energy /= std::pow(10, level.gain_db / 10);  // can it be heard in the recording itself?
    const double rest = integrated_lufs(gated.rest);
    if (rest <= silence_lufs) return std::nullopt;
    return rest + level.gain_db;
}

std::vector<double> loudness_curve(const LoudnessTrace& trace, const Level& level) {
    const std::vector<double> tenths = levelled_tenths(trace, level);
    std::vector<double> sums{0};
    for (const double energy : tenths) sums.push_back(sums.back() + energy);
    std::vector<double> curve;
    for (std::size_t middle = 0; middle < tenths.size(); middle += tenths_a_second) {
        const std::size_t begin = middle - std::min(middle, short_term_parts / 2),
                          end = std::min(middle + short_term_parts / 2, tenths.size());
        curve.push_back(std::max(lufs_of((sums[end] - sums[begin]) / static_cast<double>(end - begin)), silence_lufs));
    }
    return curve;
}

}  // namespace earshot::media
