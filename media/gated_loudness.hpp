#pragma once
// From the energy of each tenth of a second to what a programme measures: EBU R128's gates as pure functions.

#include <cstddef>
#include <span>
#include <vector>

namespace earshot::media {

constexpr double silence_lufs = -70;                               // the absolute gate of BS.1770: nothing below it is ever measured
constexpr std::size_t momentary_parts = 4, short_term_parts = 30;  // tenths of a second in 0.4 and 3 s

// What a mean square measures.
[[nodiscard]] double lufs_of(double energy);

// `energies`: K-weighted mean square of each tenth, summed over the channels.

// BS.1770-4: blocks of 0.4 s that overlap by three quarters, two gates. silence_lufs when there is nothing above the first.
[[nodiscard]] double integrated_lufs(std::span<const double> energies);

// How many blocks count for that, and the tenths that are in none of them; 0 stands for the others.
struct Gated {
    std::size_t counted{};
    std::vector<double> rest;
};
[[nodiscard]] Gated look_below_gate(std::span<const double> energies);

// EBU Tech 3342: short-term loudness every second, 10th to 95th percentile. 0 where that says nothing.
[[nodiscard]] double range_lu(std::span<const double> energies);

}  // namespace earshot::media
