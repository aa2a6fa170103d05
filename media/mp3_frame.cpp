#include "media/mp3_frame.hpp"

#include <algorithm>
#include <cstdint>

namespace earshot::media {

namespace {

class Bits {
public:
    explicit Bits(std::string_view bytes) : bytes_(bytes) {}
    unsigned take(unsigned count) {
        unsigned value = 0;
        for (; count > 0; --count, ++at_) value = value << 1 | (static_cast<std::uint8_t>(bytes_[at_ / 8]) >> (7 - at_ % 8) & 1U);
        return value;
    }
    void skip(unsigned count) { at_ += count; }

private:
    std::string_view bytes_;
    std::size_t at_{};
};

struct Window {
    bool head_short, tail_short, mixed;
};

// One channel of one granule: 59 bits, at the low sample rates 63.
Window read_window(Bits& bits, bool low_rates) {
    bits.skip(12 + 9 + 8 + (low_rates ? 9 : 4));  // part2_3_length, big_values, global_gain, scalefac_compress
    const bool switched = bits.take(1) != 0;
    const unsigned type = switched ? bits.take(2) : 0;  // 1: start, 2: short, 3: stop
    const bool mixed = switched && bits.take(1) != 0;
    bits.skip(switched ? 19 : 22);  // tables, gains, regions
    bits.skip(low_rates ? 2 : 3);   // preflag, scalefac_scale, count1table_select
    return {.head_short = type == 2 || type == 3, .tail_short = type == 1 || type == 2, .mixed = mixed};
}

}  // namespace

std::optional<Mp3FrameShape> read_mp3_frame(std::string_view frame) {
    if (frame.size() < 4) return std::nullopt;
    Bits header(frame);
    if (header.take(11) != 0x7FF) return std::nullopt;
    const unsigned version = header.take(2), layer = header.take(2);
    if (version == 1 || layer != 1) return std::nullopt;
    const bool low_rates = version != 3, crc = header.take(1) == 0;
    header.skip(8);  // bit rate, sample rate, padding, private
    const std::size_t channels = header.take(2) == 3 ? 1 : 2, granules = low_rates ? 1 : 2;
    const std::size_t side_size = low_rates ? (channels == 1 ? 9 : 17) : (channels == 1 ? 17 : 32);
    Mp3FrameShape shape{.payload_at = 4 + (crc ? 2U : 0U) + side_size};
    if (frame.size() < shape.payload_at) return std::nullopt;

    Bits bits(frame.substr(shape.payload_at - side_size));
    shape.main_data_begin = bits.take(low_rates ? 8 : 9);
    bits.skip(low_rates ? static_cast<unsigned>(channels) : (channels == 1 ? 5 : 3));  // private bits
    if (!low_rates) bits.skip(4 * static_cast<unsigned>(channels));                    // scfsi
    for (std::size_t granule = 0; granule < granules; ++granule)
        for (std::size_t channel = 0; channel < channels; ++channel) {
            const Window window = read_window(bits, low_rates);
            if (granule == 0) shape.short_head[channel] = window.head_short;
            shape.short_tail[channel] = window.tail_short;
            shape.mixed = shape.mixed || window.mixed;
        }
    return shape;
}

namespace {

// Do the frames before b[j] hold as many payload bytes as it reaches back, each where a's twin holds its own?
bool reservoir_fits(const EncodedFrames& a, std::size_t first, const EncodedFrames& b, std::size_t j, std::size_t bytes) {
    while (bytes > 0) {
        if (j-- == 0) return false;
        const auto in_a = read_mp3_frame(a[first + j]), in_b = read_mp3_frame(b[j]);
        if (!in_a || !in_b || in_a->payload_at != in_b->payload_at || a[first + j].size() != b[j].size()) return false;
        bytes -= std::min(bytes, b[j].size() - in_b->payload_at);
    }
    return true;
}

std::optional<std::size_t> find_mp3_joint(const EncodedFrames& a, std::size_t first, const EncodedFrames& b, std::size_t from,
                                          std::size_t to) {
    for (std::size_t j = std::max<std::size_t>(from, 1); j < std::min({to, b.size(), a.size() - std::min(a.size(), first)}); ++j) {
        const auto before = read_mp3_frame(a[first + j - 1]), instead = read_mp3_frame(a[first + j]), next = read_mp3_frame(b[j]);
        if (!before || !instead || !next || before->mixed || next->mixed) continue;
        // Windows overlap by half: both halves must have the same slope, or the aliasing of each stays.
        if (before->short_tail != next->short_head) continue;
        // What lies there belongs to a[first+j] and is not needed any more.
        if (next->main_data_begin > instead->main_data_begin) continue;
        if (reservoir_fits(a, first, b, j, next->main_data_begin)) return j;
    }
    return std::nullopt;
}

void cut_mp3_joint(EncodedFrames& a, std::size_t first, const EncodedFrames& b, std::size_t j) {
    a.resize(first + j);
    std::size_t bytes = read_mp3_frame(b[j])->main_data_begin;
    for (std::size_t k = j; bytes > 0;) {
        --k;
        const std::size_t count = std::min(bytes, b[k].size() - read_mp3_frame(b[k])->payload_at), at = b[k].size() - count;
        a[first + k].replace(at, count, b[k], at, count);
        bytes -= count;
    }
}

}  // namespace

const StreamJoints mp3_joints{.look_ahead = 3, .warm_up = 16, .find = &find_mp3_joint, .cut = &cut_mp3_joint};

}  // namespace earshot::media
