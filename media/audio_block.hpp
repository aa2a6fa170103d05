#pragma once
// A stretch of sound on its way through the room: planar float, one or two channels, full scale = 1.0 (more is allowed until the limiter).

#include <array>
#include <cstddef>
#include <vector>

namespace earshot::media {

struct AudioBlock {
    std::size_t channels{1};                   // 1 or 2
    std::array<std::vector<float>, 2> planes;  // planes[0 … channels-1] have equal sizes
    [[nodiscard]] std::size_t frames() const noexcept { return planes[0].size(); }
    void clear() noexcept {
        for (auto& plane : planes) plane.clear();
    }
};

// A constant in every sample of each channel, see dc_offset.
using Offset = std::array<float, 2>;

// The frames [begin, end) of one block behind those of another that has as many channels.
inline void append(AudioBlock& to, const AudioBlock& from, std::size_t begin, std::size_t end) {
    for (std::size_t c = 0; c < to.channels; ++c) {
        const float* plane = from.planes[c].data();
        to.planes[c].insert(to.planes[c].end(), plane + begin, plane + end);
    }
}

}  // namespace earshot::media
