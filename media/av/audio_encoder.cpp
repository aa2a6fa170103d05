#include "media/av/audio_encoder.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
}

#include <algorithm>
#include <cmath>

namespace earshot::media::av {

namespace {

bool takes_rate(const AVCodec* codec, std::uint32_t rate) {
    if (codec->supported_samplerates == nullptr) return true;
    for (const int* known = codec->supported_samplerates; *known != 0; ++known)
        if (static_cast<std::uint32_t>(*known) == rate) return true;
    return false;
}

// The best the encoder takes.
AVSampleFormat sample_format(const AVCodec& codec) {
    for (const AVSampleFormat wanted : {AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_S32})
        for (const AVSampleFormat* known = codec.sample_fmts; known != nullptr && *known != AV_SAMPLE_FMT_NONE; ++known)
            if (*known == wanted) return wanted;
    throw AvError(AVERROR(EINVAL), "sample format");
}

// 24 bits, as every lossless player expects, in the upper part of 32.
std::int32_t to_24_bits(float sample) {
    constexpr float full = 1 << 23;
    return static_cast<std::int32_t>(std::lrint(std::clamp(sample * full, -full, full - 1))) * 256;
}

}  // namespace

AudioEncoder::AudioEncoder(const EncoderSettings& settings, bool global_header) : encoder_(settings.encoder), scale_(settings.scale) {
    if (!takes_rate(encoder_.codec(), settings.sample_rate)) throw AvError(AVERROR(EINVAL), "sample rate");
    encoder_->sample_fmt = sample_format(*encoder_.codec());
    if (encoder_->sample_fmt == AV_SAMPLE_FMT_S32) encoder_->bits_per_raw_sample = 24;
    encoder_->sample_rate = static_cast<int>(settings.sample_rate);
    encoder_->bit_rate = settings.bit_rate;
    encoder_->time_base = {1, encoder_->sample_rate};
    encoder_->flags |= AV_CODEC_FLAG_BITEXACT;
    if (global_header) encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_channel_layout_default(&encoder_->ch_layout, static_cast<int>(settings.channels));
    encoder_.open(settings.options);
    pending_.channels = settings.channels;
}

// Whole frames straight from the block; only what is left over waits.
void AudioEncoder::write(const AudioBlock& block, std::size_t begin, std::size_t end, const Take& take) {
    const auto size = static_cast<std::size_t>(encoder_->frame_size);
    if (pending_.frames() > 0) {
        const std::size_t count = std::min(end - begin, size - pending_.frames());
        append(pending_, block, begin, begin + count);
        begin += count;
        if (pending_.frames() < size) return;
        encode(pending_, 0, size, take);
        pending_.clear();
    }
    for (; end - begin >= size; begin += size) encode(block, begin, size, take);
    append(pending_, block, begin, end);
}

void AudioEncoder::finish(const Take& take) {
    if (pending_.frames() > 0) encode(pending_, 0, pending_.frames(), take);
    encoder_.encode(nullptr, take);
}

void AudioEncoder::encode(const AudioBlock& block, std::size_t offset, std::size_t count, const Take& take) {
    if (frame_->buf[0] == nullptr) {
        frame_->format = encoder_->sample_fmt;
        frame_->sample_rate = encoder_->sample_rate;
        frame_->nb_samples = static_cast<int>(std::max(count, static_cast<std::size_t>(encoder_->frame_size)));
        av_check(av_channel_layout_copy(&frame_->ch_layout, &encoder_->ch_layout), "layout");
        av_check(av_frame_get_buffer(frame_.get(), 0), "frame");
    }
    av_check(av_frame_make_writable(frame_.get()), "frame");  // the same memory again, unless the encoder kept it
    frame_->nb_samples = static_cast<int>(count);
    frame_->pts = position_;
    for (std::size_t c = 0; c < pending_.channels; ++c) fill(c, block.planes[c].data() + offset, count);
    position_ += static_cast<std::int64_t>(count);
    encoder_.encode(&frame_, take);
}

void AudioEncoder::fill(std::size_t channel, const float* from, std::size_t count) {
    std::uint8_t* const* data = frame_->extended_data;
    const std::size_t step = pending_.channels;
    if (frame_->format == AV_SAMPLE_FMT_FLTP) {
        auto* to = reinterpret_cast<float*>(data[channel]);
        for (std::size_t i = 0; i < count; ++i) to[i] = from[i] * scale_;
    } else if (frame_->format == AV_SAMPLE_FMT_FLT) {
        auto* to = reinterpret_cast<float*>(data[0]) + channel;
        for (std::size_t i = 0; i < count; ++i) to[i * step] = from[i] * scale_;
    } else {
        auto* to = reinterpret_cast<std::int32_t*>(data[0]) + channel;
        for (std::size_t i = 0; i < count; ++i) to[i * step] = to_24_bits(from[i] * scale_);
    }
}

bool encoder_takes_rate(const std::string& encoder, std::uint32_t sample_rate) {
    const AVCodec* codec = avcodec_find_encoder_by_name(encoder.c_str());
    return codec != nullptr && takes_rate(codec, sample_rate);
}

}  // namespace earshot::media::av
