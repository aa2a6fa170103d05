#include "media/loudness_meter.hpp"

#include <algorithm>
#include <cmath>

#include "media/sample_peak.hpp"

namespace earshot::media {

LoudnessMeter::LoudnessMeter(std::uint32_t sample_rate, std::size_t channels)
    : tenth_((sample_rate + 5) / 10),
      tick_(tenth_ / ticks_a_tenth),
      weighting_(sample_rate),
      peaks_(channels, TruePeakMeter(sample_rate)) {}

void LoudnessMeter::keep_trace(double seconds) {
    keeps_trace_ = true;
    trace_.reserve(static_cast<std::size_t>(seconds * 10 * ticks_a_tenth) + ticks_a_tenth);
}

// Tick by tick; the last of a tenth takes what does not divide.
void LoudnessMeter::add(const AudioBlock& block) {
    for (std::size_t done = 0; done < block.frames();) {
        const bool last = in_tenth_ - in_tick_ + 2 * tick_ > tenth_;
        const std::size_t size = last ? tenth_ - (in_tenth_ - in_tick_) : tick_;
        const std::size_t count = std::min(block.frames() - done, size - in_tick_);
        const float* right = block.channels == 2 ? block.planes[1].data() + done : nullptr;
        tick_energy_ += weighting_.energy(block.planes[0].data() + done, right, count);
        if (keeps_trace_)
            for (std::size_t c = 0; c < block.channels; ++c)
                tick_peak_ = std::max(tick_peak_, sample_peak(block.planes[c].data() + done, count));
        done += count;
        in_tick_ += count;
        in_tenth_ += count;
        if (in_tick_ == size) finish_tick();
    }
    for (std::size_t c = 0; c < peaks_.size(); ++c) peaks_[c].add(block.planes[c]);
}

void LoudnessMeter::finish_tick() {
    const double energy = tick_energy_ / static_cast<double>(tenth_);
    if (keeps_trace_) trace_.push_back({static_cast<float>(energy), tick_peak_});
    tenth_energy_ += energy;
    tick_energy_ = tick_peak_ = 0;
    in_tick_ = 0;
    if (in_tenth_ < tenth_) return;
    energies_.push_back(tenth_energy_);
    tenth_energy_ = 0;
    in_tenth_ = 0;
}

model::Loudness LoudnessMeter::result() const {
    float highest = 0;
    for (const auto& peak : peaks_) highest = std::max(highest, peak.result());
    return {.integrated_lufs = integrated_lufs(energies_),
            .true_peak_dbtp = std::max(-120.0, 20 * std::log10(static_cast<double>(highest) + 1e-12)),
            .range_lu = range_lu(energies_)};
}

}  // namespace earshot::media
