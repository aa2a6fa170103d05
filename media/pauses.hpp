#pragma once
// Where a recording says nothing: for whoever cuts it, and for whoever forgot to.

#include <chrono>
#include <vector>

#include "media/loudness_trace.hpp"

namespace earshot::media {

struct Pause {
    std::chrono::milliseconds start{}, end{};
    bool silent{};  // for 1 s or longer not a sound above -60 dBFS; else something quiet goes on throughout, such as the room
    bool operator==(const Pause&) const = default;
};

// Stretches at least 25 LU below the whole, to a tenth of a second, that last 2 s or hold 1 s of silence. In order.
[[nodiscard]] std::vector<Pause> find_pauses(const LoudnessTrace& trace, double integrated_lufs);

}  // namespace earshot::media
