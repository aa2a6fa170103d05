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

}  // namespace earshot::media
