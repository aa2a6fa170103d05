#pragma once
// The stream of sound of a file, with its decoder; of each recording in turn where several are chained (see ogg_links).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "media/av/codec.hpp"
#include "media/av/input_file.hpp"

namespace earshot::media::av {

class LinkedInput {
public:
    // Opens the first recording that can be decoded, when there are several. Throws AvError (see InputFile).
    LinkedInput(int descriptor, const InputOptions& options);

    [[nodiscard]] InputFile& file() noexcept { return *file_; }
    [[nodiscard]] AVStream* stream() const noexcept { return stream_; }  // null when there is no sound
    [[nodiscard]] bool is_chain() const noexcept { return links_.size() > 1; }
    [[nodiscard]] double share() const;                                          // of the recording in the file, by bytes
    [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }  // recordings that could not be opened

    void open_decoder();  // throws AvError
    [[nodiscard]] bool is_decodable() const noexcept { return decoder_.has_value(); }
    [[nodiscard]] Decoder& decoder() noexcept { return *decoder_; }

    // Goes on to the next recording that can be decoded. False: there is none, and everything stays as it was.
    bool open_next();

private:
    void open(const ByteView& link);

    int descriptor_;
    InputOptions options_;
    std::vector<ByteView> links_;
    std::size_t next_{1};
    std::uint64_t left_out_{};
    std::optional<InputFile> file_;
    AVStream* stream_{};
    std::optional<Decoder> decoder_;
};

}  // namespace earshot::media::av
