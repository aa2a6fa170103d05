#pragma once
// The arithmetic of levelling: which gain and limiter ceiling bring a rendition to its target, learned from one measurement after the
// other.

#include <optional>

#include "content/model/media.hpp"
#include "media/level_chain.hpp"

namespace earshot::media {

class LevelPlan {
public:
    // `channels` of the rendition: a mono file is to measure 3 LU less than a stereo one. `before`: of the master, mixed to these channels.
    LevelPlan(const model::RenditionProfile& profile, std::size_t channels, const model::Loudness& before);

    [[nodiscard]] const Level& level() const noexcept { return level_; }
    [[nodiscard]] double target_lufs() const noexcept { return target_; }

    // Will the limiter work so hard that the loudness cannot be foretold? Then it pays to measure the levelled sound before encoding it.
    [[nodiscard]] bool needs_trial() const noexcept;

    // Learns from the levelled sound before encoding. True when another trial is worth while.
    bool learn_from_trial(const model::Loudness& measured);

    // Learns from the decoded rendition. True when it must be encoded again with the new level().
    bool learn_from_rendition(const model::Loudness& measured);

    // The peaks stand in the way: more gain does not make it louder.
    [[nodiscard]] bool loudness_capped() const noexcept { return capped_; }
    [[nodiscard]] bool holds_ceiling(const model::Loudness& measured) const noexcept;
    [[nodiscard]] bool holds_target(const model::Loudness& measured) const noexcept;

private:
    bool approach(double measured_lufs, double tolerance);

    double target_, ceiling_;
    bool measurable_;
    double master_peak_;
    Level level_;
    bool capped_{};
    std::optional<double> last_gain_, last_lufs_;
    int encodings_{};
};

}  // namespace earshot::media
