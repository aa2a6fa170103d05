#pragma once
// AVFrame and AVPacket as move-only values.

extern "C" {
#include <libavcodec/packet.h>
#include <libavutil/frame.h>
}

#include <memory>

#include "media/av/error.hpp"

namespace earshot::media::av {

class Frame {
public:
    Frame() : frame_(av_check_pointer(av_frame_alloc(), "frame")) {}
    [[nodiscard]] AVFrame* get() const noexcept { return frame_.get(); }
    AVFrame* operator->() const noexcept { return frame_.get(); }
    void unref() noexcept { av_frame_unref(frame_.get()); }

private:
    struct Free {
        void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
    };
    std::unique_ptr<AVFrame, Free> frame_;
};

class Packet {
public:
    Packet() : packet_(av_check_pointer(av_packet_alloc(), "packet")) {}
    [[nodiscard]] AVPacket* get() const noexcept { return packet_.get(); }
    AVPacket* operator->() const noexcept { return packet_.get(); }
    void unref() noexcept { av_packet_unref(packet_.get()); }

private:
    struct Free {
        void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
    };
    std::unique_ptr<AVPacket, Free> packet_;
};

}  // namespace earshot::media::av
