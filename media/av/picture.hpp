#pragma once
// Still pictures: JPEG and PNG in, baseline JPEG and WebP out. Plain interface, no libav types. Everything throws AvError.

#include <cstdint>
#include <span>
#include <vector>

namespace earshot::media::av {

enum class PictureFormat { jpeg, png };

struct SquarePicture {
    std::uint32_t side{};
    std::vector<std::uint8_t> rgba;            // 4 × side × side bytes, opaque
    std::vector<std::uint8_t> colour_profile;  // the ICC profile that the file came with, if any
};

// Decodes, scales down to `most_side` when larger, turns upright as EXIF says (libavcodec, else `orientation`), puts transparent parts on
// white. The decoder must come to `side` × `side` pixels, as the head said: more is refused before memory is taken.
[[nodiscard]] SquarePicture decode_square_picture(PictureFormat format, std::span<const std::uint8_t> bytes, std::uint32_t side,
                                                  std::uint32_t most_side, unsigned orientation = 1);

// Baseline, 4:2:0, full range, high quality, no metadata; scaled to `side`.
[[nodiscard]] std::vector<std::uint8_t> encode_jpeg(const SquarePicture& picture, std::uint32_t side);
// Lossy, as good to look at in about half the bytes, no metadata; scaled to `side`.
[[nodiscard]] std::vector<std::uint8_t> encode_webp(const SquarePicture& picture, std::uint32_t side);

}  // namespace earshot::media::av
