#include "media/dc_offset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "media/loudness_meter.hpp"

namespace earshot::media {

namespace {

constexpr double matters = 0.0025;         // in the finished file: less changes its peaks by hundredths of a decibel
constexpr double usual_lufs = -16;         // what it is brought to
constexpr double most_gain_db = 30;        // beyond, an offset would be looked for in the last bits
constexpr double lowest_heard_hertz = 20;  // half a period of it, left over at the end, has a mean as well
constexpr double share_of_seconds = 0.8;   // that have to be nearer to the offset than to none

double sum_of(const float* samples, std::size_t count) {
    constexpr std::size_t lanes = 8, at_once = 1024;  // as many as single precision may add up
    double sum = 0;
    for (std::size_t at = 0; at < count; at += at_once) {
        const std::size_t end = std::min(count, at + at_once);
        float parts[lanes]{};
        std::size_t i = at;
        for (; i + lanes <= end; i += lanes)
            for (std::size_t k = 0; k < lanes; ++k) parts[k] += samples[i + k];
        for (; i < end; ++i) parts[0] += samples[i];
        for (const float part : parts) sum += static_cast<double>(part);
    }
    return sum;
}

// Frames of digital silence, which has no offset: in whole blocks, for gaps are much longer than one.
std::size_t silent_frames(const float* samples, std::size_t count) {
    constexpr std::size_t block = 32;
    std::size_t silent = 0;
    for (std::size_t at = 0; at + block <= count; at += block) {
        const float* const first = samples + at;
        if (first[0] == 0 && std::all_of(first, first + block, [](float sample) { return sample == 0; })) silent += block;
    }
    return silent;
}

// Of the middle half: seconds with something else in them do not count, and low tones cancel out over all the others.
double interquartile_mean(std::vector<float> values) {
    std::ranges::sort(values);
    const std::size_t cut = values.size() / 4;
    const double sum =
        std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(cut), values.end() - static_cast<std::ptrdiff_t>(cut), 0.0);
    return sum / static_cast<double>(values.size() - 2 * cut);
}

}  // namespace

OffsetMeter::OffsetMeter(std::uint32_t sample_rate, std::size_t channels, const model::Redactions& redactions)
    : second_(sample_rate), channels_(channels) {
    const model::HeardTime time(redactions);
    const auto frame_at = [&](std::chrono::milliseconds in_master) {
        return static_cast<std::uint64_t>(time.heard(in_master).count()) * sample_rate / 1000;
    };
    for (const model::Redaction& range : redactions)
        if (range.kind != model::RedactionKind::cut) silent_.emplace_back(frame_at(range.start), frame_at(range.end) + 1);
}

void OffsetMeter::add(const AudioBlock& block) {
    for (std::size_t done = 0; done < block.frames();) {
        const std::size_t count = std::min(block.frames() - done, second_ - in_second_);
        for (std::size_t c = 0; c < channels_; ++c) {
            sums_[c] += sum_of(block.planes[c].data() + done, count);
            sound_[c] += count - silent_frames(block.planes[c].data() + done, count);
        }
        done += count;
        in_second_ += count;
        frames_ += count;
        if (in_second_ == second_) finish_second();
    }
}

void OffsetMeter::finish_second() {
    const std::uint64_t begin = frames_ - in_second_;
    const bool is_silenced = std::ranges::any_of(silent_, [&](const auto& range) { return range.first < frames_ && range.second > begin; });
    for (std::size_t c = 0; c < channels_; ++c)
        if (!is_silenced && 2 * sound_[c] >= in_second_) means_[c].push_back(static_cast<float>(sums_[c] / static_cast<double>(sound_[c])));
    sums_ = {};
    sound_ = {};
    in_second_ = 0;
}

Offset OffsetMeter::result(const model::Loudness& before) const {
    OffsetMeter whole = *this;
    if (in_second_ > 0 && (frames_ < second_ || in_second_ >= second_ / 2)) whole.finish_second();
    Offset offset{};
    const double gain_db = is_measurable(before) ? std::min(usual_lufs - before.integrated_lufs, most_gain_db) : 0;
    const double length = static_cast<double>(frames_) / static_cast<double>(second_);
    for (std::size_t c = 0; c < channels_; ++c) {
        const std::vector<float>& means = whole.means_[c];
        if (means.empty()) continue;
        const double seconds = std::min(length, static_cast<double>(means.size()));
        const double low_tone = std::pow(10, before.true_peak_dbtp / 20) / (std::numbers::pi * lowest_heard_hertz * seconds);
        const double least = std::max(matters * std::pow(10, -gain_db / 20), 2 * low_tone);
        const double mean = interquartile_mean(means);
        const auto near = std::ranges::count_if(means, [&](float one) { return static_cast<double>(one) / mean > 0.5; });
        if (std::abs(mean) >= least && static_cast<double>(near) >= share_of_seconds * static_cast<double>(means.size()))
            offset[c] = static_cast<float>(mean);
    }
    return offset;
}

std::string offset_words(const Offset& offset, std::size_t channels) {
    const auto percent = [](float part) {
        const double hundredths = std::abs(static_cast<double>(part)) * 100;
        return hundredths < 10 ? fmt::format("{:.2g} %", hundredths) : fmt::format("{:.0f} %", hundredths);
    };
    std::string where = percent(std::max(offset[0], offset[1], [](float a, float b) { return std::abs(a) < std::abs(b); }));
    if (channels == 2 && offset[0] == 0) where += " on the right side";
    if (channels == 2 && offset[1] == 0) where += " on the left side";
    return fmt::format(
        "This recording does not swing around zero, but around {} of full scale (a DC offset, probably of the recording device). It was "
        "taken out, for it would have taken room from the sound.",
        where);
}

}  // namespace earshot::media
