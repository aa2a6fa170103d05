#pragma once
// How a file is shown to a demuxer: from `start` up to `end`, with a few bytes of its header set right. For headers that lie, and for one
// of several recordings in a row.

#include <cstdint>
#include <limits>
#include <string>

namespace earshot::media::av {

struct ByteView {
    std::uint64_t start{};
    std::uint64_t end{std::numeric_limits<std::int64_t>::max()};
    std::uint64_t patch_at{};
    std::string patch;  // replaces as many bytes at patch_at
};

}  // namespace earshot::media::av
