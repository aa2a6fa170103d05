#pragma once
// The proof of the pudding: finished renditions are decoded again and measured, side by side.

#include <functional>
#include <vector>

#include "content/model/media.hpp"

namespace earshot::media {

struct DecodedRendition {
    model::Loudness loudness;
    double seconds{};
};

// In the order of `descriptors`. `tick` gets the seconds of sound checked so far, all files together, from the calling thread; it may throw
// to stop. Throws AvError when a file cannot be read back, which is our fault.
[[nodiscard]] std::vector<DecodedRendition> check_renditions(const std::vector<int>& descriptors,
                                                             const std::function<void(double seconds)>& tick);

}  // namespace earshot::media
