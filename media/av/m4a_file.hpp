#pragma once
// An M4A of AAC frames, its index in front, without tags: byte for byte what libavformat's muxer makes of them, where
// they are less than 2^31 samples (twelve hours at 48 kHz); up to 2^32 the times stay as short as they are. That one remembers 64 bytes
// a frame until the end, 114 MiB of twelve hours, and moves the index to the front with as much memory again as it is long; here it is two
// bytes a frame. Plain interface, no libav types.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::media::av {

struct AacTrack {
    std::uint32_t sample_rate{};
    std::uint32_t delay{};      // samples of the encoder's at the start, which players leave out
    std::string configuration;  // AudioSpecificConfig, ISO/IEC 14496-3
};

class M4aFile {
public:
    // The descriptor's file is empty, read-write and seekable.
    M4aFile(int descriptor, AacTrack track);

    // `samples`: how many of its sound the frame stands for; of the last as many as there still are. Throws AvError, as finish() does.
    void write(std::string_view frame, std::uint32_t samples);
    void finish();  // once; without anything to be heard there is no file

private:
    struct Chunk {
        std::uint32_t position, bytes, frames;
    };
    struct Run {
        std::uint32_t frames, samples;  // each
    };
    [[nodiscard]] std::string index(std::uint32_t moved_by) const;
    void add_sample_tables(std::string& to, std::uint32_t moved_by) const;
    [[nodiscard]] std::string decoder_descriptor() const;
    void flush();
    void put(std::string_view bytes, std::int64_t at) const;
    void make_room(std::uint32_t bytes) const;

    int descriptor_;
    AacTrack track_;
    std::string buffer_;   // not yet in the file
    std::int64_t length_;  // of the file with it
    std::uint64_t samples_{};
    std::vector<std::uint16_t> sizes_;  // of an AAC frame: at most 13 bits
    std::vector<Chunk> chunks_;
    std::vector<Run> runs_;
};

}  // namespace earshot::media::av
