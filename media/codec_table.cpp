#include "media/codec_table.hpp"

#include <array>
#include <exception>

namespace earshot::media {

namespace {

constexpr std::array rows{
    CodecRow{.codec = model::Codec::mp3,
             .encoder = "libmp3lame",
             .muxer = "mp3",
             .extension = "mp3",
             .mime_type = "audio/mpeg",
             .tags = TagFormat::id3v2},
    CodecRow{.codec = model::Codec::aac,
             .encoder = "aac",
             .muxer = "ipod",
             .extension = "m4a",
             .mime_type = "audio/x-m4a",
             .tags = TagFormat::mp4},
};

}  // namespace

std::span<const CodecRow> codec_table() noexcept {
    return rows;
}

const CodecRow& codec_row(model::Codec codec) noexcept {
    for (const auto& row : rows)
        if (row.codec == codec) return row;
    std::terminate();  // an enumerator without a row is a bug
}

}  // namespace earshot::media
