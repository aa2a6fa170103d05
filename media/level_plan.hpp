#pragma once
// The arithmetic of levelling: which gain and limiter ceiling bring a rendition to its target, foretold from the master's trace and
// corrected by what the encoded file measured.

#include "content/model/media.hpp"
#include "media/level_chain.hpp"
#include "media/loudness_trace.hpp"

namespace earshot::media {

class LevelPlan {
public:
    // `channels` of the rendition: a mono file is to measure 3 LU less than a stereo one. `before` and `trace`: of the master, mixed to
    // these channels; the trace must outlive the plan. `headroom_db`: for the limiter to stay below the profile's ceiling. `can_ease`:
    // there is another way to encode it, see eased().
    LevelPlan(const model::RenditionProfile& profile, std::size_t channels, const model::Loudness& before, const LoudnessTrace& trace,
              double headroom_db, bool can_ease = false);

    [[nodiscard]] const Level& level() const noexcept { return level_; }
    [[nodiscard]] double target_lufs() const noexcept { return target_; }

    // Learns from the decoded rendition. True when it must be encoded again with the new level().
    bool learn_from_rendition(const model::Loudness& measured);

    // The encoder made peaks of its own, which do not follow the limiter: it is to take the bits it wants.
    [[nodiscard]] bool eased() const noexcept { return eased_; }

    // The peaks stand in the way: more gain does not bring it nearer to its target.
    [[nodiscard]] bool loudness_capped() const noexcept { return capped_; }
    [[nodiscard]] bool holds_ceiling(const model::Loudness& measured) const noexcept;
    [[nodiscard]] bool holds_target(const model::Loudness& measured) const noexcept;

private:
    void aim();
    void come_down(double peak_dbtp);

    const LoudnessTrace& trace_;
    double target_, ceiling_;
    bool measurable_;
    double linear_gain_;  // were there no limiter
    double offset_{};     // how much the file measures beyond what was foretold
    Level level_;
    double full_gain_;       // brings the highest peak to the limiter's ceiling
    double untouched_gain_;  // the most at which the limiter does nothing, or what reaches the target if that is less
    const double first_ceiling_;
    double most_gain_{1'000};
    bool can_ease_, eased_{}, own_peaks_{};
    double last_peak_{}, last_ceiling_{};  // of the latest encoding that came out too high
    bool capped_{};
    int overshoots_{};
    static constexpr double no_error_yet = 1'000;
    double nearest_{no_error_yet};  // to the target so far, in LU, under this ceiling
    double nearest_gain_{};         // with which gain, under this or an earlier one; before any encoding the untouched gain
};

}  // namespace earshot::media
