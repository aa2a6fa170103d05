#pragma once
// A look-ahead true-peak limiter: one gain for all channels, never above 1, that has come down smoothly before a peak arrives and
// recovers in about a tenth of a second. Between the samples the output stays below the ceiling within about 0.1 dB.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "media/audio_block.hpp"
#include "media/true_peak.hpp"

namespace earshot::media {

constexpr double limiter_recovery_seconds = 0.1;

// The gain curve: takes what each sample allows, gives what is applied `delay()` samples earlier.
class GainCurve {
public:
    explicit GainCurve(std::uint32_t sample_rate);
    [[nodiscard]] std::size_t delay() const noexcept { return look_ahead_ - 1; }
    [[nodiscard]] float next(float allowed);

    // Nothing held it down for so long that it gives 1 as long as everything is allowed; then rest() stands for so many next(1).
    [[nodiscard]] bool rests() const noexcept { return quiet_ > 2 * look_ahead_; }
    void rest(std::size_t count) noexcept { position_ += count; }

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
    // Ascending values below 1 within the look-ahead, and when each came: a ring that never holds more than look_ahead_.
    std::vector<std::pair<std::uint64_t, float>> lowest_;
    std::size_t oldest_{}, held_values_{};
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
    void find_gains(std::size_t ready);

    Oversampler oversampler_;
    GainCurve curve_;
    std::size_t channels_;
    float ceiling_;
    AudioBlock waiting_;        // `before` samples already looked at, then those still to be
    AudioBlock delayed_;        // looked at, not given out yet
    std::vector<float> peaks_;  // of each sample ready; 0 where it cannot matter
    std::vector<bool> loud_;    // the stretches where it can
    std::vector<float> gains_;
    float last_peak_{};
    std::size_t skipped_{};  // gains that came out before the first sample
};

}  // namespace earshot::media
