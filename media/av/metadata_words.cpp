#include "media/av/metadata_words.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/dict.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace earshot::media::av {

namespace {

constexpr std::size_t most_entries = 500, longest = 1000;

// Said by every file of the format.
bool is_plumbing(std::string_view key) {
    static constexpr std::array<std::string_view, 9> keys{"compatible_brands", "major_brand", "minor_version",  "language", "handler_name",
                                                          "vendor_id",         "duration",    "time_reference", "DURATION"};
    return std::ranges::find(keys, key) != keys.end();
}

void add(std::vector<model::EmbeddedItem>& entries, const AVDictionary* dictionary, std::string_view where) {
    const AVDictionaryEntry* entry = nullptr;
    while ((entry = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
        if (entries.size() >= most_entries) return;
        if (is_plumbing(entry->key)) continue;
        entries.push_back({"", std::string(std::string_view(entry->value).substr(0, longest)), fmt::format("{} {}", where, entry->key)});
    }
}

std::string_view kind_of(const AVStream& stream) {
    if ((stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) return "Picture";
    switch (stream.codecpar->codec_type) {
        case AVMEDIA_TYPE_AUDIO:
            return "Another soundtrack";
        case AVMEDIA_TYPE_VIDEO:
            return "Moving pictures";
        case AVMEDIA_TYPE_SUBTITLE:
            return "Subtitles";
        case AVMEDIA_TYPE_ATTACHMENT:
            return "Attached file";
        default:
            return "A track of data";
    }
}

}  // namespace

std::vector<model::EmbeddedItem> other_streams(const AVFormatContext& context, const AVStream* used) {
    std::vector<model::EmbeddedItem> streams;
    for (unsigned i = 0; i < context.nb_streams; ++i) {
        const AVStream& stream = *context.streams[i];
        if (&stream == used) continue;
        std::string value = avcodec_get_name(stream.codecpar->codec_id);
        if (value == "none") value = "of an unknown kind";
        if (stream.codecpar->width > 0) value += fmt::format(", {} × {} pixels", stream.codecpar->width, stream.codecpar->height);
        streams.push_back({std::string(kind_of(stream)), std::move(value), fmt::format("stream {}", i + 1)});
    }
    return streams;
}

std::vector<model::EmbeddedItem> metadata_entries(const AVFormatContext& context) {
    std::vector<model::EmbeddedItem> entries;
    add(entries, context.metadata, "file");
    for (unsigned i = 0; i < context.nb_streams; ++i) add(entries, context.streams[i]->metadata, "stream");
    for (unsigned i = 0; i < context.nb_chapters; ++i) add(entries, context.chapters[i]->metadata, "chapter");
    return entries;
}

}  // namespace earshot::media::av
