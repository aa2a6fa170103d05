#include "media/broken_samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "content/model/time.hpp"

namespace earshot::media {

namespace {

constexpr float loudest = 100;        // +40 dBFS: mixes in float go some 20 dB over full scale before somebody notices
constexpr std::size_t bridged = 128;  // samples; what is longer gets silence, faded out of and into the sound

bool is_sound(float sample) {
    return std::abs(sample) <= loudest;  // false for NaN
}

bool is_all_sound(const std::vector<float>& samples) {
    unsigned broken = 0;
    for (const float sample : samples) broken |= static_cast<unsigned>(!is_sound(sample));
    return broken == 0;
}

// A line from one side of the gap to the other, or to silence where these are too far away from each other.
void bridge(float* gap, std::size_t count, float before, float after) {
    const std::size_t ramp = std::min(count + 1, bridged);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t from_before = i + 1, to_after = count - i;
        const std::size_t of_before = ramp - std::min(from_before, ramp), of_after = ramp - std::min(to_after, ramp);
        gap[i] = (before * static_cast<float>(of_before) + after * static_cast<float>(of_after)) / static_cast<float>(ramp);
    }
}

}  // namespace

void BrokenSamples::mend(AudioBlock& block, std::uint64_t first) {
    for (std::size_t c = 0; c < block.channels; ++c) {
        auto& samples = block.planes[c];
        if (samples.empty()) continue;
        if (!is_all_sound(samples)) mend(samples, last_[c], first);
        last_[c] = samples.back();
    }
}

void BrokenSamples::mend(std::vector<float>& samples, float before, std::uint64_t first) {
    const auto end = samples.end();
    for (auto gap = std::ranges::find_if_not(samples, is_sound); gap != end;) {
        const auto after = std::find_if(gap, end, is_sound);
        const std::uint64_t frame = first + static_cast<std::uint64_t>(gap - samples.begin());
        first_frame_ = count_ == 0 ? frame : std::min(first_frame_, frame);
        count_ += static_cast<std::uint64_t>(after - gap);
        too_high_ += static_cast<std::uint64_t>(std::count_if(gap, after, [](float sample) { return std::isfinite(sample); }));
        bridge(&*gap, static_cast<std::size_t>(after - gap), gap == samples.begin() ? before : *(gap - 1), after == end ? 0 : *after);
        gap = std::find_if_not(after, end, is_sound);
    }
}

std::string broken_words(const BrokenSamples& broken, std::uint32_t sample_rate) {
    const auto first = std::chrono::milliseconds(broken.first_frame() * 1000 / sample_rate);
    return fmt::format(
        "{} no sound (infinite, not a number or more than 40 dB above full scale), the first at {}.{:03}. The sound around was drawn "
        "across; listen there before publishing, or export the recording again.",
        broken.count() == 1 ? "One sample of this recording is" : fmt::format("{} samples of this recording are", broken.count()),
        model::format_clock(first), first.count() % 1000);
}

}  // namespace earshot::media
