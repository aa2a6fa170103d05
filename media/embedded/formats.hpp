#pragma once
// One function a family of files; each takes what it can and stops quietly at what makes no sense.

#include <algorithm>
#include <span>
#include <string_view>

#include "media/embedded/findings.hpp"

namespace earshot::media::embedded {

void list_riff(const Section& file, Findings& findings);    // WAV, RF64, BW64
void list_wave64(const Section& file, Findings& findings);  // Sony W64
void list_aiff(const Section& file, Findings& findings);    // AIFF, AIFF-C
void list_caf(const Section& file, Findings& findings);     // Apple Core Audio
void list_flac(const Section& file, Findings& findings);    // from "fLaC" on
void list_ogg(const Section& file, Findings& findings);     // every logical stream, chained ones too
void list_mp4(const Section& boxes, Findings& findings);    // MP4, M4A, MOV

// An ID3v2 tag at the start; returns its length, 0 when there is none.
std::uint64_t list_id3v2(const Section& bytes, Findings& findings);
// APEv2, Lyrics3 and ID3v1 at the end; returns how long all of them are.
std::uint64_t list_trailing_tags(const Section& file, Findings& findings);

void list_vorbis_comment(const Section& bytes, std::string_view kind, Findings& findings);  // from the vendor's length on
void list_flac_picture(const Section& bytes, std::string_view kind, Findings& findings);

// A JPEG or PNG; anything else is named and counted. `kind` is where it was: "ID3 APIC".
void list_picture(const Section& bytes, std::string_view kind, Findings& findings);
void list_exif(const Section& tiff, std::string_view kind, Findings& findings);
void list_xml(const Section& text, std::string_view kind, Findings& findings);

// Fillers hold zeros. One that does not is told.
void list_filler(const Section& bytes, std::string_view kind, Findings& findings);

inline constexpr std::string_view private_data = "Data of some program";
inline constexpr int most_parts = 50'000;               // chunks, boxes, frames looked at in one file
inline constexpr std::size_t longest_text = 64U << 10;  // bytes read of one text

[[nodiscard]] inline bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace earshot::media::embedded
