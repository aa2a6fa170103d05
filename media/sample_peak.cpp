#include "media/sample_peak.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "media/vectors.hpp"

namespace earshot::media {

// Magnitudes of floats order like their bits, and a maximum of integers is one that compilers make vectors of.
EARSHOT_VECTORS float sample_peak(const float* samples, std::size_t count) noexcept {
    std::int32_t highest = 0;
    for (std::size_t i = 0; i < count; ++i) highest = std::max(highest, std::bit_cast<std::int32_t>(samples[i]) & 0x7FFFFFFF);
    return std::bit_cast<float>(highest);
}

}  // namespace earshot::media
