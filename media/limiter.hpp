#pragma once
// A look-ahead true-peak limiter: one gain for all channels, never above 1, that has come down smoothly before a peak arrives and
// recovers in about a tenth of a second. Between the samples the output stays below the ceiling within about 0.1 dB.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "media/audio_block.hpp"
#include "media/true_peak.hpp"

namespace earshot::media {

// The gain curve: takes what each sample allows, gives what is applied `delay()` samples earlier.
class GainCurve {
public:
    explicit GainCurve(std::uint32_t sample_rate);
    [[nodiscard]] std::size_t delay() const noexcept { return look_ahead_ - 1; }
    [[nodiscard]] float next(float allowed);

private:
    // Mean of the last n values.
    struct Box {
        explicit Box(std::size_t size) : ring(size, 1.0), sum(static_cast<double>(size)) {}
        double next(double value) noexcept;
        void rest() noexcept { sum = static_cast<double>(ring.size()); }  // when all values are 1: forgets rounding
        std::vector<double> ring;
        double sum;
        std::size_t at{};
    };
    std::size_t look_ahead_;
    double recovery_;
    std::deque<std::pair<std::uint64_t, float>> lowest_;  // ascending values below 1 within the look-ahead
    std::uint64_t position_{};
    std::uint64_t quiet_{};  // how many values in a row left the gain at 1
    double held_{1};
    Box first_, second_;
};

class Limiter {
public:
    Limiter(std::uint32_t sample_rate, std::size_t channels, double ceiling_db);

    // Appends what is ready to `out`; input and output are as long as each other once flushed.
    void process(const AudioBlock& in, AudioBlock& out);
    void flush(AudioBlock& out);

private:
    void detect(std::size_t ready);
    void emit(float gain, AudioBlock& out);

    Oversampler oversampler_;
    GainCurve curve_;
    std::size_t channels_;
    float ceiling_;
    AudioBlock waiting_;              // `before` samples already looked at, then those still to be
    AudioBlock delayed_;              // looked at, not given out yet
    std::vector<float> peaks_, one_;  // scratch
    float last_peak_{};
    std::size_t skipped_{};  // gains that came out before the first sample
    std::size_t given_{};    // of delayed_
};

}  // namespace earshot::media
