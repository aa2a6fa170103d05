#include "media/aac_frame.hpp"

#include <algorithm>
#include <cstdint>

namespace earshot::media {

namespace {

enum : unsigned { one_channel = 0, channel_pair = 1 };               // id_syn_ele
enum : unsigned { long_start = 1, eight_short = 2, long_stop = 3 };  // window_sequence

// ics_info(): reserved, two bits of sequence, one of shape; the lowest four bits.
AacWindow window_of(unsigned ics_info) {
    const unsigned sequence = ics_info >> 1 & 3;
    return {.short_head = sequence == eight_short || sequence == long_stop,
            .short_tail = sequence == eight_short || sequence == long_start,
            .kaiser = (ics_info & 1) != 0};
}

// Windows overlap by half: both halves must have the same slope and shape, or the aliasing of each stays. The end of `before` and what `b`
// thinks was there decide about the shape.
std::optional<std::size_t> find_aac_joint(const EncodedFrames& a, std::size_t first, const EncodedFrames& b, std::size_t from,
                                          std::size_t to) {
    for (std::size_t j = std::max<std::size_t>(from, 1); j < std::min({to, b.size(), a.size() - std::min(a.size(), first)}); ++j) {
        const auto before = read_aac_window(a[first + j - 1]), thought = read_aac_window(b[j - 1]), next = read_aac_window(b[j]);
        if (before && thought && next && before->short_tail == next->short_head && before->kaiser == thought->kaiser) return j;
    }
    return std::nullopt;
}

void cut_aac_joint(EncodedFrames& a, std::size_t first, const EncodedFrames&, std::size_t j) {
    a.resize(first + j);
}

}  // namespace

std::optional<AacWindow> read_aac_window(std::string_view frame) {
    if (frame.size() < 3) return std::nullopt;
    const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<std::uint8_t>(frame[at])); };
    const unsigned element = byte(0) >> 5;
    if (element == one_channel) return window_of(byte(2) >> 5 | (byte(1) & 1) << 3);    // behind tag, instance and eight bits of gain
    if (element == channel_pair && (byte(0) & 1) != 0) return window_of(byte(1) >> 4);  // common_window
    return std::nullopt;
}

const StreamJoints aac_joints{.look_ahead = 2, .warm_up = 24, .find = &find_aac_joint, .cut = &cut_aac_joint};

}  // namespace earshot::media
