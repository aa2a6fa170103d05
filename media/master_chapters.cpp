#include "media/master_chapters.hpp"

#include <array>
#include <string_view>

#include "media/tags/bytes.hpp"
#include "media/tags/chapter_marks.hpp"
#include "media/wav_markers.hpp"

namespace earshot::media {

namespace {

constexpr int most_aiff_chunks = 500;

// Where the "ID3 " chunk's bytes begin in an AIFF file, 0 when there is none. Sizes are big-endian, chunks begin at even places.
std::int64_t id3_of_aiff(int descriptor) {
    std::array<unsigned char, 12> head{};
    const auto is = [&](std::size_t at, std::string_view name) {
        return std::string_view(reinterpret_cast<const char*>(head.data()) + at, 4) == name;
    };
    if (tags::read_at(descriptor, head.data(), 12, 0) != 12 || !is(0, "FORM") || (!is(8, "AIFF") && !is(8, "AIFC"))) return 0;
    const auto end = tags::file_size(descriptor);
    std::int64_t at = 12;
    for (int i = 0; i < most_aiff_chunks && at + 8 < end && tags::read_at(descriptor, head.data(), 8, at) == 8; ++i) {
        if (is(0, "ID3 ")) return at + 8;
        const auto size = std::int64_t{head[4]} << 24 | head[5] << 16 | head[6] << 8 | head[7];
        at += 8 + size + (size & 1);
    }
    return 0;
}

std::vector<std::int64_t> id3_places(int descriptor, const WavHeader* wav) {
    std::vector<std::int64_t> places{0};
    if (const auto at = id3_of_aiff(descriptor); at > 0) places.push_back(at);
    if (wav != nullptr)
        for (const WavChunk& chunk : wav->markers)
            if (chunk.name == "id3 " || chunk.name == "ID3 ") places.push_back(static_cast<std::int64_t>(chunk.start));
    return places;
}

}  // namespace

std::vector<model::ChapterMark> find_chapter_marks(int descriptor, const WavHeader* wav, const av::AudioFileInfo& info) {
    for (const auto place : id3_places(descriptor, wav))
        if (auto marks = tags::read_id3v2_marks(descriptor, place); !marks.empty()) return marks;
    if (wav != nullptr)
        if (auto marks = read_wav_markers(descriptor, *wav, info.sample_rate); !marks.empty()) return marks;
    return info.chapters;
}

}  // namespace earshot::media
