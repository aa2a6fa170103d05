#include "media/av/picture.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "media/av/codec.hpp"
#include "media/av/frame.hpp"

namespace earshot::media::av {
namespace {

class Scaler {
public:
    Scaler(int from_side, AVPixelFormat from, int to_side, AVPixelFormat to)
        : context_(av_check_pointer(sws_getContext(from_side, from_side, from, to_side, to_side, to,
                                                   SWS_LANCZOS | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr),
                                    "scaler")) {}
    void scale(const std::uint8_t* const* from, const int* from_strides, int rows, std::uint8_t* const* to, const int* to_strides) {
        av_check(sws_scale(context_.get(), from, from_strides, 0, rows, to, to_strides), "scale");
    }

private:
    struct Free {
        void operator()(SwsContext* context) const noexcept { sws_freeContext(context); }
    };
    std::unique_ptr<SwsContext, Free> context_;
};

// libavcodec counts rows as aligned in memory.
std::int64_t pixels_of(std::uint32_t side) {
    return (std::int64_t{side} + 64) * (side + 64);
}
// At 16 bits for each of four components the largest picture that is taken needs more than anything in a recording.
std::size_t bytes_of_picture(std::uint32_t side) {
    return std::max(most_bytes_at_once, static_cast<std::size_t>(pixels_of(side)) * 8);
}

Frame decode(PictureFormat format, std::span<const std::uint8_t> bytes, std::uint32_t side) {
    const auto id = format == PictureFormat::jpeg ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_PNG;
    CodecContext context(av_check_pointer(avcodec_find_decoder(id), "decoder"));
    context->thread_count = 1;
    context->max_pixels = pixels_of(side);
    context->err_recognition = AV_EF_EXPLODE | AV_EF_CRCCHECK;
    av_check(avcodec_open2(context.get(), nullptr, nullptr), "decoder");
    Packet packet;
    av_check(av_new_packet(packet.get(), static_cast<int>(bytes.size())), "packet");
    std::ranges::copy(bytes, packet->data);
    av_check(avcodec_send_packet(context.get(), packet.get()), "decode");
    av_check(avcodec_send_packet(context.get(), nullptr), "decode");
    Frame frame;
    av_check(avcodec_receive_frame(context.get(), frame.get()), "decode");
    if (frame->width != static_cast<int>(side) || frame->height != static_cast<int>(side))
        throw AvError(AVERROR_INVALIDDATA, "picture size");
    return frame;
}

bool has_alpha(const AVFrame& frame) {
    const auto* descriptor = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    return descriptor != nullptr && ((descriptor->flags & AV_PIX_FMT_FLAG_ALPHA) != 0 || frame.format == AV_PIX_FMT_PAL8);
}

void put_on_white(std::vector<std::uint8_t>& rgba) {
    for (std::size_t at = 0; at < rgba.size(); at += 4) {
        const unsigned alpha = rgba[at + 3];
        for (std::size_t i = at; i < at + 3; ++i) rgba[i] = static_cast<std::uint8_t>((rgba[i] * alpha + 255 * (255 - alpha) + 127) / 255);
        rgba[at + 3] = 255;
    }
}

// How the shown picture's axes run in the stored one: each is plus or minus x or y.
struct Turn {
    int xx{1}, xy{}, yx{}, yy{1};  // stored x = xx·x + xy·y, stored y = yx·x + yy·y, with the middle of the picture as origin
    [[nodiscard]] bool none() const noexcept { return xx == 1 && yy == 1; }
};

std::optional<Turn> turn_of(const AVFrame& frame) {
    const auto* side_data = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX);
    if (side_data == nullptr || side_data->size < 9 * sizeof(std::int32_t)) return {};
    std::array<std::int32_t, 9> matrix{};
    std::memcpy(matrix.data(), side_data->data, sizeof matrix);
    const auto sign = [](std::int32_t value) { return value > 0x8000 ? 1 : value < -0x8000 ? -1 : 0; };
    // libav's matrix leads from stored to shown; for quarter turns and mirrors its inverse is its transpose.
    const Turn turn{sign(matrix[0]), sign(matrix[1]), sign(matrix[3]), sign(matrix[4])};
    const bool straight = turn.xx != 0 && turn.yy != 0 && turn.xy == 0 && turn.yx == 0;
    const bool quarter = turn.xx == 0 && turn.yy == 0 && turn.xy != 0 && turn.yx != 0;
    if ((!straight && !quarter) || turn.none()) return {};
    return turn;
}

// By EXIF's number, 1 to 8.
std::optional<Turn> turn_of(unsigned orientation) {
    constexpr std::array<Turn, 8> turns{
        {{1, 0, 0, 1}, {-1, 0, 0, 1}, {-1, 0, 0, -1}, {1, 0, 0, -1}, {0, 1, 1, 0}, {0, 1, -1, 0}, {0, -1, -1, 0}, {0, -1, 1, 0}}};
    if (orientation < 2 || orientation > turns.size()) return {};
    return turns.at(orientation - 1);
}

void apply(const Turn& turn, SquarePicture& picture) {
    const auto side = static_cast<std::ptrdiff_t>(picture.side);
    std::vector<std::uint8_t> turned(picture.rgba.size());
    const auto stored = [side](int along_x, int along_y, std::ptrdiff_t x, std::ptrdiff_t y) {
        if (along_x != 0) return along_x > 0 ? x : side - 1 - x;
        return along_y > 0 ? y : side - 1 - y;
    };
    for (std::ptrdiff_t y = 0; y < side; ++y) {
        for (std::ptrdiff_t x = 0; x < side; ++x) {
            const auto from = stored(turn.yx, turn.yy, x, y) * side + stored(turn.xx, turn.xy, x, y);
            std::memcpy(&turned[static_cast<std::size_t>(4 * (y * side + x))], &picture.rgba[static_cast<std::size_t>(4 * from)], 4);
        }
    }
    picture.rgba = std::move(turned);
}

}  // namespace

SquarePicture decode_square_picture(PictureFormat format, std::span<const std::uint8_t> bytes, std::uint32_t side, std::uint32_t most_side,
                                    unsigned orientation) {
    prepare_library(bytes_of_picture(side));
    const Frame frame = decode(format, bytes, side);
    SquarePicture picture{.side = std::min(side, most_side)};
    picture.rgba.resize(std::size_t{4} * picture.side * picture.side);
    Scaler scaler(frame->width, static_cast<AVPixelFormat>(frame->format), static_cast<int>(picture.side), AV_PIX_FMT_RGBA);
    const std::array<std::uint8_t*, 4> planes{picture.rgba.data()};
    const std::array<int, 4> strides{static_cast<int>(4 * picture.side)};
    scaler.scale(frame->data, frame->linesize, frame->height, planes.data(), strides.data());
    if (has_alpha(*frame.get())) put_on_white(picture.rgba);
    auto turn = turn_of(*frame.get());
    if (!turn) turn = turn_of(orientation);  // libavcodec 59 passes over that of a PNG
    if (turn) apply(*turn, picture);
    if (const auto* profile = av_frame_get_side_data(frame.get(), AV_FRAME_DATA_ICC_PROFILE))
        picture.colour_profile.assign(profile->data, profile->data + profile->size);
    return picture;
}

namespace {

struct StillFormat {
    const char* encoder;
    AVPixelFormat pixels;
    AVColorRange range;
    int quality;  // in the encoder's own measure
};
constexpr StillFormat jpeg_format{"mjpeg", AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_JPEG, 2};    // of 1…31, best first
constexpr StillFormat webp_format{"libwebp", AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, 82};  // of 0…100, best last

Frame scaled(const SquarePicture& picture, std::uint32_t side, const StillFormat& format) {
    Frame frame;
    frame->width = frame->height = static_cast<int>(side);
    frame->format = format.pixels;
    frame->color_range = format.range;
    frame->quality = format.quality * FF_QP2LAMBDA;
    frame->pts = 0;
    av_check(av_frame_get_buffer(frame.get(), 0), "picture");
    Scaler scaler(static_cast<int>(picture.side), AV_PIX_FMT_RGBA, frame->width, format.pixels);
    const std::array<const std::uint8_t*, 4> planes{picture.rgba.data()};
    const std::array<int, 4> strides{static_cast<int>(4 * picture.side)};
    scaler.scale(planes.data(), strides.data(), static_cast<int>(picture.side), frame->data, frame->linesize);
    return frame;
}

std::vector<std::uint8_t> encode(const SquarePicture& picture, std::uint32_t side, const StillFormat& format) {
    const Frame frame = scaled(picture, side, format);
    Encoder encoder(format.encoder);
    encoder->width = frame->width;
    encoder->height = frame->height;
    encoder->pix_fmt = format.pixels;
    encoder->color_range = format.range;
    encoder->time_base = {1, 1};
    encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;  // bit-exact: no encoder's name in the file
    encoder->global_quality = format.quality * FF_QP2LAMBDA;
    encoder->thread_count = 1;
    encoder.open();
    std::vector<std::uint8_t> bytes;
    const auto take = [&](Packet& packet) { bytes.insert(bytes.end(), packet->data, packet->data + packet->size); };
    encoder.encode(&frame, take);
    encoder.encode(nullptr, take);
    if (bytes.empty()) throw AvError(AVERROR_UNKNOWN, "encode");
    return bytes;
}

}  // namespace

std::vector<std::uint8_t> encode_jpeg(const SquarePicture& picture, std::uint32_t side) {
    return encode(picture, side, jpeg_format);
}

std::vector<std::uint8_t> encode_webp(const SquarePicture& picture, std::uint32_t side) {
    return encode(picture, side, webp_format);
}

}  // namespace earshot::media::av
