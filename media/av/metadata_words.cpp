#include "media/av/metadata_words.hpp"

extern "C" {
#include <libavutil/dict.h>
}

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "content/model/text.hpp"

namespace earshot::media::av {

namespace {

constexpr std::size_t most_lines = 60, most_bytes = 200;

using Name = std::pair<std::string_view, std::string_view>;

constexpr std::array<Name, 10> plain_names{{
    {"originator_reference", "BWF originator reference"},
    {"time_reference", "BWF time reference"},
    {"coding_history", "BWF coding history"},
    {"umid", "BWF UMID"},
    {"encoder", "made with"},
    {"encoded_by", "encoded by"},
    {"album_artist", "album artist"},
    {"compatible_brands", ""},  // of no interest to a person
    {"major_brand", ""},
    {"minor_version", ""},
}};

// What libavformat calls the fields of a bext chunk; only that chunk has a time reference.
constexpr std::array<Name, 3> bext_names{{{"encoded_by", "BWF originator"}, {"date", "BWF date"}, {"creation_time", "BWF time"}}};

std::string_view plain_name(std::string_view key, bool from_bext) {
    if (from_bext)
        for (const auto& [name, words] : bext_names)
            if (name == key) return words;
    for (const auto& [name, words] : plain_names)
        if (name == key) return words;
    return key;
}

void add(std::vector<std::string>& lines, const AVDictionary* entries) {
    const bool from_bext = av_dict_get(entries, "time_reference", nullptr, 0) != nullptr;
    const AVDictionaryEntry* entry = nullptr;
    while ((entry = av_dict_get(entries, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
        const std::string_view name = plain_name(entry->key, from_bext);
        const std::string value =
            model::truncate_utf8(model::clean_line(std::string_view(entry->value).substr(0, 4 * most_bytes)), most_bytes);
        if (name.empty() || value.empty() || lines.size() >= most_lines) continue;
        std::string line = model::truncate_utf8(model::clean_line(name), most_bytes) + ": " + value;
        if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
    }
}

}  // namespace

std::vector<std::string> metadata_words(const AVFormatContext& context) {
    std::vector<std::string> lines;
    add(lines, context.metadata);
    for (unsigned i = 0; i < context.nb_streams; ++i) {
        const AVStream& stream = *context.streams[i];
        if (stream.disposition & AV_DISPOSITION_ATTACHED_PIC)
            lines.push_back("attached picture");
        else if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
            add(lines, stream.metadata);
    }
    if (context.nb_chapters > 0) lines.push_back("chapters: " + std::to_string(context.nb_chapters));
    return lines;
}

}  // namespace earshot::media::av
