#pragma once
// The words inside an audio file. Only what is listed here gets in: nothing embedded in the master passes.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "content/model/episode.hpp"
#include "content/model/error.hpp"
#include "content/model/media.hpp"

namespace earshot::media {

struct AudioTags {
    std::string title, show, author, language /* BCP 47 */, copyright;
    std::vector<model::Person> people;
    std::optional<model::Timestamp> date;
    std::optional<std::uint32_t> season, number;
    std::string summary;     // plain text of the notes, calls to action included
    std::string transcript;  // plain text
    std::string guid, feed_url, page_url;
    std::string artwork_jpeg;  // ≤ 600 px, bytes; "" = none
    std::vector<model::Chapter> chapters;
    // Of the file, for players that bring everything to one loudness. Read back from Opus only; -70 and lower is silence: not written.
    std::optional<double> integrated_lufs;
};

struct TaggedFile {
    std::uint64_t byte_length{};
    std::uint64_t audio_start{};  // see model::Rendition
    std::uint64_t bytes_for_60s{};
};

// Copies the essence (as transcode() made it, at `essence`) to `output` (empty, read-write, seekable) with tags: ID3v2.4 in front of MP3
// with CHAP/CTOC whose sizes strict parsers accept; atoms and both chapter kinds in MP4, faststart kept; Vorbis comments in Opus and FLAC,
// with R128_TRACK_GAIN in Opus (RFC 7845 §5.2.1). The audio payload is not touched.
[[nodiscard]] model::Result<TaggedFile> write_tagged(model::Codec codec, int essence, int output, const AudioTags& tags,
                                                     std::chrono::milliseconds duration);

// Reads back what write_tagged wrote: for tests and checks.
[[nodiscard]] model::Result<AudioTags> read_tags(model::Codec codec, int descriptor);

}  // namespace earshot::media
