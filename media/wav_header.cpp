#include "media/wav_header.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <span>
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
    std::uint64_t file_size() const { return file_size_; }

private:
    int descriptor_;
    std::uint64_t file_size_;
};

void read_data_chunk(WavHeader& header, const Walker& file, std::uint64_t start, std::uint64_t claimed) {
    header.has_data = true;
    header.claimed = claimed;
    header.available = file.file_size() - std::min(start, file.file_size());
    header.open_ended = claimed >= 0x7FFF'F000 && claimed > header.available;
    if (claimed >= header.available) return;
    const std::uint64_t rest = header.available - claimed;
    const std::uint64_t next = start + claimed;
    header.continues = rest >= least_sound && !file.plausible(next) && !file.plausible(next + 1);
}

bool holds_words(std::string_view name) {
    constexpr std::array<std::string_view, 6> known{"iXML", "axml", "cart", "_PMX", "aXML", "adtl"};
    return std::ranges::find(known, name) != known.end();
}

}  // namespace

std::optional<WavHeader> read_wav_header(int descriptor) {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) return std::nullopt;
    const Walker file(descriptor, static_cast<std::uint64_t>(status.st_size));
    const auto head = file.bytes<12>(0);
    if (!head) return std::nullopt;
    const std::string_view kind(reinterpret_cast<const char*>(head->data()), 4);
    if ((kind != "RIFF" && kind != "RF64" && kind != "BW64") || std::memcmp(head->data() + 8, "WAVE", 4) != 0) return std::nullopt;

    WavHeader header;
    std::uint64_t long_size = 0, at = 12;
    for (int i = 0; i < most_chunks; ++i) {
        const auto chunk = file.chunk(at);
        if (!chunk) break;
        std::uint64_t size = chunk->size;
        if (chunk->name == "ds64")
            if (const auto sizes = file.bytes<16>(at + 8)) long_size = little_endian(std::span(*sizes).subspan(8));
        if (chunk->name == "data" && !header.has_data) {
            if (kind != "RIFF" && size == 0xFFFF'FFFF) size = long_size;
            read_data_chunk(header, file, at + 8, size);
            if (header.continues || size >= header.available) break;
        }
        if (holds_words(chunk->name)) header.extra.push_back(chunk->name);
        if (size > file.file_size()) break;
        at += 8 + size + (size & 1);
    }
    return header;
}

}  // namespace earshot::media
