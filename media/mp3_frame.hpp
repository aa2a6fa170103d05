#pragma once
// What the joints of an MP3 stream depend on: a Layer III frame's place in the bit reservoir and the shapes of its windows (ISO 11172-3
// §2.4.1, 13818-3 §2.4.1 for the low sample rates). Bytes only; decodes nothing.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::media {

using Mp3Frames = std::vector<std::string>;  // one whole frame each

struct Mp3FrameShape {
    std::size_t payload_at{};                        // behind header, CRC and side information
    std::size_t main_data_begin{};                   // so many payload bytes earlier, in the frames before, its main data starts
    std::array<bool, 2> short_head{}, short_tail{};  // per channel: a short window's slope where it starts, and where it ends
    bool mixed{};                                    // long and short windows at once
};

// Nothing for what is no Layer III frame.
[[nodiscard]] std::optional<Mp3FrameShape> read_mp3_frame(std::string_view frame);

// Where `b`, an encoding that began later, may take over from `a`: the first j in [from, to) such that a[0 … first+j) and b[j …) make one
// valid stream. b[0] describes the same sound as a[first]; both have equal frame sizes. Nothing when there is no such place.
[[nodiscard]] std::optional<std::size_t> find_mp3_joint(const Mp3Frames& a, std::size_t first, const Mp3Frames& b, std::size_t from,
                                                        std::size_t to);

// Makes the joint: cuts `a` there and gives its last payload bytes to what b[j] left in the reservoir. b[j …) follow.
void cut_mp3_joint(Mp3Frames& a, std::size_t first, const Mp3Frames& b, std::size_t j);

}  // namespace earshot::media
