#include "media/wav_markers.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "content/model/text.hpp"
#include "media/embedded/section.hpp"
#include "media/tags/bytes.hpp"

namespace earshot::media {

namespace {

constexpr std::uint64_t most_chunk_bytes = 4U << 20;  // of one chunk
constexpr std::size_t point_size = 24;

std::string read_chunk(int descriptor, const WavChunk& chunk) {
    std::string bytes(std::min(chunk.size, most_chunk_bytes), '\0');
    const auto got = tags::read_at(descriptor, bytes.data(), bytes.size(), static_cast<std::int64_t>(chunk.start));
    bytes.resize(static_cast<std::size_t>(std::max<std::ptrdiff_t>(got, 0)));
    return bytes;
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint32_t>(embedded::little(bytes, at, 4));
}

// Programs on Windows write their own code page; its quotes and dashes are what differs from Latin-1 in practice.
std::string to_utf8(std::string_view text) {
    text = text.substr(0, text.find('\0'));
    if (model::clean_text(text).find("\xEF\xBF\xBD") == std::string::npos) return model::clean_line(text);
    static constexpr std::string_view upper[32] = {"€", "",  "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "", "Ž", "",
                                                   "",  "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "", "ž", "Ÿ"};
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80)
            out += c;
        else if (byte < 0xA0)
            out += upper[byte - 0x80];
        else
            (out += static_cast<char>(0xC0 | byte >> 6)) += static_cast<char>(0x80 | (byte & 0x3F));
    }
    return model::clean_line(out);
}

struct Label {
    std::string name;
    std::uint32_t frames{};
};

void read_labels(std::string_view list, std::map<std::uint32_t, Label>& labels) {
    if (!list.starts_with("adtl")) return;
    list.remove_prefix(4);
    while (list.size() >= 12) {
        const auto name = list.substr(0, 4);
        const std::size_t size = std::min<std::size_t>(number_at(list, 4), list.size() - 8);
        const auto body = list.substr(8, size);
        if (name == "labl" && size >= 4) labels[number_at(body, 0)].name = to_utf8(body.substr(4));
        if (name == "ltxt" && size >= 8) labels[number_at(body, 0)].frames = number_at(body, 4);
        list.remove_prefix(std::min(8 + size + (size & 1), list.size()));
    }
}

}  // namespace

std::vector<model::ChapterMark> read_wav_markers(int descriptor, const WavHeader& header, std::uint32_t sample_rate) {
    std::map<std::uint32_t, Label> labels;
    std::string points;
    for (const WavChunk& chunk : header.markers) {
        if (chunk.name == "LIST") read_labels(read_chunk(descriptor, chunk), labels);
        if (chunk.name == "cue " && points.empty()) points = read_chunk(descriptor, chunk);
    }
    std::vector<model::ChapterMark> marks;
    if (points.size() < 4 || sample_rate == 0) return marks;
    const std::size_t count = std::min<std::size_t>(number_at(points, 0), (points.size() - 4) / point_size);
    const auto moment = [&](std::uint64_t frames) { return std::chrono::milliseconds(frames * 1000 / sample_rate); };
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = 4 + i * point_size;
        const auto label = labels.find(number_at(points, at));
        if (label == labels.end() || label->second.name.empty()) continue;
        const std::uint64_t frame = number_at(points, at + 20);  // dwSampleOffset: from the start of the sound
        marks.push_back({moment(frame), moment(frame + label->second.frames), label->second.name, {}});
    }
    return marks;
}

}  // namespace earshot::media
