#include "media/av/m4a_file.hpp"

extern "C" {
#include <libavutil/error.h>
}

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <utility>

#include "media/av/error.hpp"
#include "media/tags/bytes.hpp"

namespace earshot::media::av {

namespace {

constexpr std::size_t most_buffered = 128 * 1024, moved_at_once = 1 << 20;
constexpr std::uint32_t chunk_bytes = 1 << 20;  // a chunk stays below it
constexpr std::int64_t most_index_rest = 4096;  // what does not grow with the sound
constexpr std::uint32_t unity = 0x10000;        // 16.16

std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xFF);
    return text;
}
std::string u16(std::uint64_t value) {
    return number(value, 2);
}
std::string u32(std::uint64_t value) {
    return number(value, 4);
}
std::string nothing(std::size_t bytes) {
    return std::string(bytes, '\0');
}

std::string box(std::string_view type, std::initializer_list<std::string_view> parts) {
    std::size_t size = 8;
    for (const auto part : parts) size += part.size();
    std::string bytes;
    bytes.reserve(size);
    bytes.append(u32(size)).append(type);
    for (const auto part : parts) bytes += part;
    return bytes;
}

template <class Content>
void nest(std::string& to, std::string_view type, const Content& add_content) {
    const std::size_t at = to.size();
    to.append(nothing(4)).append(type);
    add_content();
    to.replace(at, 4, u32(to.size() - at));
}

const std::string plain = u32(0);  // version and flags

// MPEG-4's descriptors have lengths of four bytes, seven bits each.
std::string descriptor(char tag, const std::string& body) {
    return std::string(1, tag) + "\x80\x80\x80" + static_cast<char>(body.size()) + body;
}

std::string matrix() {
    return u32(unity) + nothing(12) + u32(unity) + nothing(12) + u32(0x40000000);
}

std::string handler(std::string_view type, std::string_view maker, std::string_view name) {
    return box("hdlr", {plain, u32(0), type, maker, nothing(12 - maker.size()), name});
}

// As libavformat marks a file that has no tags.
std::string no_tags() {
    return box("udta", {box("meta", {plain, handler("mdir", "appl", std::string_view("\0", 1)), box("ilst", {})})});
}

std::string head() {
    return box("ftyp", {"M4A ", u32(0x200), "M4A isomiso2"}) + box("free", {}) + box("mdat", {});
}
constexpr std::uint32_t type_bytes = 28, head_bytes = type_bytes + 16;

[[noreturn]] void fail_of_system(const char* what) {
    throw AvError(AVERROR(errno), what);
}

}  // namespace

M4aFile::M4aFile(int descriptor, AacTrack track)
    : descriptor_(descriptor), track_(std::move(track)), buffer_(head()), length_(std::ssize(buffer_)) {}

void M4aFile::write(std::string_view frame, std::uint32_t samples) {
    if (chunks_.empty() || chunks_.back().bytes + frame.size() >= chunk_bytes)
        chunks_.push_back({.position = static_cast<std::uint32_t>(length_), .bytes = 0, .frames = 0});
    chunks_.back().bytes += static_cast<std::uint32_t>(frame.size());
    ++chunks_.back().frames;
    if (runs_.empty() || runs_.back().samples != samples) runs_.push_back({.frames = 0, .samples = samples});
    ++runs_.back().frames;
    samples_ += samples;
    sizes_.push_back(static_cast<std::uint16_t>(frame.size()));
    length_ += std::ssize(frame);
    // Places and times have 32 bits, and the index is to stand in front.
    const std::int64_t most_index = std::ssize(sizes_) * 4 + std::ssize(chunks_) * 16 + std::ssize(runs_) * 8 + most_index_rest;
    if (length_ + most_index > UINT32_MAX || samples_ > UINT32_MAX) throw AvError(AVERROR(EFBIG), "M4A");
    buffer_ += frame;
    if (buffer_.size() >= most_buffered) flush();
}

void M4aFile::finish() {
    if (samples_ <= track_.delay) throw AvError(AVERROR(EINVAL), "M4A without sound");
    flush();
    put(u32(static_cast<std::uint64_t>(length_ - head_bytes + 8)), head_bytes - 8);
    const auto size = static_cast<std::uint32_t>(index(0).size());
    make_room(size);
    put(index(size), type_bytes);
}

void M4aFile::flush() {
    put(buffer_, length_ - std::ssize(buffer_));
    buffer_.clear();
}

void M4aFile::put(std::string_view bytes, std::int64_t at) const {
    if (!tags::write_at(descriptor_, bytes.data(), bytes.size(), at)) fail_of_system("write");
}

// Between the file's type and the rest, which moves from its end on.
void M4aFile::make_room(std::uint32_t bytes) const {
    std::string part(moved_at_once, '\0');
    for (std::int64_t end = length_; end > type_bytes;) {
        const std::int64_t begin = std::max<std::int64_t>(end - std::ssize(part), type_bytes);
        if (tags::read_at(descriptor_, part.data(), static_cast<std::size_t>(end - begin), begin) != end - begin)
            fail_of_system("read back");
        put(std::string_view(part).substr(0, static_cast<std::size_t>(end - begin)), begin + bytes);
        end = begin;
    }
}

// ISO/IEC 14496-12. Times are in samples; what is played begins behind the delay.
std::string M4aFile::index(std::uint32_t moved_by) const {
    const std::string rate = u32(track_.sample_rate), heard = u32(samples_ - track_.delay), whole = u32(samples_), track_number = u32(1);
    std::string to;
    to.reserve(4 * sizes_.size() + 4 * chunks_.size() + most_buffered);
    nest(to, "moov", [&] {
        to += box("mvhd", {plain, nothing(8), rate, heard, u32(unity), u16(0x100), nothing(10), matrix(), nothing(24), u32(2)});
        nest(to, "trak", [&] {
            to += box("tkhd", {u32(3), nothing(8), track_number, nothing(4), heard, nothing(8), u16(0), u16(1), u16(0x100), nothing(2),
                               matrix(), nothing(8)});
            to += box("edts", {box("elst", {plain, u32(1), heard, u32(track_.delay), u32(unity)})});
            nest(to, "mdia", [&] {
                to += box("mdhd", {plain, nothing(8), rate, whole, u16(0x55C4 /* und */), u16(0)});
                to += handler("soun", "", std::string_view("SoundHandler\0", 13));
                nest(to, "minf", [&] {
                    to += box("smhd", {plain, u32(0)});
                    to += box("dinf", {box("dref", {plain, u32(1), box("url ", {u32(1)})})});
                    nest(to, "stbl", [&] { add_sample_tables(to, moved_by); });
                });
            });
        });
        to += no_tags();
    });
    return to;
}

std::string M4aFile::decoder_descriptor() const {
    const std::uint64_t bytes = static_cast<std::uint64_t>(length_) - head_bytes;
    const std::string bit_rate = u32(bytes * 8 * track_.sample_rate / samples_);
    const std::string decoder = descriptor(4, "\x40\x15" + nothing(3) + bit_rate + bit_rate + descriptor(5, track_.configuration));
    return box("esds", {plain, descriptor(3, u16(1) + nothing(1) + decoder + descriptor(6, "\x02"))});
}

// How long, where and how large each frame is; and that a decoder which starts at one needs the one before it (roll).
void M4aFile::add_sample_tables(std::string& to, std::uint32_t moved_by) const {
    const std::uint32_t rate = track_.sample_rate;  // 16 bits of it; beyond, the AudioSpecificConfig says it
    to += box("stsd", {plain, u32(1),
                       box("mp4a", {nothing(6), u16(1), nothing(8), u16(2), u16(16), nothing(4), u16(rate <= 0xFFFF ? rate : 0), u16(0),
                                    decoder_descriptor()})});
    std::string times, places, counts;
    for (const auto& [frames, samples] : runs_) times.append(u32(frames)).append(u32(samples));
    std::uint32_t number = 0, kinds = 0, last = 0;
    for (const auto& [position, bytes, frames] : chunks_) {
        places += u32(position + moved_by);
        ++number;
        if (frames == last) continue;
        counts.append(u32(number)).append(u32(frames)).append(u32(1));
        last = frames;
        ++kinds;
    }
    to += box("stts", {plain, u32(runs_.size()), times});
    to += box("stsc", {plain, u32(kinds), counts});
    nest(to, "stsz", [&] {
        const bool alike = std::ranges::adjacent_find(sizes_, std::not_equal_to{}) == sizes_.end();
        to.append(plain).append(u32(alike ? sizes_.front() : 0)).append(u32(sizes_.size()));
        if (alike) return;
        for (const std::uint16_t size : sizes_) to.append({'\0', '\0', static_cast<char>(size >> 8), static_cast<char>(size)});
    });
    to += box("stco", {plain, u32(chunks_.size()), places});
    to += box("sgpd", {u32(0x01000000), "roll", u32(2), u32(1), u16(0xFFFF)});
    to += box("sbgp", {plain, "roll", u32(1), u32(sizes_.size()), u32(1)});
}

}  // namespace earshot::media::av
