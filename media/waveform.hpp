#pragma once
// The shape of a recording for people to look at: lowest and highest sample of each hundredth of a second, both sides together. Files are
// those of audiowaveform (github.com/bbc/audiowaveform, data format version 2, 8 bits, one channel), which peaks.js and others read.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "media/audio_block.hpp"

namespace earshot::media {

constexpr std::uint32_t waveform_points_a_second = 100;

struct Waveform {
    std::uint32_t sample_rate{}, samples_per_point{};
    std::vector<std::int8_t> lows, highs;  // -128 … 127 for full scale; as many of one as of the other
    bool operator==(const Waveform&) const = default;
};

class WaveformBuilder {
public:
    struct Point {  // in steps of 1/8192: half a day has millions of them
        std::int16_t low, high;
    };
    explicit WaveformBuilder(std::uint32_t sample_rate);
    void add(const AudioBlock& block);
    // What was heard, `gain` times as loud but nowhere above `ceiling`, both linear. The last point may stand for fewer samples.
    [[nodiscard]] Waveform finish(double gain, double ceiling) const;

    // For keeping what was heard elsewhere than in memory, between the last add() and finish().
    [[nodiscard]] std::vector<Point> take_points() noexcept { return std::move(points_); }
    void give_back(std::vector<Point> points) noexcept { points_ = std::move(points); }

private:
    std::uint32_t sample_rate_, samples_per_point_;
    std::vector<Point> points_;
    std::size_t filled_{};  // samples in the last of them
};

// Every `factor` points as one.
[[nodiscard]] Waveform coarser(const Waveform& waveform, std::size_t factor);

[[nodiscard]] std::string waveform_dat(const Waveform& waveform);
[[nodiscard]] std::string waveform_json(const Waveform& waveform);
// Nothing for what is no such file, whole and of one channel of 8 bits.
[[nodiscard]] std::optional<Waveform> parse_waveform_dat(std::string_view bytes);

}  // namespace earshot::media
