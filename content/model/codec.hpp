#pragma once
// The codecs of renditions, and what everybody but the encoder has to know of each: one row in codec.cpp. How it is encoded stands in
// media/codec_table.cpp, a row each as well. A new codec is an enumerator and these two rows; the compiler refuses one without the other.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace earshot::model {

enum class Codec { mp3, aac, opus, flac, last = flac };
inline constexpr std::size_t codec_count = static_cast<std::size_t>(Codec::last) + 1;

// What a file may take a second.
struct BitRates {
    std::span<const std::uint32_t> kilobits;  // kbit/s, these alone; empty: everything in between
    std::uint32_t least{}, most{};            // bit/s
};

struct CodecFacts {
    Codec codec;
    std::string_view name;       // in settings, storage and API; libavcodec's as well
    std::string_view title;      // for people: "AAC"
    std::string_view file_kind;  // what people call the file: "M4A"
    std::string_view extension;  // without dot; Apple decides by it
    std::string_view mime_type;  // of the enclosure, and as it is served
    std::string_view page_type;  // of an <audio> element's source: what browsers know
    std::string_view rfc6381;    // for the feed's codecs attribute; "": the MIME type says it all
    bool lossless;               // 24 bits a sample; has no bit rate
    std::uint32_t sample_rate;   // Hz where the settings name none
    std::span<const std::uint32_t> sample_rates;
    BitRates (*bit_rates)(std::uint32_t sample_rate, std::uint32_t channels);  // null: lossless
};

[[nodiscard]] std::span<const CodecFacts, codec_count> all_codecs() noexcept;  // in the order of the enumerators
[[nodiscard]] const CodecFacts& facts_of(Codec codec) noexcept;

// "mp3" ⇄ Codec::mp3, for storage and settings.
[[nodiscard]] std::string_view to_string(Codec codec) noexcept;
[[nodiscard]] std::optional<Codec> parse_codec(std::string_view text) noexcept;

// For the tables: whether every enumerator has its row, in order, so that the codec's number finds it.
template <class Row>
consteval bool has_row_for_each_codec(const std::array<Row, codec_count>& rows) {
    for (std::size_t i = 0; i < codec_count; ++i)
        if (rows[i].codec != static_cast<Codec>(i)) return false;
    return true;
}

}  // namespace earshot::model
