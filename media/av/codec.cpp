#include "media/av/codec.hpp"

extern "C" {
#include <libavutil/avstring.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
}

namespace earshot::media::av {

namespace {

const AVCodec* find_decoder(const AVCodecParameters* parameters) {
    const AVCodec* codec = avcodec_find_decoder(parameters->codec_id);
    if (codec == nullptr) throw AvError(AVERROR_DECODER_NOT_FOUND, "decoder");
    return codec;
}

const AVCodec* find_encoder(const std::string& name) {
    const AVCodec* codec = avcodec_find_encoder_by_name(name.c_str());
    if (codec == nullptr) throw AvError(AVERROR_ENCODER_NOT_FOUND, "encoder");
    return codec;
}

}  // namespace

Decoder::Decoder(const AVCodecParameters* parameters, AVRational time_base, const std::string& codecs)
    : context_(find_decoder(parameters)) {
    if (av_match_list(context_->codec->name, codecs.c_str(), ',') <= 0) throw AvError(AVERROR_DECODER_NOT_FOUND, "decoder");
    av_check(avcodec_parameters_to_context(context_.get(), parameters), "parameters");
    context_->pkt_timebase = time_base;
    context_->thread_count = 1;
    context_->max_pixels = 36'000'000;
    av_check(avcodec_open2(context_.get(), nullptr, nullptr), "decoder");
}

void Decoder::decode(const Packet* packet, const std::function<void(Frame&)>& take) {
    const int sent = avcodec_send_packet(context_.get(), packet == nullptr ? nullptr : packet->get());
    if (sent < 0 && sent != AVERROR_EOF) throw AvError(sent, "decode");
    for (;;) {
        const int received = avcodec_receive_frame(context_.get(), frame_.get());
        if (received == AVERROR(EAGAIN)) return;  // wants the next packet
        if (received == AVERROR_EOF) return;      // drained
        av_check(received, "decode");
        take(frame_);
        frame_.unref();
    }
}

Encoder::Encoder(const std::string& name) : codec_(find_encoder(name)), context_(codec_) {}

void Encoder::open(const std::string& options) {
    context_->thread_count = 1;
    if (!options.empty()) av_check(av_set_options_string(context_->priv_data, options.c_str(), "=", ":"), "encoder options");
    av_check(avcodec_open2(context_.get(), codec_, nullptr), "encoder");
}

void Encoder::encode(const Frame* frame, const std::function<void(Packet&)>& take) {
    av_check(avcodec_send_frame(context_.get(), frame == nullptr ? nullptr : frame->get()), "encode");
    for (;;) {
        const int received = avcodec_receive_packet(context_.get(), packet_.get());
        if (received == AVERROR(EAGAIN)) return;  // wants the next frame
        if (received == AVERROR_EOF) return;      // drained
        av_check(received, "encode");
        take(packet_);
        packet_.unref();
    }
}

}  // namespace earshot::media::av
