#pragma once
// How each codec is encoded and its file tagged, one row each. What others have to know of a codec: content/model/codec.hpp.

#include <cstdint>
#include <string_view>

#include "content/model/codec.hpp"
#include "media/stream_joints.hpp"

namespace earshot::media {

enum class TagFormat { id3v2, mp4, ogg_opus, flac };

struct CodecRow {
    model::Codec codec;
    std::string_view encoder;  // libavcodec name
    std::string_view muxer;    // libavformat name
    TagFormat tags;
    const StreamJoints* joints;  // to be made by several encoders at once; null: by one
    double headroom_db;          // how far above the limiter's ceiling peaks come out: less spares room, more spares a second encoding
    std::string_view (*options)(std::uint32_t bit_rate, std::uint32_t channels);  // for the encoder, "key=value:key=value"
    std::string_view eased_options;                 // where it made peaks of its own for want of bits; "": there are no others
    double (*input_scale)(std::uint32_t bit_rate);  // undoes what the codec does to the level
};
[[nodiscard]] const CodecRow& codec_row(model::Codec codec) noexcept;

}  // namespace earshot::media
