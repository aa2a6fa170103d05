#pragma once
// The points of a waveform while they wait for the final level, in the file that is to have it: twelve hours of them are 17 MiB.

#include <cstddef>
#include <string_view>
#include <vector>

#include "media/waveform.hpp"

namespace earshot::media {

class ParkedPoints {
public:
    using Points = std::vector<WaveformBuilder::Point>;

    // The descriptor's file is empty and read-write. Throws AvError, as put_waveform() does.
    ParkedPoints(int descriptor, const Points& points);

    // Once; the file is empty afterwards. Throws std::runtime_error.
    [[nodiscard]] Points fetch() const;

private:
    int descriptor_;
    std::size_t count_;
};

// From the start of the file on.
void put_waveform(int descriptor, std::string_view bytes);

}  // namespace earshot::media
