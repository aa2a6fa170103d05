#include "media/gated_loudness.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace earshot::media {

namespace {

constexpr double relative_gate_lu = -10, range_gate_lu = -20;

// The means of `parts` tenths, from every `step`-th on, that are above the absolute gate.
std::vector<double> audible_blocks(std::span<const double> energies, std::size_t parts, std::size_t step) {
    std::vector<double> blocks;
    for (std::size_t at = 0; at + parts <= energies.size(); at += step) {
        double sum = 0;
        for (std::size_t i = 0; i < parts; ++i) sum += energies[at + i];
        const double mean = sum / static_cast<double>(parts);
        if (lufs_of(mean) >= silence_lufs) blocks.push_back(mean);
    }
    return blocks;
}

double mean_above(const std::vector<double>& blocks, double gate) {
    double sum = 0, count = 0;
    for (const double block : blocks) {
        if (block < gate) continue;
        sum += block;
        ++count;
    }
    return count > 0 ? sum / count : 0;
}

}  // namespace

double lufs_of(double energy) {
    return energy > 0 ? -0.691 + 10 * std::log10(energy) : -1000;
}

double integrated_lufs(std::span<const double> energies) {
    const auto blocks = audible_blocks(energies, momentary_parts, 1);
    const double gate = mean_above(blocks, 0) * std::pow(10, relative_gate_lu / 10);
    return std::max(lufs_of(mean_above(blocks, gate)), silence_lufs);
}

Gated look_below_gate(std::span<const double> energies) {
    const double gate = mean_above(audible_blocks(energies, momentary_parts, 1), 0) * std::pow(10, relative_gate_lu / 10);
    Gated gated{.rest = {energies.begin(), energies.end()}};
    for (std::size_t at = 0; gate > 0 && at + momentary_parts <= energies.size(); ++at) {
        const auto block = energies.subspan(at, momentary_parts);
        if (std::accumulate(block.begin(), block.end(), 0.0) / momentary_parts < gate) continue;
        ++gated.counted;
        std::fill_n(gated.rest.begin() + static_cast<std::ptrdiff_t>(at), momentary_parts, 0.0);
    }
    return gated;
}

double range_lu(std::span<const double> energies) {
    auto blocks = audible_blocks(energies, short_term_parts, 10);
    const double gate = mean_above(blocks, 0) * std::pow(10, range_gate_lu / 10);
    std::erase_if(blocks, [&](double block) { return block < gate; });
    if (blocks.empty()) return 0;
    std::ranges::sort(blocks);
    const auto percentile = [&](double share) {
        return blocks[static_cast<std::size_t>(static_cast<double>(blocks.size() - 1) * share + 0.5)];
    };
    return lufs_of(percentile(0.95)) - lufs_of(percentile(0.10));
}

}  // namespace earshot::media
