#include "media/master_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "content/model/time.hpp"
#include "media/av/rate_converter.hpp"
#include "media/level_chain.hpp"
#include "media/loudness_meter.hpp"
#include "media/master.hpp"
#include "media/read_ahead.hpp"
#include "media/sample_peak.hpp"

namespace earshot::media {

namespace {

constexpr std::uint32_t heard_rate = 48'000;  // what lies above its half is in no rendition: it must not count as loud
constexpr float full_scale = 0.9999F;
constexpr double most_too_high = 0.1;         // of all samples: then it is no glitch, but somebody wrote 16-bit numbers as floats
constexpr std::uint64_t clipped_enough = 10;  // places, before it is worth a word
constexpr double gating_block_seconds = 0.4;
constexpr double silent_side = 1e-7, heard_side = 1e-5;  // mean squares: -70 and -50 dBFS
constexpr double one_ear = 1e-3;                         // of the other side's: 30 dB

// Places where the recorder ran out of numbers: runs that no longer move, at full scale or, when it was turned down later, at whatever is
// the highest level there is. Low tones of few bits stand still for a moment at their top, too.
class ClipCounter {
public:
    void add(const std::vector<float>& samples) {
        for (std::size_t at = 0; at < samples.size(); at += stretch) {
            const std::size_t count = std::min(stretch, samples.size() - at);
            if (sample_peak(samples.data() + at, count) >= top_ * same_level)
                look_at(samples.data() + at, count);
            else
                last_ = 0;  // whatever it was, it was not at the top
        }
    }
    [[nodiscard]] std::uint64_t places() const noexcept { return places_; }

private:
    static constexpr std::size_t stretch = 512;
    static constexpr float same_level = 0.9999F, lowest_top = 0.25F;
    static constexpr int run_at_full_scale = 3, run_below = 5;  // so many equal samples in a row are no accident

    void look_at(const float* samples, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const float sample = samples[i], level = std::abs(sample);
            if (level > top_ / same_level && top_ < full_scale) {
                top_ = std::min(level, full_scale);
                places_ = 0;  // what stood still lower down was no limit
            }
            const bool flat = level >= top_ * same_level && std::abs(sample - last_) < 1e-6F;
            run_ = flat ? run_ + 1 : 1;
            if (flat && run_ == (top_ >= full_scale ? run_at_full_scale : run_below)) ++places_;
            last_ = sample;
        }
    }
    float top_{lowest_top}, last_{};
    int run_{};
    std::uint64_t places_{};
};

// Loudness of what is heard of a recording, and of its sides mixed, where asked for.
class HeardLoudness {
public:
    HeardLoudness(std::uint32_t sample_rate, std::size_t channels, bool with_mix, double seconds)
        : meter_(std::min(sample_rate, heard_rate), channels) {
        if (sample_rate > heard_rate) converter_.emplace(sample_rate, heard_rate, channels);
        if (with_mix) mix_meter_.emplace(std::min(sample_rate, heard_rate), 1);
        meter_.keep_trace(seconds);
        if (mix_meter_) mix_meter_->keep_trace(seconds);
    }
    void add(const AudioBlock& block) {
        if (!converter_) return measure(block);
        converter_->convert(block, converted_);
        measure(converted_);
    }
    void finish(MasterScan& scan) {
        if (converter_) {
            converter_->flush(converted_);
            measure(converted_);
        }
        scan.loudness = meter_.result();
        scan.trace = meter_.take_trace();
        if (!mix_meter_) return;
        scan.mixed = mix_meter_->result();
        scan.mixed_trace = mix_meter_->take_trace();
    }

private:
    void measure(const AudioBlock& block) {
        meter_.add(block);
        if (!mix_meter_) return;
        mix_to_mono(block, mix_);
        mix_meter_->add(mix_);
    }
    std::optional<av::RateConverter> converter_;
    LoudnessMeter meter_;
    std::optional<LoudnessMeter> mix_meter_;
    AudioBlock converted_, mix_;
};

// Energies of the two sides, their sum and their difference.
struct Sides {
    double left{}, right{}, sum{}, difference{};
    std::uint64_t count{};
    void add(const AudioBlock& block) {
        constexpr std::size_t at_once = 1024;  // as many as single precision may add up
        for (std::size_t at = 0; at < block.frames(); at += at_once)
            add(block.planes[0].data() + at, block.planes[1].data() + at, std::min(at_once, block.frames() - at));
        count += block.frames();
    }
    void add(const float* l, const float* r, std::size_t frames) {
        constexpr std::size_t lanes = 8;
        float left_part[lanes]{}, right_part[lanes]{}, difference_part[lanes]{};
        for (std::size_t i = 0; i + lanes <= frames; i += lanes)
            for (std::size_t k = 0; k < lanes; ++k) {
                left_part[k] += l[i + k] * l[i + k];
                right_part[k] += r[i + k] * r[i + k];
                difference_part[k] += (l[i + k] - r[i + k]) * (l[i + k] - r[i + k]);
            }
        for (std::size_t i = frames - frames % lanes; i < frames; ++i) {
            left_part[0] += l[i] * l[i];
            right_part[0] += r[i] * r[i];
            difference_part[0] += (l[i] - r[i]) * (l[i] - r[i]);
        }
        for (std::size_t k = 0; k < lanes; ++k) {
            left += left_part[k];
            right += right_part[k];
            difference += difference_part[k];
        }
        sum = 2 * (left + right) - difference;
    }
    void warn(std::vector<std::string>& warnings) const {
        if (count == 0) return;
        const auto n = static_cast<double>(count);
        if (std::max(left, right) / n < heard_side) return;
        if (std::min(left, right) < std::max(silent_side * n, one_ear * std::max(left, right)))
            warnings.push_back(fmt::format(
                "The {} side of this recording is silent{}: listeners hear it in one ear only. A mono master would be heard in both.",
                left < right ? "left" : "right", std::min(left, right) / n < silent_side ? "" : " but for noise"));
        else if (difference < 1e-8 * (left + right))
            warnings.emplace_back("Both sides of this recording are the same. A mono master would sound equal and make smaller files.");
        else if (sum < 0.02 * (left + right))
            warnings.emplace_back(
                "The two sides of this recording cancel each other out: on a phone's single speaker it nearly vanishes. One side is "
                "probably inverted.");
    }
};

void warn_of_damage(MasterScan& scan, const av::AudioReader& reader) {
    const auto length = model::format_clock(std::chrono::milliseconds(std::llround(scan.seconds * 1000)));
    const double claimed = reader.info().claimed_seconds.value_or(0);
    if (claimed > scan.seconds + std::max(0.5, scan.seconds * 0.005))
        scan.warnings.push_back(
            fmt::format("This file says it is {} long but ends after {}: it was probably cut short. What is there was used.",
                        model::format_clock(std::chrono::milliseconds(std::llround(claimed * 1000))), length));
    if (reader.damaged_places() > 0)
        scan.warnings.push_back(
            fmt::format("This file is damaged in {} place{}, which {} left out. Listen to the result before publishing.",
                        reader.damaged_places(), reader.damaged_places() == 1 ? "" : "s", reader.damaged_places() == 1 ? "was" : "were"));
    if (const auto& broken = reader.broken_samples(); broken.count() > 0)
        scan.warnings.push_back(broken_words(broken, reader.info().sample_rate));
}

void warn_of_level(MasterScan& scan) {
    if (scan.seconds < gating_block_seconds)
        scan.warnings.push_back(fmt::format(
            "This recording is only {:.2f} s long, too short to measure its loudness. Its level was left as it is.", scan.seconds));
    else if (!is_measurable(scan.loudness))
        scan.warnings.emplace_back(
            "This recording is silent, or so quiet that nothing in it reaches -70 LUFS. Its level was left as it is; check that the right "
            "file was exported.");
    if (scan.clipped_places >= clipped_enough)
        scan.warnings.push_back(
            fmt::format("This master is clipped in {} places. That cannot be repaired here: record or export it with more headroom.",
                        scan.clipped_places));
}

}  // namespace

model::Result<MasterScan> scan_master(av::AudioReader& reader, const std::function<void(double)>& tick, const ScanOptions& options) {
    MasterScan scan;
    const double rate = reader.info().sample_rate;
    HeardLoudness loudness(reader.info().sample_rate, reader.channels(), options.with_mix && reader.channels() == 2,
                           std::min(reader.info().seconds.value_or(0), options.most_seconds));
    std::vector<ClipCounter> clips(reader.channels());
    Sides sides;
    OffsetMeter offset(reader.info().sample_rate, reader.channels(), options.redactions);
    if (options.with_waveform) scan.waveform.emplace(reader.info().sample_rate);
    ReadAhead ahead(reader);
    for (AudioBlock block; ahead.read(block);) {
        loudness.add(block);
        if (scan.waveform) scan.waveform->add(block);
        for (std::size_t c = 0; c < clips.size(); ++c) clips[c].add(block.planes[c]);
        if (clips.size() == 2) sides.add(block);
        offset.add(block);
        scan.frames += block.frames();
        scan.seconds = static_cast<double>(scan.frames) / rate;
        if (scan.seconds > options.most_seconds) return std::unexpected(too_long(scan.seconds));
        tick(scan.seconds);
    }
    if (scan.frames == 0 && reader.damaged_places() == 0) return std::unexpected(no_samples());
    const bool incomplete = reader.damaged_places() > 0 || reader.info().claimed_seconds.value_or(0) > scan.seconds + 0.5;
    if (incomplete && scan.seconds < 1)
        return model::fail(model::Errc::unprocessable,
                           "This file is damaged or cut short: less than a second of it can be read. Export or copy it again.");
    if (const auto samples = static_cast<double>(reader.decoded_frames() * reader.channels());
        static_cast<double>(reader.broken_samples().too_high()) > most_too_high * samples)
        return model::fail(model::Errc::unprocessable,
                           "Much of this recording is more than 40 dB above full scale: its numbers are not those of float audio, which "
                           "go from -1 to 1. Export it again, with 24 bits.");
    loudness.finish(scan);
    scan.offset = offset.result(scan.loudness);
    warn_of_damage(scan, reader);
    for (const auto& clip : clips) scan.clipped_places += clip.places();
    if (options.clipped_places) scan.clipped_places = *options.clipped_places;
    warn_of_level(scan);
    sides.warn(scan.warnings);
    return scan;
}

}  // namespace earshot::media
