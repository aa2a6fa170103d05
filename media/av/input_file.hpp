#pragma once
// A demuxer over an open descriptor. Only formats and codecs on the given lists are touched, and nothing but the descriptor is ever
// read: a playlist, an SDP or a MOV with external references finds every other door closed.

extern "C" {
#include <libavformat/avformat.h>
}

#include <memory>
#include <string>

#include "media/av/byte_view.hpp"
#include "media/av/descriptor_io.hpp"
#include "media/av/frame.hpp"

namespace earshot::media::av {

struct InputOptions {
    std::string formats;  // libavformat demuxer names, comma-separated
    std::string codecs;   // libavcodec decoder names, comma-separated
    ByteView view;
    bool own_file{};          // we made it: accept even a weak guess of the format, as for a file of two MP3 frames
    bool find_streams{true};  // decode a little to complete the stream parameters
};
[[nodiscard]] InputOptions audio_input();    // what a master may be
[[nodiscard]] InputOptions picture_input();  // JPEG and PNG

class InputFile {
public:
    // Throws AvError: AVERROR_DEMUXER_NOT_FOUND when the format is unknown or not on the list, others for broken files.
    explicit InputFile(int descriptor, const InputOptions& options = audio_input());

    [[nodiscard]] AVFormatContext* get() const noexcept { return context_.get(); }
    AVFormatContext* operator->() const noexcept { return context_.get(); }

    // The stream to use, or null. Attached pictures are no streams in this sense.
    [[nodiscard]] AVStream* best_stream(AVMediaType type) const noexcept;

    // The next packet of any stream that is not discarded; false at the end. Broken places throw AvError; reading on is allowed. So does
    // the constructor; where the disk and not the file is broken, both throw std::system_error.
    bool read(Packet& packet);

    // Short name of what the bytes look like, from all formats libavformat knows ("hls", "mov,mp4,…"), "" for nothing. Reads the start
    // only.
    [[nodiscard]] static std::string guess_format(int descriptor);

private:
    void align_plain_samples() noexcept;

    struct Close {
        void operator()(AVFormatContext* context) const noexcept { avformat_close_input(&context); }
    };
    std::unique_ptr<DescriptorIo> io_;  // must outlive the context
    std::unique_ptr<AVFormatContext, Close> context_;
};

}  // namespace earshot::media::av
