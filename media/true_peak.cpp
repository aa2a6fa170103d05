#include "media/true_peak.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "media/sample_peak.hpp"
#include "media/vectors.hpp"

namespace earshot::media {

namespace {

constexpr std::size_t taps = Oversampler::before + 1 + Oversampler::after;
constexpr std::size_t stretch = 64;  // samples looked at in one go

double bessel_i0(double x) {
    double sum = 1, term = 1;
    for (int k = 1; k < 30; ++k) {
        term *= (x / 2 / k) * (x / 2 / k);
        sum += term;
    }
    return sum;
}

// Kaiser-windowed sinc at `distance` samples from its centre.
double kernel(double distance) {
    constexpr double half_width = Oversampler::after + 0.5, beta = 7;
    if (std::abs(distance) >= half_width) return 0;
    const double x = std::numbers::pi * distance;
    const double sinc = std::abs(distance) < 1e-9 ? 1 : std::sin(x) / x;
    const double edge = distance / half_width;
    return sinc * bessel_i0(beta * std::sqrt(1 - edge * edge)) / bessel_i0(beta);
}

std::size_t phases_for(std::uint32_t sample_rate) {
    return sample_rate < 88'200 ? 4 : sample_rate < 176'400 ? 2 : 1;
}

}  // namespace

Oversampler::Oversampler(std::uint32_t sample_rate) : phases_(phases_for(sample_rate)) {
    for (std::size_t phase = 1; phase < phases_; ++phase) {
        const double offset = static_cast<double>(phase) / static_cast<double>(phases_);
        std::vector<double> row(taps);
        double sum = 0, absolute = 0;
        for (std::size_t k = 0; k < taps; ++k) sum += row[k] = kernel(static_cast<double>(k) - before - offset);
        for (double& tap : row) {
            tap /= sum;  // a constant stays what it is
            absolute += std::abs(tap);
            taps_.push_back(static_cast<float>(tap));
        }
        bound_ = std::max(bound_, static_cast<float>(absolute * 1.0001));
    }
}

EARSHOT_VECTORS void Oversampler::peaks(const float* samples, std::size_t count, float* peaks) const {
    for (std::size_t i = 0; i < count; ++i) peaks[i] = std::abs(samples[i]);
    float sums[stretch];
    for (std::size_t start = 0; start < count; start += stretch) {
        const std::size_t size = std::min(stretch, count - start);
        for (std::size_t phase = 0; phase + 1 < phases_; ++phase) {
            const float* row = taps_.data() + phase * taps;
            std::fill_n(sums, size, 0.0F);
            for (std::size_t k = 0; k < taps; ++k) {
                const float* from = samples + start + k - before;
                for (std::size_t i = 0; i < size; ++i) sums[i] += row[k] * from[i];
            }
            for (std::size_t i = 0; i < size; ++i) peaks[start + i] = std::max(peaks[start + i], std::abs(sums[i]));
        }
    }
}

TruePeakMeter::TruePeakMeter(std::uint32_t sample_rate) : oversampler_(sample_rate), window_(Oversampler::before, 0.0F) {}

void TruePeakMeter::scan(std::vector<float>& samples, std::size_t count, float& highest) const {
    float found[stretch];
    for (std::size_t start = 0; start < count; start += stretch) {
        const std::size_t size = std::min(stretch, count - start);
        const float* first = samples.data() + start;
        const float loudest = sample_peak(first, size + Oversampler::before + Oversampler::after);
        if (loudest * oversampler_.bound() <= highest) continue;
        oversampler_.peaks(first + Oversampler::before, size, found);
        highest = std::max(highest, *std::max_element(found, found + size));
    }
}

void TruePeakMeter::add(std::span<const float> samples) {
    window_.insert(window_.end(), samples.begin(), samples.end());
    if (window_.size() <= Oversampler::before + Oversampler::after) return;
    const std::size_t ready = window_.size() - Oversampler::before - Oversampler::after;
    scan(window_, ready, highest_);
    window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(ready));
}

float TruePeakMeter::result() const {
    std::vector<float> rest = window_;
    const std::size_t count = rest.size() - Oversampler::before;
    rest.resize(rest.size() + Oversampler::after, 0.0F);
    float highest = highest_;
    scan(rest, count, highest);
    return highest;
}

}  // namespace earshot::media
