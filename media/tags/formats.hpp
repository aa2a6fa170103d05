#pragma once
// One pair of functions per tag format; audio_tags.cpp chooses by the codec table. Contracts as in audio_tags.hpp, without the layout.

#include <chrono>

#include "content/model/error.hpp"
#include "media/tags/audio_tags.hpp"

namespace earshot::media::tags {

inline constexpr std::size_t most_chapters = 255;  // one count byte in ID3's CTOC and in Nero's chpl

// ID3v2.4 in front of the essence's bytes. An ID3v2 tag already there is left behind.
[[nodiscard]] model::Status write_id3v2(int essence, int output, const AudioTags& tags, std::chrono::milliseconds duration);
[[nodiscard]] model::Result<AudioTags> read_id3v2(int descriptor);

// The essence remuxed with chapters, then iTunes atoms; the index stays in front.
[[nodiscard]] model::Status write_mp4(int essence, int output, const AudioTags& tags, std::chrono::milliseconds duration);
[[nodiscard]] model::Result<AudioTags> read_mp4(int descriptor);

// Vorbis comments (RFC 7845 §5.2, RFC 9639 §8.6): chapters as CHAPTERnnn, the cover as a picture block.
[[nodiscard]] model::Status write_opus(int essence, int output, const AudioTags& tags, std::chrono::milliseconds duration);
[[nodiscard]] model::Result<AudioTags> read_opus(int descriptor);
[[nodiscard]] model::Status write_flac(int essence, int output, const AudioTags& tags, std::chrono::milliseconds duration);
[[nodiscard]] model::Result<AudioTags> read_flac(int descriptor);

}  // namespace earshot::media::tags
