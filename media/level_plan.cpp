#include "media/level_plan.hpp"

#include <algorithm>
#include <cmath>

#include "media/loudness_meter.hpp"

namespace earshot::media {

namespace {

constexpr double mono_offset_lu = 3;
// Lossy coding moves peaks: measured +0.5 to +1 dB at 128 kbit/s. Starting this far below spares most second encodings.
constexpr double coding_headroom_db = 1;
constexpr double hard_limiting_db = 2;
constexpr double trial_tolerance_lu = 0.1, rendition_tolerance_lu = 0.2, promised_tolerance_lu = 0.5;
constexpr double meter_margin_db = 0.03;  // other meters interpolate differently
constexpr double least_response = 0.25;   // LU gained per dB of gain, below which peaks are all that grows
constexpr double most_gain_db = 70;

}  // namespace

LevelPlan::LevelPlan(const model::RenditionProfile& profile, std::size_t channels, const model::Loudness& before)
    : target_(profile.target_lufs - (channels == 1 ? mono_offset_lu : 0)),
      ceiling_(profile.ceiling_dbtp),
      measurable_(is_measurable(before)),
      master_peak_(before.true_peak_dbtp),
      level_{.gain_db = measurable_ ? target_ - before.integrated_lufs : 0, .ceiling_db = ceiling_ - coding_headroom_db} {}

bool LevelPlan::needs_trial() const noexcept {
    return measurable_ && master_peak_ + level_.gain_db > level_.ceiling_db + hard_limiting_db;
}

bool LevelPlan::learn_from_trial(const model::Loudness& measured) {
    return approach(measured.integrated_lufs, trial_tolerance_lu);
}

bool LevelPlan::learn_from_rendition(const model::Loudness& measured) {
    ++encodings_;
    const bool too_high = !holds_ceiling(measured);
    if (too_high) level_.ceiling_db -= measured.true_peak_dbtp - ceiling_ + 0.1 * encodings_ + meter_margin_db;
    const bool changed = approach(measured.integrated_lufs, too_high ? 0.02 : rendition_tolerance_lu);
    if (too_high) last_gain_.reset();  // what was learned under the old ceiling says nothing about the new one
    return changed || too_high;
}

bool LevelPlan::holds_ceiling(const model::Loudness& measured) const noexcept {
    return measured.true_peak_dbtp <= ceiling_ - meter_margin_db;
}

bool LevelPlan::holds_target(const model::Loudness& measured) const noexcept {
    return !measurable_ || std::abs(measured.integrated_lufs - target_) <= promised_tolerance_lu;
}

// One secant step towards the target. True when the gain changed.
bool LevelPlan::approach(double measured_lufs, double tolerance) {
    const double missing = target_ - measured_lufs;
    if (!measurable_ || capped_ || std::abs(missing) <= tolerance) return false;
    double response = 1;
    if (last_gain_ && std::abs(level_.gain_db - *last_gain_) > 0.05)
        response = (measured_lufs - *last_lufs_) / (level_.gain_db - *last_gain_);
    if (response < least_response) {
        capped_ = true;
        level_.gain_db = *last_gain_;  // what was added since only raised the noise
        return false;
    }
    last_gain_ = level_.gain_db;
    last_lufs_ = measured_lufs;
    level_.gain_db = std::min(level_.gain_db + missing / std::min(response, 1.0), most_gain_db);
    return level_.gain_db != *last_gain_;
}

}  // namespace earshot::media
