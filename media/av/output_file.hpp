#pragma once
// A muxer over an open, seekable, read-write descriptor. Nothing of who made the file or with what goes in (bit-exact mode).

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "media/av/descriptor_io.hpp"
#include "media/av/frame.hpp"

namespace earshot::media::av {

class OutputFile {
public:
    using MuxerOptions = std::vector<std::pair<std::string, std::string>>;

    // `muxer` is libavformat's name: "mp3", "ipod" (M4A), "mjpeg".
    OutputFile(int descriptor, const std::string& muxer);

    [[nodiscard]] AVFormatContext* get() const noexcept { return context_.get(); }
    AVFormatContext* operator->() const noexcept { return context_.get(); }

    // The encoder is to give its header away once, instead of putting it into packets.
    [[nodiscard]] bool wants_global_header() const noexcept { return (context_->oformat->flags & AVFMT_GLOBALHEADER) != 0; }

    // Copies the parameters; the stream lives as long as the file.
    AVStream* add_stream(const AVCodecParameters* parameters, AVRational time_base);

    // What the encoder makes.
    AVStream* add_stream(const AVCodecContext& encoder, AVRational time_base);

    // The end is in milliseconds as well; before write_header only.
    void add_chapter(std::int64_t start_ms, std::int64_t end_ms, const std::string& title);

    // An option the muxer does not know throws. The muxer may change a stream's time_base here.
    void write_header(const MuxerOptions& options = {});

    // Takes the packet's reference. Timestamps in `from` are rescaled to the stream's time base.
    void write(Packet& packet, const AVStream* stream, AVRational from);

    // Index, trailer, flush. A file that was never finished is no file: callers discard it.
    void finish();

private:
    static int open_again(AVFormatContext* context, AVIOContext** io, const char* url, int flags, AVDictionary** options);
    static int close_again(AVFormatContext* context, AVIOContext* io);

    struct Free {
        void operator()(AVFormatContext* context) const noexcept { avformat_free_context(context); }
    };
    struct Shared {  // reached from libav's callbacks, so it must not move with the handle
        int descriptor{};
        std::unique_ptr<DescriptorIo> reader;
    };
    std::unique_ptr<Shared> shared_;
    std::unique_ptr<DescriptorIo> io_;
    std::unique_ptr<AVFormatContext, Free> context_;
};

// For a file of one stream of sound without tags.
[[nodiscard]] OutputFile::MuxerOptions essence_options(const std::string& muxer);

}  // namespace earshot::media::av
