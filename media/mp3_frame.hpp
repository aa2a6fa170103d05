#pragma once
// What the joints of an MP3 stream depend on: a Layer III frame's place in the bit reservoir and the shapes of its windows (ISO 11172-3
// §2.4.1, 13818-3 §2.4.1 for the low sample rates). Bytes only; decodes nothing.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "media/stream_joints.hpp"

namespace earshot::media {

struct Mp3FrameShape {
    std::size_t payload_at{};                        // behind header, CRC and side information
    std::size_t main_data_begin{};                   // so many payload bytes earlier, in the frames before, its main data starts
    std::array<bool, 2> short_head{}, short_tail{};  // per channel: a short window's slope where it starts, and where it ends
    bool mixed{};                                    // long and short windows at once
};

// Nothing for what is no Layer III frame.
[[nodiscard]] std::optional<Mp3FrameShape> read_mp3_frame(std::string_view frame);

// A frame passes where windows and place in the bit reservoir fit; its predecessors then get the payload bytes that it left in the
// reservoir. Both streams have equal frame sizes.
extern const StreamJoints mp3_joints;

}  // namespace earshot::media
