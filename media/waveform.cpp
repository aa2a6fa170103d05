#include "media/waveform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "media/vectors.hpp"

namespace earshot::media {

namespace {

constexpr std::size_t lanes = 8;

struct SampleRange {
    float low{}, high{};
};

EARSHOT_VECTORS SampleRange extremes(const float* samples, std::size_t count) noexcept {
    float lows[lanes], highs[lanes];
    std::fill_n(lows, lanes, samples[0]);
    std::fill_n(highs, lanes, samples[0]);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes)
        for (std::size_t k = 0; k < lanes; ++k) {
            lows[k] = std::min(lows[k], samples[i + k]);
            highs[k] = std::max(highs[k], samples[i + k]);
        }
    for (; i < count; ++i) {
        lows[0] = std::min(lows[0], samples[i]);
        highs[0] = std::max(highs[0], samples[i]);
    }
    return {*std::min_element(lows, lows + lanes), *std::max_element(highs, highs + lanes)};
}

struct DatHeader {  // little-endian, as this machine
    std::int32_t version{2};
    std::uint32_t flags{1};  // 8 bits
    std::int32_t sample_rate{}, samples_per_pixel{};
    std::uint32_t length{};
    std::int32_t channels{1};
};

constexpr double steps = 8192;  // of full scale: floating-point masters may go 12 dB beyond it

std::int16_t to_16_bits(float value) {
    return static_cast<std::int16_t>(std::clamp(std::lround(static_cast<double>(value) * steps), -32768L, 32767L));
}

std::int8_t to_8_bits(double value) {
    return static_cast<std::int8_t>(std::clamp(std::lround(value * 128), -128L, 127L));
}

}  // namespace

WaveformBuilder::WaveformBuilder(std::uint32_t sample_rate)
    : sample_rate_(sample_rate), samples_per_point_(std::max(sample_rate / waveform_points_a_second, 1U)), filled_(samples_per_point_) {}

void WaveformBuilder::add(const AudioBlock& block) {
    for (std::size_t done = 0; done < block.frames();) {
        const std::size_t room = filled_ == samples_per_point_ ? samples_per_point_ : samples_per_point_ - filled_;
        const std::size_t count = std::min<std::size_t>(block.frames() - done, room);
        SampleRange found = extremes(block.planes[0].data() + done, count);
        if (block.channels == 2) {
            const SampleRange right = extremes(block.planes[1].data() + done, count);
            found = {std::min(found.low, right.low), std::max(found.high, right.high)};
        }
        const Point point{to_16_bits(found.low), to_16_bits(found.high)};
        if (filled_ == samples_per_point_) {
            points_.push_back(point);
            filled_ = 0;
        } else {
            points_.back() = {std::min(points_.back().low, point.low), std::max(points_.back().high, point.high)};
        }
        done += count;
        filled_ += count;
    }
}

Waveform WaveformBuilder::finish(double gain, double ceiling) const {
    Waveform waveform{.sample_rate = sample_rate_, .samples_per_point = samples_per_point_, .lows = {}, .highs = {}};
    waveform.lows.reserve(points_.size());
    waveform.highs.reserve(points_.size());
    for (const Point& point : points_) {
        waveform.lows.push_back(to_8_bits(std::max(gain * point.low / steps, -ceiling)));
        waveform.highs.push_back(to_8_bits(std::min(gain * point.high / steps, ceiling)));
    }
    return waveform;
}

Waveform coarser(const Waveform& waveform, std::size_t factor) {
    Waveform result{.sample_rate = waveform.sample_rate,
                    .samples_per_point = waveform.samples_per_point * static_cast<std::uint32_t>(factor),
                    .lows = {},
                    .highs = {}};
    for (std::size_t at = 0; at < waveform.lows.size(); at += factor) {
        const auto begin = static_cast<std::ptrdiff_t>(at), end = static_cast<std::ptrdiff_t>(std::min(at + factor, waveform.lows.size()));
        result.lows.push_back(*std::min_element(waveform.lows.begin() + begin, waveform.lows.begin() + end));
        result.highs.push_back(*std::max_element(waveform.highs.begin() + begin, waveform.highs.begin() + end));
    }
    return result;
}

std::string waveform_dat(const Waveform& waveform) {
    const DatHeader header{.sample_rate = static_cast<std::int32_t>(waveform.sample_rate),
                           .samples_per_pixel = static_cast<std::int32_t>(waveform.samples_per_point),
                           .length = static_cast<std::uint32_t>(waveform.lows.size())};
    std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
    bytes.reserve(bytes.size() + 2 * waveform.lows.size());
    for (std::size_t i = 0; i < waveform.lows.size(); ++i) {
        bytes += static_cast<char>(waveform.lows[i]);
        bytes += static_cast<char>(waveform.highs[i]);
    }
    return bytes;
}

std::string waveform_json(const Waveform& waveform) {
    std::string json = fmt::format(R"({{"version":2,"channels":1,"sample_rate":{},"samples_per_pixel":{},"bits":8,"length":{},"data":[)",
                                   waveform.sample_rate, waveform.samples_per_point, waveform.lows.size());
    for (std::size_t i = 0; i < waveform.lows.size(); ++i)
        fmt::format_to(std::back_inserter(json), "{}{},{}", i == 0 ? "" : ",", waveform.lows[i], waveform.highs[i]);
    return json + "]}\n";
}

std::optional<Waveform> parse_waveform_dat(std::string_view bytes) {
    DatHeader header;
    if (bytes.size() < sizeof header) return std::nullopt;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.version != 2 || header.flags != 1 || header.channels != 1 || header.sample_rate <= 0 || header.samples_per_pixel <= 0 ||
        bytes.size() != sizeof header + 2 * std::size_t{header.length})
        return std::nullopt;
    Waveform waveform{.sample_rate = static_cast<std::uint32_t>(header.sample_rate),
                      .samples_per_point = static_cast<std::uint32_t>(header.samples_per_pixel),
                      .lows = {},
                      .highs = {}};
    for (std::size_t at = sizeof header; at < bytes.size(); at += 2) {
        waveform.lows.push_back(static_cast<std::int8_t>(bytes[at]));
        waveform.highs.push_back(static_cast<std::int8_t>(bytes[at + 1]));
    }
    return waveform;
}

}  // namespace earshot::media
