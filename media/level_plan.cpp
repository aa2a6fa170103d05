#include "media/level_plan.hpp"

#include <algorithm>
#include <cmath>

#include "media/loudness_meter.hpp"

namespace earshot::media {

namespace {

constexpr double mono_offset_lu = 3;
constexpr double promised_tolerance_lu = 0.1, aiming_tolerance_lu = 0.005;
constexpr double meter_margin_db = 0.03;  // other meters interpolate differently
constexpr double most_made_up_db = 12;    // of gain for what the limiter takes away; beyond, peaks and noise are all that grows
constexpr double most_gain_db = 70;
constexpr int most_steps = 12;

}  // namespace

LevelPlan::LevelPlan(const model::RenditionProfile& profile, std::size_t channels, const model::Loudness& before,
                     const LoudnessTrace& trace, double headroom_db)
    : trace_(trace),
      target_(profile.target_lufs - (channels == 1 ? mono_offset_lu : 0)),
      ceiling_(profile.ceiling_dbtp),
      measurable_(is_measurable(before)),
      linear_gain_(std::min(target_ - before.integrated_lufs, most_gain_db)),
      level_{.gain_db = 0, .ceiling_db = ceiling_ - headroom_db} {
    if (measurable_) aim();
}

// The gain that is foretold to reach the target. The gates make loudness a rugged function of gain: false position within a bracket
// (Illinois), which needs no slope.
void LevelPlan::aim() {
    const auto missing_at = [&](double gain_db) { return target_ - offset_ - foretell_lufs(trace_, {gain_db, level_.ceiling_db}); };
    double low = linear_gain_ - offset_, missing_low = missing_at(low);
    level_.gain_db = low;
    if (missing_low <= aiming_tolerance_lu) return;  // the limiter does nothing to speak of
    double high = low + most_made_up_db, missing_high = missing_at(high);
    capped_ = missing_high > 0;
    if (capped_) {
        level_.gain_db = linear_gain_;
        return;
    }
    for (int step = 0; step < most_steps; ++step) {
        level_.gain_db = low + (high - low) * missing_low / (missing_low - missing_high);
        const double missing = missing_at(level_.gain_db);
        if (std::abs(missing) <= aiming_tolerance_lu) return;
        if (missing > 0) {
            low = level_.gain_db;
            missing_low = missing;
            missing_high /= 2;
        } else {
            high = level_.gain_db;
            missing_high = missing;
            missing_low /= 2;
        }
    }
}

bool LevelPlan::learn_from_rendition(const model::Loudness& measured) {
    ++encodings_;
    const bool too_high = !holds_ceiling(measured), off_target = !holds_target(measured) && !capped_;
    if (!too_high && !off_target) return false;
    const Level last = level_;
    const double error = std::abs(target_ - measured.integrated_lufs);
    if (off_target && error >= nearest_) {  // the last correction made it worse, so this sound follows no rule
        capped_ = true;
        level_.gain_db = nearest_gain_;
    } else if (measurable_ && !capped_) {
        nearest_ = error;
        nearest_gain_ = level_.gain_db;
        offset_ = measured.integrated_lufs - foretell_lufs(trace_, level_);
    }
    if (too_high) level_.ceiling_db -= measured.true_peak_dbtp - ceiling_ + 0.15 * encodings_ * encodings_ + meter_margin_db;
    if (measurable_ && !capped_) aim();
    return level_ != last;
}

bool LevelPlan::holds_ceiling(const model::Loudness& measured) const noexcept {
    return measured.true_peak_dbtp <= ceiling_ - meter_margin_db;
}

bool LevelPlan::holds_target(const model::Loudness& measured) const noexcept {
    return !measurable_ || std::abs(measured.integrated_lufs - target_) <= promised_tolerance_lu;
}

}  // namespace earshot::media
