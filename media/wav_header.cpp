#include "media/wav_header.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace earshot::media {

namespace {

constexpr int most_chunks = 500;
constexpr std::uint64_t least_sound = 4096;  // fewer stray bytes at the end are not worth believing in

std::uint64_t little_endian(std::span<const unsigned char> bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
    return value;
}

struct Chunk {
    std::string name;
    std::uint64_t size{};
};

class Walker {
public:
    Walker(int descriptor, std::uint64_t file_size) : descriptor_(descriptor), file_size_(file_size) {}

    template <std::size_t n>
    std::optional<std::array<unsigned char, n>> bytes(std::uint64_t at) const {
        std::array<unsigned char, n> data{};
        if (::pread(descriptor_, data.data(), n, static_cast<off_t>(at)) != static_cast<ssize_t>(n)) return std::nullopt;
        return data;
    }
    std::optional<Chunk> chunk(std::uint64_t at) const {
        const auto head = bytes<8>(at);
        if (!head) return std::nullopt;
        return Chunk{std::string(head->begin(), head->begin() + 4), little_endian(std::span(*head).subspan(4))};
    }
    // A chunk that could be one: a printable name, and it ends within the file.
    bool plausible(std::uint64_t at) const {
        const auto found = chunk(at);
        return found && std::ranges::all_of(found->name, [](unsigned char c) { return std::isprint(c) != 0; }) &&
               found->size <= file_size_ - at - 8;
    }
    // In front of the sound any chunk head will do: the demuxer judges it.
    bool plausible_or_first(std::uint64_t at, bool behind_sound) const { return behind_sound ? plausible(at) : chunk(at).has_value(); }
    std::uint64_t file_size() const { return file_size_; }

private:
    int descriptor_;
    std::uint64_t file_size_;
};

// Where the header keeps the length of the sound: 4 bytes before it, or 8 in the ds64 chunk.
struct LengthField {
    std::uint64_t at{};
    bool is_long{};
};

std::string right_length(const LengthField& field, std::uint64_t available) {
    if (!field.is_long) return "\xFF\xFF\xFF\xFF";  // demuxers take it as "to the end of the file"
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(available >> (8 * i)));
    return bytes + std::string(8, '\0');  // and the count of samples behind it: unknown
}

void read_data_chunk(WavHeader& header, const Walker& file, std::uint64_t start, std::uint64_t claimed, const LengthField& field) {
    header.has_data = true;
    header.claimed = claimed;
    header.available = file.file_size() - std::min(start, file.file_size());
    header.open_ended = claimed > header.available && claimed >= (field.is_long ? 1ULL << 62 : 0x7FFF'F000);
    if (claimed < header.available) {
        const std::uint64_t rest = header.available - claimed;
        const std::uint64_t next = start + claimed;
        header.continues = rest >= least_sound && !file.plausible(next) && !file.plausible(next + 1);
    }
    const bool beyond_demuxers = field.is_long && claimed > header.available;  // they read it as a negative number
    if (!header.continues && !beyond_demuxers) return;
    header.view.patch_at = field.at;
    header.view.patch = right_length(field, header.available);
}

bool may_hold_markers(std::string_view name) {
    return name == "cue " || name == "LIST" || name == "id3 " || name == "ID3 ";
}

WavHeader read_riff(const Walker& file, bool may_be_long) {
    WavHeader header;
    std::uint64_t long_size = 0, at = 12;
    std::optional<LengthField> long_field;
    for (int i = 0; i < most_chunks && file.plausible_or_first(at, header.has_data); ++i) {
        const Chunk chunk = *file.chunk(at);
        std::uint64_t size = chunk.size;
        if (chunk.name == "ds64" && may_be_long) {
            long_field = LengthField{at + 16, true};
            if (const auto sizes = file.bytes<8>(at + 16)) long_size = little_endian(*sizes);
        }
        if (chunk.name == "data" && !header.has_data) {
            if (long_field) size = long_size;
            read_data_chunk(header, file, at + 8, size, long_field.value_or(LengthField{at + 4, false}));
            if (header.continues || size >= header.available) return header;
        }
        if (may_hold_markers(chunk.name)) header.markers.push_back({chunk.name, at + 8, size});
        if (size > file.file_size()) return header;
        at += 8 + size + (size & 1);
    }
    // Demuxers would walk through whatever follows in steps of eight bytes: zeros by the gigabyte, in a recording whose end was never
    // written.
    header.view.end = std::min(at, file.file_size());
    return header;
}

// Sony Wave64: names of 16 bytes that begin with the four of RIFF, sizes of 8 that count the head of 24, chunks at multiples of 8.
WavHeader read_w64(const Walker& file) {
    constexpr std::uint64_t head_size = 24;
    WavHeader header;
    std::uint64_t at = 40;
    for (int i = 0; i < most_chunks; ++i) {
        const auto head = file.bytes<head_size>(at);
        if (!head) break;
        const std::uint64_t size = little_endian(std::span(*head).subspan(16));
        if (std::memcmp(head->data(), "data", 4) == 0) {
            header.has_data = true;
            header.available = file.file_size() - at - head_size;
            header.claimed = size < head_size ? 0 : size - head_size;
            break;
        }
        if (size < head_size || size > file.file_size()) break;
        at += (size + 7) / 8 * 8;
    }
    return header;
}

}  // namespace

std::optional<WavHeader> read_wav_header(int descriptor) {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) return std::nullopt;
    const Walker file(descriptor, static_cast<std::uint64_t>(status.st_size));
    const auto head = file.bytes<16>(0);
    if (!head) return std::nullopt;
    const std::string_view start(reinterpret_cast<const char*>(head->data()), head->size());
    if (start.starts_with("riff\x2E\x91\xCF\x11")) return read_w64(file);
    const std::string_view kind = start.substr(0, 4);
    if ((kind != "RIFF" && kind != "RF64" && kind != "BW64") || start.substr(8, 4) != "WAVE") return std::nullopt;
    return read_riff(file, kind != "RIFF");
}

}  // namespace earshot::media
