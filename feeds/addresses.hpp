#pragma once
// The public addresses of things, in one place: feed, pages, files. All are base_url + an absolute path.

#include <cstdint>
#include <string>
#include <string_view>

#include "content/model/episode.hpp"
#include "content/model/show.hpp"

namespace earshot::feeds {

[[nodiscard]] std::string show_path(const model::Show& show);                                    // /shows/{show}
[[nodiscard]] std::string feed_path(const model::Show& show);                                    // /shows/{show}/feed.xml
[[nodiscard]] std::string episode_path(const model::Show& show, const model::Episode& episode);  // /shows/{show}/{episode}
[[nodiscard]] std::string transcript_path(const model::Show& show, const model::Episode& episode,
                                          std::string_view extension = "vtt");                    // …/transcript.vtt, .srt, .json, .html
[[nodiscard]] std::string chapters_path(const model::Show& show, const model::Episode& episode);  // …/chapters.json
// …/waveform/{file}: "10.dat", points a second and format.
[[nodiscard]] std::string waveform_path(const model::Show& show, const model::Episode& episode, std::string_view file);
[[nodiscard]] std::string image_path(const model::ArtworkSize& size);  // /images/{object_key}.jpg
// The largest size not above max_pixels, or the smallest there is; nullptr without artwork.
[[nodiscard]] const model::ArtworkSize* pick_size(const model::Artwork& artwork, std::uint32_t max_pixels);
// The first rendition of the first profile (main enclosure), nullptr before transcoding.
[[nodiscard]] const model::Rendition* main_rendition(const model::Episode& episode);

}  // namespace earshot::feeds
