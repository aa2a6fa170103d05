#pragma once
// Decoder and Encoder: one AVCodecContext each, with the drain loops written once.

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <functional>
#include <memory>
#include <string>

#include "media/av/frame.hpp"

namespace earshot::media::av {

class CodecContext {
public:
    explicit CodecContext(const AVCodec* codec) : context_(av_check_pointer(avcodec_alloc_context3(codec), "codec")) {}
    [[nodiscard]] AVCodecContext* get() const noexcept { return context_.get(); }
    AVCodecContext* operator->() const noexcept { return context_.get(); }

private:
    struct Free {
        void operator()(AVCodecContext* context) const noexcept { avcodec_free_context(&context); }
    };
    std::unique_ptr<AVCodecContext, Free> context_;
};

class Decoder {
public:
    // Opens libavcodec's decoder for a stream if its name is on `codecs` (see InputOptions). Single-threaded, our allocation limit.
    Decoder(const AVCodecParameters* parameters, AVRational time_base, const std::string& codecs);

    [[nodiscard]] AVCodecContext* get() const noexcept { return context_.get(); }
    AVCodecContext* operator->() const noexcept { return context_.get(); }

    // Feeds one packet (null: end of stream) and hands every frame that comes out to `take`. A packet the decoder cannot use throws
    // AvError; feeding the next one is allowed.
    void decode(const Packet* packet, const std::function<void(Frame&)>& take);

private:
    CodecContext context_;
    Frame frame_;
};

class Encoder {
public:
    explicit Encoder(const std::string& name);  // libavcodec's encoder name; set the fields of get(), then open()

    [[nodiscard]] AVCodecContext* get() const noexcept { return context_.get(); }
    AVCodecContext* operator->() const noexcept { return context_.get(); }
    [[nodiscard]] const AVCodec* codec() const noexcept { return codec_; }

    void open(const std::string& options = {});  // of the encoder itself, "key=value:key=value"; throws AvError for one it does not know

    // Feeds one frame (null: end) and hands every packet that comes out to `take`.
    void encode(const Frame* frame, const std::function<void(Packet&)>& take);

private:
    const AVCodec* codec_;
    CodecContext context_;
    Packet packet_;
};

}  // namespace earshot::media::av
