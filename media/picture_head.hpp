#pragma once
// What a picture file says of itself in its first bytes: read by us before any decoder sees it, so that a small file
// which unpacks to a huge picture never gets that far.

#include <cstdint>
#include <span>

#include "content/model/error.hpp"

namespace earshot::media {

struct PictureHead {
    enum class Kind { jpeg, png, webp } kind{};
    std::uint32_t width{}, height{};
    unsigned components{};    // JPEG: 1 grey, 3 colour, 4 CMYK; PNG: channels with alpha, 1 for a palette
    bool complete{};          // the end mark is there
    unsigned orientation{1};  // EXIF's, 1 to 8; of PNG alone: the decoder of JPEGs finds theirs itself
};

// unsupported_media: neither JPEG nor PNG, or a JPEG of a kind no player shows (lossless, arithmetic, 12 bit).
// unprocessable: broken before the size is known.
[[nodiscard]] model::Result<PictureHead> read_picture_head(std::span<const std::uint8_t> bytes);

// Of a WebP of our own making (RFC 9649), a kind that nobody hands in: kind, size and whether it is complete. unsupported_media: anything
// else.
[[nodiscard]] model::Result<PictureHead> read_webp_head(std::span<const std::uint8_t> bytes);

}  // namespace earshot::media
