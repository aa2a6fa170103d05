#include "media/k_weighting.hpp"

#include <cmath>
#include <initializer_list>
#include <numbers>

#include "media/vectors.hpp"

namespace earshot::media {

namespace {

constexpr double inaudible = 1e-30;  // of a state: below, the processor would slow down over ever smaller numbers

}  // namespace

KWeighting::Section KWeighting::section(double b0, double b1, double b2, double a1, double a2) {
    return {.b0 = b0, .to_s1 = b1 - a1 * b0, .to_s2 = b2 - a2 * b0, .a1 = a1, .a2 = a2};
}

// Annex 1 gives coefficients for 48 kHz; these are the analogue filters behind them, for any rate.
KWeighting::KWeighting(std::uint32_t sample_rate) {
    const auto warped = [&](double frequency) { return std::tan(std::numbers::pi * frequency / sample_rate); };
    {
        constexpr double q = 0.7071752369554196;
        const double k = warped(1681.974450955533), high = std::pow(10, 3.999843853973347 / 20), band = std::pow(high, 0.4996667741545416);
        const double a0 = 1 + k / q + k * k;
        shelf_ = section((high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0, (high - band * k / q + k * k) / a0,
                         2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0);
    }
    {
        constexpr double q = 0.5003270373238773;
        const double k = warped(38.13547087602444), a0 = 1 + k / q + k * k;
        high_pass_ = section(1, -2, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0);
    }
}

EARSHOT_VECTORS double KWeighting::energy(const float* left, const float* right, std::size_t count) {
    Section shelf = shelf_, high_pass = high_pass_;
    Pair sum{};
    const auto step = [](Section& section, Pair x) {
        const Pair y = section.b0 * x + section.s1;
        const Pair s1 = section.s1;
        section.s1 = (section.s2 + section.to_s1 * x) - section.a1 * s1;
        section.s2 = section.to_s2 * x - section.a2 * s1;
        return y;
    };
    if (right == nullptr) right = left;
    for (std::size_t i = 0; i < count; ++i) {
        const Pair y = step(high_pass, step(shelf, Pair{left[i], right[i]}));
        sum += y * y;
    }
    for (Pair* state : {&shelf.s1, &shelf.s2, &high_pass.s1, &high_pass.s2})
        for (int lane = 0; lane < 2; ++lane)
            if (std::abs((*state)[lane]) < inaudible) (*state)[lane] = 0;
    shelf_ = shelf;
    high_pass_ = high_pass;
    return left == right ? sum[0] : sum[0] + sum[1];
}

}  // namespace earshot::media
