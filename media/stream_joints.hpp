#pragma once
// How a codec's stream passes from one encoder to another that began later.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace earshot::media {

using EncodedFrames = std::vector<std::string>;  // one whole frame each

struct StreamJoints {
    std::size_t look_ahead;  // frames of sound that an encoder wants to see beyond the one it gives
    std::size_t warm_up;     // frames until the later encoder's decisions are those of one that has been at it for long

    // Where `b` may take over from `a`: the first j in [from, to) such that a[0 … first+j) and b[j …) make one valid stream. b[0]
    // describes the same sound as a[first]. Nothing when there is no such place.
    std::optional<std::size_t> (*find)(const EncodedFrames& a, std::size_t first, const EncodedFrames& b, std::size_t from, std::size_t to);

    // Makes the joint: cuts `a` there, and changes in it what b[j …) need.
    void (*cut)(EncodedFrames& a, std::size_t first, const EncodedFrames& b, std::size_t j);
};

}  // namespace earshot::media
