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

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> plain_names{{
    {"originator", "BWF originator"},
    {"originator_reference", "BWF originator reference"},
    {"origination_date", "BWF date"},
    {"origination_time", "BWF time"},
    {"time_reference", "BWF time reference"},
    {"coding_history", "BWF coding history"},
    {"umid", "BWF UMID"},
    {"description", "description"},
    {"encoder", "made with"},
    {"encoded_by", "encoded by"},
    {"album_artist", "album artist"},
    {"TSRC", "ISRC"},
    {"creation_time", "created"},
    {"compatible_brands", ""},  // of no interest to a person
    {"major_brand", ""},
    {"minor_version", ""},
}};

std::string_view plain_name(std::string_view key) {
    const auto* row = std::ranges::find(plain_names, key, &std::pair<std::string_view, std::string_view>::first);
    return row == plain_names.end() ? key : row->second;
}

void add(std::vector<std::string>& lines, const AVDictionary* entries) {
    const AVDictionaryEntry* entry = nullptr;
    while ((entry = av_dict_get(entries, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
        const std::string_view name = plain_name(entry->key);
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
