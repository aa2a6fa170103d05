#include "media/codec_table.hpp"

#include <algorithm>
#include <array>

#include "media/mp3_frame.hpp"

namespace earshot::media {

namespace {

// LAME 3.100 turns its input down by a table of its own (presets.c, abr_switch_map): 5 % up to 160 kbit/s.
double undo_lame(std::uint32_t bit_rate) {
    if (bit_rate <= 160'000) return 1 / 0.95;
    if (bit_rate <= 192'000) return 1 / 0.97;
    return bit_rate <= 224'000 ? 1 / 0.98 : 1;
}

// At 128 kbit/s it leaves out the highest octave's last sixth, which is 0.05 LU of speech.
double undo_aac(std::uint32_t) {
    return 1.006;
}

double unchanged(std::uint32_t) {
    return 1;
}

std::string_view no_options(std::uint32_t, std::uint32_t) {
    return "";
}

// FFmpeg's own page says of its coder "fast" that it is worse under 64 kbit/s and better above. Speech agrees, see docs/media.md.
std::string_view aac_coder(std::uint32_t bit_rate, std::uint32_t channels) {
    return bit_rate >= (channels == 1 ? 96'000 : 128'000) ? "aac_coder=fast" : "aac_coder=twoloop";
}

// By itself it takes what it thinks a sound needs, for clear voices 108 kbit/s where 64 are asked for: not what somebody on a slow line was
// promised. Only noise it has to be given more for, see LevelPlan. See docs/media.md.
std::string_view opus_within_its_rate(std::uint32_t, std::uint32_t) {
    return "vbr=constrained";
}

constexpr std::array<CodecRow, model::codec_count> rows{{
    {.codec = model::Codec::mp3,
     .encoder = "libmp3lame",
     .muxer = "mp3",
     .tags = TagFormat::id3v2,
     .joints = &mp3_joints,
     .headroom_db = 1,
     .options = &no_options,
     .eased_options = "",
     .input_scale = &undo_lame},
    {.codec = model::Codec::aac,
     .encoder = "aac",
     .muxer = "ipod",
     .tags = TagFormat::mp4,
     .joints = nullptr,
     .headroom_db = 1,
     .options = &aac_coder,
     .eased_options = "",
     .input_scale = &undo_aac},
    {.codec = model::Codec::opus,
     .encoder = "libopus",
     .muxer = "opus",
     .tags = TagFormat::ogg_opus,
     .joints = nullptr,
     .headroom_db = 1.6,
     .options = &opus_within_its_rate,
     .eased_options = "vbr=on",
     .input_scale = &unchanged},
    {.codec = model::Codec::flac,
     .encoder = "flac",
     .muxer = "flac",
     .tags = TagFormat::flac,
     .joints = nullptr,
     .headroom_db = 0.2,
     .options = &no_options,
     .eased_options = "",
     .input_scale = &unchanged},
}};
static_assert(model::has_row_for_each_codec(rows));
static_assert(std::ranges::all_of(rows, [](const CodecRow& row) {
    return !row.encoder.empty() && !row.muxer.empty() && row.options != nullptr && row.input_scale != nullptr;
}));

}  // namespace

const CodecRow& codec_row(model::Codec codec) noexcept {
    return rows[static_cast<std::size_t>(codec)];
}

}  // namespace earshot::media
