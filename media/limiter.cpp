#include "media/limiter.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "media/sample_peak.hpp"

namespace earshot::media {

namespace {

constexpr double look_ahead_seconds = 0.005;
constexpr double near_one = 1.0 - 1e-6;
constexpr std::size_t stretch = 64;  // samples looked at in one go

}  // namespace

double GainCurve::Box::next(double value) noexcept {
    sum += value - ring[at];
    ring[at] = value;
    at = at + 1 == ring.size() ? 0 : at + 1;
    return sum / static_cast<double>(ring.size());
}

GainCurve::GainCurve(std::uint32_t sample_rate)
    : look_ahead_(std::max<std::size_t>(8, static_cast<std::size_t>(look_ahead_seconds * sample_rate))),
      recovery_(1 - std::exp(-1 / (limiter_recovery_seconds * sample_rate))),
      lowest_(look_ahead_),
      first_(look_ahead_ / 2),
      second_(look_ahead_ - look_ahead_ / 2) {}

// Two boxes in a row reach look_ahead_ - 1 values back, and the lowest value is held for look_ahead_: when the peak comes out, every value
// they average is at or below what it allows.
float GainCurve::next(float allowed) {
    const std::uint64_t now = position_++;
    if (allowed >= 1 && rests()) return 1;
    const auto wrapped = [&](std::size_t place) { return place < look_ahead_ ? place : place - look_ahead_; };
    const auto at = [&](std::size_t index) -> auto& { return lowest_[wrapped(oldest_ + index)]; };
    while (held_values_ > 0 && at(held_values_ - 1).second >= allowed) --held_values_;
    if (held_values_ > 0 && at(0).first + look_ahead_ <= now) {
        oldest_ = wrapped(oldest_ + 1);
        --held_values_;
    }
    if (allowed < 1) at(held_values_++) = {now, allowed};
    const double lowest = held_values_ == 0 ? 1.0 : static_cast<double>(at(0).second);
    held_ = lowest < held_ ? lowest : held_ + (lowest - held_) * recovery_;
    if (held_ > near_one && held_values_ == 0) held_ = 1;
    quiet_ = held_ == 1 ? quiet_ + 1 : 0;
    const double gain = second_.next(first_.next(held_));
    if (rests()) {
        first_.rest();
        second_.rest();
    }
    return static_cast<float>(std::min(gain, 1.0));
}

Limiter::Limiter(std::uint32_t sample_rate, std::size_t channels, double ceiling_db)
    : oversampler_(sample_rate), curve_(sample_rate), channels_(channels), ceiling_(static_cast<float>(std::pow(10, ceiling_db / 20))) {
    waiting_.channels = delayed_.channels = channels;
    for (std::size_t c = 0; c < channels; ++c) waiting_.planes[c].assign(Oversampler::before, 0.0F);
}

void Limiter::process(const AudioBlock& in, AudioBlock& out) {
    out.channels = channels_;
    for (std::size_t c = 0; c < channels_; ++c)
        waiting_.planes[c].insert(waiting_.planes[c].end(), in.planes[c].begin(), in.planes[c].end());
    if (waiting_.frames() <= Oversampler::before + Oversampler::after) return;
    const std::size_t ready = waiting_.frames() - Oversampler::before - Oversampler::after;
    detect(ready);
    find_gains(ready);
    const std::size_t skip = std::min(ready, curve_.delay() - skipped_), given = ready - skip;
    skipped_ += skip;
    for (std::size_t c = 0; c < channels_; ++c) {
        auto &waiting = waiting_.planes[c], &delayed = delayed_.planes[c], &plane = out.planes[c];
        const auto first = waiting.begin() + Oversampler::before;
        delayed.insert(delayed.end(), first, first + static_cast<std::ptrdiff_t>(ready));
        waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(ready));
        const std::size_t at = plane.size();
        plane.resize(at + given);
        for (std::size_t i = 0; i < given; ++i) plane[at + i] = delayed[i] * gains_[skip + i];
        delayed.erase(delayed.begin(), delayed.begin() + static_cast<std::ptrdiff_t>(given));
    }
}

// Fills peaks_ with the highest true peak over the channels; where the samples are low it does not look between them.
void Limiter::detect(std::size_t ready) {
    peaks_.assign(ready, 0.0F);
    loud_.assign(ready / stretch + 1, false);
    std::array<float, stretch> one;
    for (std::size_t c = 0; c < channels_; ++c) {
        const float* plane = waiting_.planes[c].data();
        for (std::size_t start = 0; start < ready; start += stretch) {
            const std::size_t size = std::min(stretch, ready - start);
            const float loudest = sample_peak(plane + start, size + Oversampler::before + Oversampler::after);
            if (loudest * oversampler_.bound() <= ceiling_) continue;
            loud_[start / stretch] = true;
            oversampler_.peaks(plane + start + Oversampler::before, size, one.data());
            for (std::size_t i = 0; i < size; ++i) peaks_[start + i] = std::max(peaks_[start + i], one[i]);
        }
    }
}

void Limiter::find_gains(std::size_t ready) {
    gains_.assign(ready, 1.0F);
    for (std::size_t start = 0; start < ready; start += stretch) {
        const std::size_t end = std::min(start + stretch, ready);
        if (!loud_[start / stretch] && last_peak_ <= ceiling_ && curve_.rests()) {
            curve_.rest(end - start);
            last_peak_ = 0;
            continue;
        }
        for (std::size_t i = start; i < end; ++i) {
            const float peak = std::max(peaks_[i], last_peak_);  // the space before a sample belongs to it as well
            last_peak_ = peaks_[i];
            gains_[i] = curve_.next(peak > ceiling_ ? ceiling_ / peak : 1.0F);
        }
    }
}

void Limiter::flush(AudioBlock& out) {
    AudioBlock silence;
    silence.channels = channels_;
    for (std::size_t c = 0; c < channels_; ++c) silence.planes[c].assign(Oversampler::after + curve_.delay(), 0.0F);
    process(silence, out);
}

}  // namespace earshot::media
