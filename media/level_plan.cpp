#include "media/level_plan.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "media/loudness_meter.hpp"

namespace earshot::media {

namespace {

constexpr double mono_offset_lu = 3;
constexpr double promised_tolerance_lu = 0.09;  // by our meter, for 0.1 by anybody's
constexpr double aiming_tolerance_lu = 0.005;
constexpr double meter_margin_db = 0.1;       // other meters interpolate differently
constexpr double share_followed = 0.5;        // of what the limiter came down by
constexpr double clearly_too_high_db = 0.5;   // less is chance …
constexpr int by_chance = 3;                  // … but not so often
constexpr double first_step_db = 0.15;        // below what would have been enough; more each time
constexpr double most_made_up_db = 30;        // of gain for what the limiter and the encoder take away
constexpr double most_corrected_db = 6;       // of more gain for what the first encoding showed
constexpr double most_below_ceiling_db = 12;  // peaks that stay high under that are the encoder's own: no limiter helps
// More than foretold: the sound is single clicks, or the encoder leaves out what there is to hear. More gain would only do harm.
constexpr double most_lost_lu = 6;
constexpr double worth_lu = 0.5;       // to be on target rather than beside it
constexpr double worth_lu_a_db = 0.1;  // a decibel of gain, which noise gets too, has to bring that much
constexpr double step_db = 3;
constexpr int most_steps = 12;

struct Point {
    double gain_db, missing;  // LU to the target
};

// Where nothing is missing, between a point that misses something and one that does not: false position (Illinois), which needs no slope.
template <class At>
Point between(const At& at, Point low, Point high) {
    Point middle = high;
    for (int step = 0; step < most_steps; ++step) {
        middle = at(low.gain_db + (high.gain_db - low.gain_db) * low.missing / (low.missing - high.missing));
        if (std::abs(middle.missing) <= aiming_tolerance_lu) break;
        if (middle.missing > 0) {
            low = middle;
            high.missing /= 2;
        } else {
            high = middle;
            low.missing /= 2;
        }
    }
    return middle;
}

// A few moments hold the target by themselves. With much more gain, and these held by the limiter, the words may.
template <class At, class MomentsAlone>
Point words_beside(const Point& moments, const At& at, const MomentsAlone& moments_alone, double most_db) {
    for (Point last = moments; last.gain_db + step_db <= most_db;) {
        const Point next = at(last.gain_db + step_db);
        if (last.missing > aiming_tolerance_lu && next.missing <= aiming_tolerance_lu) {
            const Point words = between(at, last, next);
            return std::abs(words.missing) <= promised_tolerance_lu && !moments_alone(words) ? words : moments;
        }
        last = next;
    }
    return moments;
}

}  // namespace

LevelPlan::LevelPlan(const model::RenditionProfile& profile, std::size_t channels, const model::Loudness& before,
                     const LoudnessTrace& trace, double headroom_db, bool can_ease)
    : trace_(trace),
      target_(profile.target_lufs - (channels == 1 ? mono_offset_lu : 0)),
      ceiling_(profile.ceiling_dbtp),
      measurable_(is_measurable(before)),
      linear_gain_(target_ - before.integrated_lufs),
      level_{.gain_db = 0, .ceiling_db = ceiling_ - headroom_db},
      full_gain_(level_.ceiling_db - before.true_peak_dbtp),
      untouched_gain_(std::min(linear_gain_, full_gain_)),
      first_ceiling_(level_.ceiling_db),
      can_ease_(can_ease) {
    nearest_gain_ = untouched_gain_;
    if (!measurable_) return;
    aim();
    most_gain_ = level_.gain_db + most_corrected_db;
}

// The gain that is foretold to reach the target, if it is worth it: where the limiter takes away what gain gives, peaks and noise are all
// that grows. Loudness is a rugged function of gain (it has gates, and peaks stop to matter), so the whole range is looked at.
void LevelPlan::aim() {
    const auto at = [&](double gain_db) { return Point{gain_db, target_ - offset_ - foretell_lufs(trace_, {gain_db, level_.ceiling_db})}; };
    const double most = std::min(std::max(linear_gain_, full_gain_) + most_made_up_db, most_gain_),
                 linear = std::min(linear_gain_ - offset_, most);
    std::vector<Point> tried{at(std::min(linear - step_db, 0.0))};
    const auto go_on_to = [&](double gain_db) {
        const Point next = at(gain_db);
        if (tried.back().missing > aiming_tolerance_lu && next.missing < -aiming_tolerance_lu)
            tried.push_back(between(at, tried.back(), next));
        tried.push_back(next);
    };
    while (tried.back().gain_db + step_db < linear) go_on_to(tried.back().gain_db + step_db);
    go_on_to(linear);
    while (tried.back().missing > aiming_tolerance_lu && tried.back().gain_db + step_db <= most) go_on_to(tried.back().gain_db + step_db);
    const auto cost = [](const Point& point) {
        const double missing = std::abs(point.missing);
        return (missing > aiming_tolerance_lu ? missing + worth_lu : 0) + worth_lu_a_db * point.gain_db;
    };
    Point best = *std::ranges::min_element(tried, {}, cost);
    const auto moments_alone = [&](const Point& point) {
        return beside_loud_moments_lufs(trace_, {point.gain_db, level_.ceiling_db}).has_value();
    };
    if (moments_alone(best)) best = words_beside(best, at, moments_alone, most);
    level_.gain_db = best.gain_db;
    capped_ = std::abs(best.missing) > promised_tolerance_lu;
}

bool LevelPlan::learn_from_rendition(const model::Loudness& measured) {
    const bool too_high = !holds_ceiling(measured), off_target = !holds_target(measured) && !capped_;
    if (!too_high && !off_target) return false;
    const Level last = level_;
    const double error = std::abs(target_ - measured.integrated_lufs);
    const bool made_worse = error >= nearest_;  // by the last correction: this sound follows no rule
    if (off_target && (made_worse || foretell_lufs(trace_, level_) - measured.integrated_lufs > most_lost_lu)) {
        capped_ = true;
        level_.gain_db = nearest_gain_;
    } else if (measurable_ && !capped_) {
        nearest_ = error;
        nearest_gain_ = level_.gain_db;
        offset_ = measured.integrated_lufs - foretell_lufs(trace_, level_);
    }
    const bool was_eased = eased_;
    if (too_high) come_down(measured.true_peak_dbtp);
    if (measurable_ && !capped_) aim();
    return level_ != last || eased_ != was_eased;
}

// The limiter takes more away. Where the last time that did not help, the peaks are the encoder's own: then it may have more bits, or all
// of it is turned down.
void LevelPlan::come_down(double peak_dbtp) {
    nearest_ = no_error_yet;  // under another ceiling errors are others
    ++overshoots_;
    const double excess = peak_dbtp - ceiling_ + meter_margin_db, limited = level_.ceiling_db;
    const bool followed = last_peak_ - peak_dbtp >= share_followed * (last_ceiling_ - limited);
    own_peaks_ = own_peaks_ || (overshoots_ > 1 && !followed && (excess > clearly_too_high_db || overshoots_ > by_chance));
    last_peak_ = peak_dbtp;
    last_ceiling_ = limited;
    if (!own_peaks_) {
        level_.ceiling_db = std::max(limited - excess - first_step_db * overshoots_ * overshoots_, ceiling_ - most_below_ceiling_db);
    } else if (can_ease_ && !eased_) {
        eased_ = true;
        own_peaks_ = false;
        overshoots_ = 0;
        level_.ceiling_db = first_ceiling_;
    } else {
        level_.gain_db -= excess + first_step_db;
        level_.ceiling_db -= excess + first_step_db;
        capped_ = true;
    }
}

bool LevelPlan::holds_ceiling(const model::Loudness& measured) const noexcept {
    return measured.true_peak_dbtp <= ceiling_ - meter_margin_db;
}

bool LevelPlan::holds_target(const model::Loudness& measured) const noexcept {
    return !measurable_ || std::abs(measured.integrated_lufs - target_) <= promised_tolerance_lu;
}

}  // namespace earshot::media
