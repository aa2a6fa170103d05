#pragma once
// Cover art: JPEG or PNG in, a ladder of square RGB JPEGs out. Decodes foreign bytes: run it in the worker only.

#include <cstdint>
#include <functional>
#include <vector>

#include "content/model/error.hpp"

namespace earshot::media {

struct ArtworkFile {
    std::uint32_t pixels{};
    std::vector<std::uint8_t> jpeg;
};

// By header before decoding: JPEG or PNG, ≤ 10 MiB, ≤ 36 megapixels, square, ≥ 1400 px, RGB or grey (CMYK refused). EXIF turns are applied,
// all metadata dropped, sizes over 3000 scaled down. Errors: unsupported_media, unprocessable, each a sentence saying what to hand in
// instead.
[[nodiscard]] model::Result<std::vector<ArtworkFile>> make_artwork(int descriptor);

}  // namespace earshot::media
