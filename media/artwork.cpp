#include "media/artwork.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "media/av/picture.hpp"
#include "media/colour.hpp"
#include "media/embedded/embedded.hpp"
#include "media/picture_head.hpp"

namespace earshot::media {
namespace {

constexpr std::size_t most_bytes = 10U << 20;
constexpr std::uint64_t most_pixels = 36'000'000;
constexpr std::uint32_t least_side = 1400, most_side = 3000;
constexpr std::array<std::uint32_t, 3> smaller_sizes{1400, 600, 300};

model::Result<std::vector<std::uint8_t>> read_file(int descriptor) {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0 || status.st_size == 0) {
        return model::fail(model::Errc::unprocessable, "The picture file is empty; hand in a JPEG or PNG of 3000 × 3000 pixels.");
    }
    if (static_cast<std::size_t>(status.st_size) > most_bytes) {
        return model::fail(model::Errc::unprocessable,
                           "The picture file is larger than 10 MiB; export it as a JPEG of 3000 × 3000 pixels, which needs far less.");
    }
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto got = ::pread(descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
}

// Everything that can be said without decoding.
model::Status check(const PictureHead& head) {
    const auto size = fmt::format("{} × {}", head.width, head.height);
    if (std::uint64_t{head.width} * head.height > most_pixels) {
        return model::fail(model::Errc::unprocessable,
                           fmt::format("The picture has {} pixels; hand in at most 6000 × 6000, best 3000 × 3000.", size));
    }
    if (head.kind == PictureHead::Kind::jpeg && head.components != 1 && head.components != 3) {
        return model::fail(model::Errc::unprocessable,
                           "The picture is in CMYK colours, made for printing; export it in RGB, or the colours would come out wrong.");
    }
    if (head.width != head.height) {
        return model::fail(model::Errc::unprocessable,
                           fmt::format("The picture is {} pixels, but a cover must be square; crop it, best to 3000 × 3000.", size));
    }
    if (head.width < least_side) {
        return model::fail(model::Errc::unprocessable,
                           fmt::format("The picture is {} pixels; a cover needs at least 1400 × 1400, best 3000 × 3000.", size));
    }
    if (!head.complete) {
        return model::fail(model::Errc::unprocessable, "The picture file is cut off before its end; export or copy it again.");
    }
    return {};
}

}  // namespace

model::Result<Artwork> make_artwork(int descriptor) {
    const auto bytes = read_file(descriptor);
    if (!bytes) return std::unexpected(bytes.error());
    const auto head = read_picture_head(*bytes);
    if (!head) return std::unexpected(head.error());
    if (const auto fit = check(*head); !fit) return std::unexpected(fit.error());
    try {
        const auto format = head->kind == PictureHead::Kind::jpeg ? av::PictureFormat::jpeg : av::PictureFormat::png;
        auto picture = av::decode_square_picture(format, *bytes, head->width, most_side, head->orientation);
        if (!picture.colour_profile.empty()) bring_to_srgb(picture.rgba, picture.colour_profile);
        Artwork artwork;
        const auto add = [&](std::uint32_t side) {
            artwork.sizes.push_back({side, av::encode_jpeg(picture, side), av::encode_webp(picture, side)});
        };
        add(picture.side);
        for (const auto side : smaller_sizes) {
            if (side < picture.side) add(side);
        }
        artwork.embedded = list_embedded_in_picture({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
        return artwork;
    } catch (const std::runtime_error&) {
        return model::fail(model::Errc::unprocessable,
                           "The picture cannot be decoded: it is damaged. Export it again and hand in the new file.");
    }
}

}  // namespace earshot::media
