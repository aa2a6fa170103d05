#include "content/model/codec.hpp"

#include <algorithm>

namespace earshot::model {

namespace {

// ISO 11172-3 and 13818-3: what a Layer III frame can have depends on the version its sample rate belongs to.
constexpr std::array<std::uint32_t, 9> mp3_sample_rates{48'000, 44'100, 32'000, 24'000, 22'050, 16'000, 12'000, 11'025, 8'000};
constexpr std::array<std::uint32_t, 14> mpeg1_kilobits{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
constexpr std::array<std::uint32_t, 14> mpeg2_kilobits{8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
constexpr BitRates mp3_bit_rates(std::uint32_t sample_rate, std::uint32_t) {
    if (sample_rate >= 32'000) return {.kilobits = mpeg1_kilobits};
    return {.kilobits = mpeg2_kilobits};
}

// ISO 14496-3: a channel gets at most 6144 bits for each block of 1024 samples.
constexpr std::array<std::uint32_t, 12> aac_sample_rates{96'000, 88'200, 64'000, 48'000, 44'100, 32'000,
                                                         24'000, 22'050, 16'000, 12'000, 11'025, 8'000};
constexpr BitRates aac_bit_rates(std::uint32_t sample_rate, std::uint32_t channels) {
    return {.least = 8'000, .most = 6 * sample_rate * channels};
}

// RFC 6716 §2.1.1: up to 510 kbit/s.
constexpr std::array<std::uint32_t, 1> opus_sample_rates{48'000};  // what every decoder gives back
constexpr BitRates opus_bit_rates(std::uint32_t, std::uint32_t channels) {
    return {.least = 8'000, .most = 255'000 * channels};
}

constexpr std::array<std::uint32_t, 6> flac_sample_rates{192'000, 96'000, 88'200, 48'000, 44'100, 32'000};

constexpr std::array<CodecFacts, codec_count> rows{{
    {.codec = Codec::mp3,
     .name = "mp3",
     .title = "MP3",
     .file_kind = "MP3",
     .extension = "mp3",
     .mime_type = "audio/mpeg",
     .page_type = "audio/mpeg",
     .rfc6381 = "",
     .lossless = false,
     .sample_rate = 44'100,
     .sample_rates = mp3_sample_rates,
     .bit_rates = &mp3_bit_rates},
    {.codec = Codec::aac,
     .name = "aac",
     .title = "AAC",
     .file_kind = "M4A",
     .extension = "m4a",
     .mime_type = "audio/x-m4a",  // Apple's word, which browsers do not know
     .page_type = "audio/mp4",
     .rfc6381 = "mp4a.40.2",
     .lossless = false,
     .sample_rate = 44'100,
     .sample_rates = aac_sample_rates,
     .bit_rates = &aac_bit_rates},
    {.codec = Codec::opus,
     .name = "opus",
     .title = "Opus",
     .file_kind = "Opus",
     .extension = "opus",
     .mime_type = "audio/ogg",
     .page_type = "audio/ogg",
     .rfc6381 = "opus",
     .lossless = false,
     .sample_rate = 48'000,
     .sample_rates = opus_sample_rates,
     .bit_rates = &opus_bit_rates},
    {.codec = Codec::flac,
     .name = "flac",
     .title = "FLAC",
     .file_kind = "FLAC",
     .extension = "flac",
     .mime_type = "audio/flac",
     .page_type = "audio/flac",
     .rfc6381 = "",
     .lossless = true,
     .sample_rate = 44'100,
     .sample_rates = flac_sample_rates,
     .bit_rates = nullptr},
}};
static_assert(has_row_for_each_codec(rows));
static_assert(std::ranges::all_of(rows, [](const CodecFacts& row) {
    const bool named = !row.name.empty() && !row.title.empty() && !row.file_kind.empty() && !row.extension.empty();
    return named && !row.mime_type.empty() && !row.page_type.empty() && row.lossless == (row.bit_rates == nullptr) &&
           std::ranges::find(row.sample_rates, row.sample_rate) != row.sample_rates.end();
}));

}  // namespace

std::span<const CodecFacts, codec_count> all_codecs() noexcept {
    return rows;
}

const CodecFacts& facts_of(Codec codec) noexcept {
    return rows[static_cast<std::size_t>(codec)];
}

std::string_view to_string(Codec codec) noexcept {
    return facts_of(codec).name;
}

std::optional<Codec> parse_codec(std::string_view text) noexcept {
    const auto* const found = std::ranges::find(rows, text, &CodecFacts::name);
    if (found == rows.end()) return std::nullopt;
    return found->codec;
}

}  // namespace earshot::model
