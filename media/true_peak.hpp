#pragma once
// True peak after ITU-R BS.1770-4 Annex 2: the signal between the samples, found by oversampling to at least 176 kHz.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace earshot::media {

// A windowed-sinc interpolator of 24 taps a phase (Annex 2 asks for 12). Stateless; callers keep the samples around a stretch.
class Oversampler {
public:
    static constexpr std::size_t before = 11, after = 12;  // neighbours needed on each side
    explicit Oversampler(std::uint32_t sample_rate);

    // peaks[i] = largest |signal| in [i, i+1) for i < count; samples[-before … count-1+after] must exist.
    void peaks(const float* samples, std::size_t count, float* peaks) const;

    // No value between the samples exceeds this times the largest sample around it.
    [[nodiscard]] float bound() const noexcept { return bound_; }

private:
    std::size_t phases_;
    std::vector<float> taps_;  // (phases-1) × (before+1+after)
    float bound_{1};
};

// The highest true peak of one channel. Oversamples only where the samples leave room for a new maximum: exact, and nearly free.
class TruePeakMeter {
public:
    explicit TruePeakMeter(std::uint32_t sample_rate);
    void add(std::span<const float> samples);
    // Linear; what was added last is measured as if silence followed.
    [[nodiscard]] float result() const;

private:
    void scan(std::vector<float>& samples, std::size_t count, float& highest) const;

    Oversampler oversampler_;
    std::vector<float> window_;  // the last `before` samples that are done, then those still waiting for `after` more
    float highest_{};
};

}  // namespace earshot::media
