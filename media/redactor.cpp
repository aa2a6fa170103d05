#include "media/redactor.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot::media {

namespace {

constexpr double fade_seconds = 0.005, memory_seconds = 3, bleep_hertz = 1000;
constexpr double softest_bleep = 0.01, usual_bleep = 0.1, loudest_bleep = 0.25;  // amplitudes

std::uint64_t frame_at(std::chrono::milliseconds time, std::uint32_t rate) {
    return (static_cast<std::uint64_t>(time.count()) * rate + 500) / 1000;
}

// How much is left `distance` frames from a range, of `length` that fade: a raised cosine.
float faded(std::uint64_t distance, std::uint64_t length) {
    const double share = static_cast<double>(distance) / static_cast<double>(length + 1);
    return static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * share));
}

}  // namespace

Redactor::Redactor(const model::Redactions& ranges, std::uint32_t sample_rate)
    : rate_(sample_rate),
      fade_(static_cast<std::uint64_t>(std::lround(fade_seconds * sample_rate))),
      memory_(static_cast<std::uint64_t>(memory_seconds * sample_rate)) {
    for (const model::Redaction& range : ranges)
        ranges_.push_back({frame_at(range.start, sample_rate), frame_at(range.end, sample_rate), range.kind});
}

void Redactor::apply(AudioBlock& block) {
    const std::uint64_t frames = block.frames();
    listen(block);
    fade(block);
    silence(block);
    for (const Range& range : ranges_)
        if (range.kind == model::RedactionKind::bleep) bleep(block, range);
    cut(block);
    position_ += frames;
}

Redactor::Part Redactor::part_of(const AudioBlock& block, std::uint64_t begin, std::uint64_t end) const {
    const auto inside = [&](std::uint64_t frame) {
        return static_cast<std::size_t>(std::clamp(frame, position_, position_ + block.frames()) - position_);
    };
    return {inside(begin), inside(end)};
}

// Only what is heard anyway: a bleep must not tell how loud the word was that it hides.
void Redactor::listen(const AudioBlock& block) {
    std::vector<bool> hidden(block.frames());
    for (const Range& range : ranges_) {
        const auto [begin, end] = part_of(block, range.begin, range.end);
        std::fill(hidden.begin() + static_cast<std::ptrdiff_t>(begin), hidden.begin() + static_cast<std::ptrdiff_t>(end), true);
    }
    for (Range& range : ranges_) {
        if (range.kind != model::RedactionKind::bleep) continue;
        const auto [begin, end] = part_of(block, range.begin - std::min(range.begin, memory_), range.begin);
        for (std::size_t i = begin; i < end; ++i) {
            if (hidden[i]) continue;
            for (std::size_t c = 0; c < block.channels; ++c)
                range.energy += static_cast<double>(block.planes[c][i]) * static_cast<double>(block.planes[c][i]);
            range.heard += block.channels;
        }
    }
}

void Redactor::fade(AudioBlock& block) const {
    for (const Range& range : ranges_) {
        const auto [out, silent] = part_of(block, range.begin - std::min(range.begin, fade_), range.begin);
        const auto [back, over] = part_of(block, range.end, range.end + fade_);
        for (std::size_t c = 0; c < block.channels; ++c) {
            for (std::size_t i = out; i < silent; ++i) block.planes[c][i] *= faded(range.begin - (position_ + i), fade_);
            for (std::size_t i = back; i < over; ++i) block.planes[c][i] *= faded(position_ + i + 1 - range.end, fade_);
        }
    }
}

void Redactor::silence(AudioBlock& block) const {
    for (const Range& range : ranges_) {
        const auto [begin, end] = part_of(block, range.begin, range.end);
        for (std::size_t c = 0; c < block.channels; ++c)
            std::fill(block.planes[c].begin() + static_cast<std::ptrdiff_t>(begin),
                      block.planes[c].begin() + static_cast<std::ptrdiff_t>(end), 0.0F);
    }
}

void Redactor::bleep(AudioBlock& block, const Range& range) const {
    const auto [begin, end] = part_of(block, range.begin, range.end);
    if (begin == end) return;
    const double before = range.heard > 0 ? std::sqrt(2 * range.energy / static_cast<double>(range.heard)) : usual_bleep;
    const double amplitude = std::clamp(before, softest_bleep, loudest_bleep);
    for (std::size_t i = begin; i < end; ++i) {
        const std::uint64_t since = position_ + i - range.begin, until = range.end - (position_ + i);
        const std::uint64_t edge = std::min(since, until);
        const double shape = edge < fade_ ? static_cast<double>(faded(edge, fade_)) : 1;
        const auto tone =
            static_cast<float>(amplitude * shape * std::sin(2 * std::numbers::pi * bleep_hertz * static_cast<double>(since) / rate_));
        for (std::size_t c = 0; c < block.channels; ++c) block.planes[c][i] = tone;
    }
}

void Redactor::cut(AudioBlock& block) const {
    // From the last one on, so that what is erased moves nothing that is still to come.
    for (auto range = ranges_.rbegin(); range != ranges_.rend(); ++range) {
        if (range->kind != model::RedactionKind::cut) continue;
        const auto [begin, end] = part_of(block, range->begin, range->end);
        for (std::size_t c = 0; c < block.channels; ++c)
            block.planes[c].erase(block.planes[c].begin() + static_cast<std::ptrdiff_t>(begin),
                                  block.planes[c].begin() + static_cast<std::ptrdiff_t>(end));
    }
}

}  // namespace earshot::media
