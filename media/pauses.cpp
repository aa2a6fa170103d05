#include "media/pauses.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::media {

namespace {

constexpr double pause_below_lu = 25;
constexpr float silence_peak = 0.001F;
constexpr std::size_t pause_tenths = 20, silence_tenths = 10;

enum class Tenth { sound, quiet, silent };

Tenth judge(const LoudnessTrace& trace, std::size_t tick, double quiet_energy) {
    float energy = 0, peak = 0;
    for (std::size_t i = tick; i < tick + ticks_a_tenth; ++i) {
        energy += trace[i].energy();
        peak = std::max(peak, trace[i].peak());
    }
    if (peak < silence_peak) return Tenth::silent;
    return static_cast<double>(energy) < quiet_energy ? Tenth::quiet : Tenth::sound;
}

}  // namespace

std::vector<Pause> find_pauses(const LoudnessTrace& trace, double integrated_lufs) {
    const double quiet_energy = std::pow(10, (integrated_lufs - pause_below_lu + 0.691) / 10);
    const std::size_t tenths = trace.size() / ticks_a_tenth;
    std::vector<Pause> pauses;
    for (std::size_t start = 0; start < tenths;) {
        std::size_t end = start, silence = 0, longest_silence = 0;
        for (; end < tenths; ++end) {
            const Tenth tenth = judge(trace, end * ticks_a_tenth, quiet_energy);
            if (tenth == Tenth::sound) break;
            silence = tenth == Tenth::silent ? silence + 1 : 0;
            longest_silence = std::max(longest_silence, silence);
        }
        const bool silent = longest_silence >= silence_tenths;
        if (silent || end - start >= pause_tenths)
            pauses.push_back({std::chrono::milliseconds(100 * start), std::chrono::milliseconds(100 * end), silent});
        start = end + 1;
    }
    return pauses;
}

}  // namespace earshot::media
