#include "media/tags/audio_tags.hpp"

#include <cstdlib>

#include "media/audio_layout.hpp"
#include "media/codec_table.hpp"
#include "media/tags/bytes.hpp"
#include "media/tags/formats.hpp"

namespace earshot::media {
namespace {

struct Format {
    decltype(&tags::write_id3v2) write;
    decltype(&tags::read_id3v2) read;
};

Format format_of(model::Codec codec) {
    switch (codec_row(codec).tags) {
        case TagFormat::id3v2:
            return {&tags::write_id3v2, &tags::read_id3v2};
        case TagFormat::mp4:
            return {&tags::write_mp4, &tags::read_mp4};
        case TagFormat::ogg_opus:
            return {&tags::write_opus, &tags::read_opus};
        case TagFormat::flac:
            return {&tags::write_flac, &tags::read_flac};
    }
    std::abort();  // an enumerator without a case is a bug
}

}  // namespace

model::Result<TaggedFile> write_tagged(model::Codec codec, int essence, int output, const AudioTags& tags,
                                       std::chrono::milliseconds duration) {
    if (tags.chapters.size() > tags::most_chapters) {
        return model::fail(model::Errc::invalid_input, "An audio file holds at most 255 chapters; merge some.");
    }
    if (const auto written = format_of(codec).write(essence, output, tags, duration); !written) return std::unexpected(written.error());
    const auto layout = audio_layout(output);
    if (!layout) return std::unexpected(layout.error());
    const auto size = tags::file_size(output);
    if (size < 0) return model::fail(model::Errc::unprocessable, "The tagged file cannot be measured.");
    return TaggedFile{static_cast<std::uint64_t>(size), layout->audio_start, layout->bytes_for_60s};
}

model::Result<AudioTags> read_tags(model::Codec codec, int descriptor) {
    return format_of(codec).read(descriptor);
}

}  // namespace earshot::media
