#pragma once
// Cover art: JPEG or PNG in, a ladder of square RGB pictures out, each as JPEG and as WebP. Decodes foreign bytes: run it in the worker
// only.

#include <cstdint>
#include <vector>

#include "content/model/error.hpp"
#include "content/model/media.hpp"

namespace earshot::media {

struct ArtworkFile {
    std::uint32_t pixels{};
    std::vector<std::uint8_t> jpeg, webp;
};
inline constexpr std::size_t longest_ladder = 4;  // sizes
struct Artwork {
    std::vector<ArtworkFile> sizes;
    std::vector<model::EmbeddedItem> embedded;  // what the picture handed in gives away
};

// By header before decoding: JPEG or PNG, ≤ 10 MiB, ≤ 36 megapixels, square, ≥ 1400 px, RGB or grey (CMYK refused). EXIF turns are applied,
// all metadata dropped. Sizes, largest first: the picture's own, or 3000 when it is larger; then 1400, 600 and 300, those that are smaller.
// Nothing is ever scaled up. Errors: unsupported_media, unprocessable, each a sentence saying what to hand in
// instead.
[[nodiscard]] model::Result<Artwork> make_artwork(int descriptor);

}  // namespace earshot::media
