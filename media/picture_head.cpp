#include "media/picture_head.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace earshot::media {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::uint32_t big16(Bytes bytes, std::size_t at) {
    return static_cast<std::uint32_t>(bytes[at] << 8 | bytes[at + 1]);
}
std::uint32_t big32(Bytes bytes, std::size_t at) {
    return big16(bytes, at) << 16 | big16(bytes, at + 2);
}

bool starts_with(Bytes bytes, std::string_view mark) {
    return bytes.size() >= mark.size() &&
           std::equal(mark.begin(), mark.end(), bytes.begin(), [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

model::Result<PictureHead> broken() {
    return model::fail(model::Errc::unprocessable, "The picture is damaged or cut off; export it again and hand in the new file.");
}

// ITU-T T.81 Annex B: segments up to the frame header; the frame header tells size and components.
model::Result<PictureHead> read_jpeg(Bytes bytes) {
    PictureHead head{.kind = PictureHead::Kind::jpeg};
    for (std::size_t at = 2; at + 4 <= bytes.size();) {
        const auto mark = bytes[at + 1];
        if (bytes[at] != 0xFF) return broken();
        if (mark == 0xFF) {  // fill byte
            ++at;
            continue;
        }
        const auto length = big16(bytes, at + 2);
        if (length < 2 || at + 2 + length > bytes.size()) return broken();
        const bool frame_header = mark >= 0xC0 && mark <= 0xCF && mark != 0xC4 && mark != 0xC8 && mark != 0xCC;
        if (frame_header) {
            if (length < 8) return broken();
            if (mark > 0xC2 || bytes[at + 4] != 8) {
                return model::fail(
                    model::Errc::unsupported_media,
                    "This kind of JPEG (lossless, arithmetic or 12-bit) is not shown by podcast apps; export it as an ordinary JPEG.");
            }
            head.height = big16(bytes, at + 5);
            head.width = big16(bytes, at + 7);
            head.components = bytes[at + 9];
        }
        at += 2 + length;
        if (mark != 0xDA) continue;  // start of scan: the picture's own data follow
        constexpr std::array<std::uint8_t, 2> end{0xFF, 0xD9};
        head.complete = !std::ranges::search(bytes.subspan(at), end).empty();
        return head.width == 0 || head.height == 0 ? broken() : head;
    }
    return broken();
}

// Exif 2.32 §4.6: of the first folder, one number of 16 bits. 1 where there is none that makes sense.
unsigned orientation_in(Bytes tiff) {
    constexpr std::uint32_t orientation = 0x0112, of_16_bits = 3;
    const bool big = starts_with(tiff, "MM");
    if (tiff.size() < 8 || (!big && !starts_with(tiff, "II"))) return 1;
    const auto number16 = [&](std::size_t at) { return big ? big16(tiff, at) : static_cast<std::uint32_t>(tiff[at + 1] << 8 | tiff[at]); };
    const auto folder = big ? big32(tiff, 4) : number16(6) << 16 | number16(4);
    if (std::size_t{folder} + 2 > tiff.size()) return 1;
    std::size_t at = std::size_t{folder} + 2;
    for (auto left = number16(folder); left > 0 && at + 12 <= tiff.size(); --left, at += 12)
        if (number16(at) == orientation && number16(at + 2) == of_16_bits)
            if (const auto value = number16(at + 8); value >= 1 && value <= 8) return value;
    return 1;
}

// PNG specification: IHDR comes first, IEND last, eXIf before or behind the pixels.
model::Result<PictureHead> read_png(Bytes bytes) {
    if (bytes.size() < 33 || big32(bytes, 8) != 13 || !starts_with(bytes.subspan(12), "IHDR")) return broken();
    constexpr std::array<unsigned, 7> channels{1, 0, 3, 1, 2, 0, 4};
    const auto type = bytes[25];
    PictureHead head{.kind = PictureHead::Kind::png, .width = big32(bytes, 16), .height = big32(bytes, 20)};
    if (type >= channels.size() || channels[type] == 0 || head.width == 0 || head.height == 0) return broken();
    head.components = channels[type];
    for (std::size_t at = 8; at + 12 <= bytes.size();) {
        const std::size_t length = big32(bytes, at);
        if (length > bytes.size() - at - 12) break;
        if (starts_with(bytes.subspan(at + 4), "IEND")) {
            head.complete = true;
            break;
        }
        if (starts_with(bytes.subspan(at + 4), "eXIf")) head.orientation = orientation_in(bytes.subspan(at + 8, length));
        at += 12 + length;
    }
    return head;
}

std::uint32_t little16(Bytes bytes, std::size_t at) {
    return static_cast<std::uint32_t>(bytes[at] | bytes[at + 1] << 8);
}
std::uint32_t little24(Bytes bytes, std::size_t at) {
    return little16(bytes, at) | static_cast<std::uint32_t>(bytes[at + 2]) << 16;
}

}  // namespace

// The first chunk tells the size, each kind in its own way (RFC 9649 §2.5 to §2.7).
model::Result<PictureHead> read_webp_head(Bytes bytes) {
    constexpr std::size_t least = 30;
    if (bytes.size() < least || !starts_with(bytes, "RIFF") || !starts_with(bytes.subspan(8), "WEBP"))
        return model::fail(model::Errc::unsupported_media, "This file is not a WebP picture.");
    PictureHead head{.kind = PictureHead::Kind::webp};
    const auto length = little24(bytes, 4) | static_cast<std::uint32_t>(bytes[7]) << 24;
    head.complete = std::size_t{length} + 8 == bytes.size();
    const auto chunk = bytes.subspan(12);
    if (starts_with(chunk, "VP8 ") && starts_with(bytes.subspan(23), "\x9D\x01\x2A")) {
        head.width = little16(bytes, 26) & 0x3FFF;
        head.height = little16(bytes, 28) & 0x3FFF;
    } else if (starts_with(chunk, "VP8L") && bytes[20] == 0x2F) {
        const auto sides = little24(bytes, 21) | static_cast<std::uint32_t>(bytes[24]) << 24;
        head.width = (sides & 0x3FFF) + 1;
        head.height = (sides >> 14 & 0x3FFF) + 1;
    } else if (starts_with(chunk, "VP8X")) {
        head.width = little24(bytes, 24) + 1;
        head.height = little24(bytes, 27) + 1;
    } else {
        return broken();
    }
    return head;
}

model::Result<PictureHead> read_picture_head(Bytes bytes) {
    if (starts_with(bytes, "\xFF\xD8")) return read_jpeg(bytes);
    if (starts_with(bytes, "\x89PNG\r\n\x1A\n")) return read_png(bytes);
    return model::fail(model::Errc::unsupported_media,
                       "This file is neither a JPEG nor a PNG picture; export the cover as one of these, square, 3000 × 3000 pixels.");
}

}  // namespace earshot::media
