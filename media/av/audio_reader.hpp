#pragma once
// Any accepted audio file as a stream of float blocks, mono as mono, everything else as stereo (ITU-R BS.775 down-mix, LFE left out).
// Gapless: encoder delay and padding known to the container are not heard, also where files are chained (Ogg). Plain interface, no libav
// types.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "content/model/chapter.hpp"
#include "content/model/media.hpp"
#include "content/model/redaction.hpp"
#include "media/audio_block.hpp"
#include "media/av/byte_view.hpp"
#include "media/broken_samples.hpp"

namespace earshot::media::av {

struct AudioFileInfo {
    std::string container, codec;  // libav's short names
    std::uint32_t sample_rate{}, channels{}, bits_per_sample{};
    bool channels_unnamed{};                                  // more than two, and the file does not say which is which
    bool codec_accepted{};                                    // else read() is not possible
    std::uint32_t audio_streams{};                            // 0: every other field about sound is empty
    bool has_video{};                                         // moving pictures; attached pictures do not count
    std::optional<double> seconds;                            // by the header, for PCM no more than the file has bytes for; without cuts
    std::optional<double> claimed_seconds;                    // by the header alone
    bool seconds_exact{};                                     // not a guess from the bit rate
    std::vector<model::EmbeddedItem> other_streams, entries;  // what it holds besides the stream that is read, and says in words
    std::vector<model::ChapterMark> chapters;
};

struct AudioReaderOptions {
    ByteView view;
    bool own_file{};               // made by us, however short
    model::Redactions redactions;  // taken out before anybody hears it
    Offset offset{};               // taken away from every sample but digital silence, before that
};

class AudioReader {
public:
    // Reads the header only. Throws AvError (see InputFile).
    explicit AudioReader(int descriptor, const AudioReaderOptions& options = {});
    ~AudioReader();
    AudioReader(AudioReader&&) noexcept;
    AudioReader& operator=(AudioReader&&) noexcept;

    // Before read(), once there is a codec and it is accepted. Throws AvError when what the file says of its coding makes no sense.
    void open_decoder();

    [[nodiscard]] const AudioFileInfo& info() const noexcept;
    [[nodiscard]] std::size_t channels() const noexcept;  // of the blocks: 1 or 2

    // Replaces `block` by the next few thousand frames at info().sample_rate; false at the end. Never throws for broken places:
    // they are left out and counted; single samples that are no sound are mended. Opens the decoder when nobody did.
    bool read(AudioBlock& block);

    [[nodiscard]] std::uint64_t damaged_places() const noexcept;
    [[nodiscard]] const BrokenSamples& broken_samples() const noexcept;  // in the file's own time; those that are redacted do not count
    [[nodiscard]] std::uint64_t decoded_frames() const noexcept;         // cut ones too

private:
    bool read_whole(AudioBlock& block);
    struct State;
    std::unique_ptr<State> state_;
};

// Short name of what the bytes look like, from all formats libavformat knows ("hls", "mov,mp4,…"); "" for nothing. Reads the start only.
[[nodiscard]] std::string guess_format(int descriptor);

}  // namespace earshot::media::av
