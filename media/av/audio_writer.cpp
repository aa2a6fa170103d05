#include "media/av/audio_writer.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/dict.h>
}

#include <algorithm>
#include <cmath>

#include "media/av/codec.hpp"
#include "media/av/output_file.hpp"

namespace earshot::media::av {

namespace {

// No ID3 at either end of the essence; the Info/LAME frame needs the seekable output we have. MP4: index in front, no more moves later.
// Its default clock of milliseconds would round the length.
OutputFile::MuxerOptions muxer_options(const std::string& muxer, std::uint32_t sample_rate) {
    if (muxer == "mp3") return {{"id3v2_version", "0"}, {"write_id3v1", "0"}, {"write_xing", "1"}};
    if (muxer == "ipod") return {{"movflags", "+faststart"}, {"movie_timescale", std::to_string(sample_rate)}};
    return {};
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

bool takes_rate(const AVCodec* codec, std::uint32_t rate) {
    if (codec->supported_samplerates == nullptr) return true;
    for (const int* known = codec->supported_samplerates; *known != 0; ++known)
        if (static_cast<std::uint32_t>(*known) == rate) return true;
    return false;
}

}  // namespace

struct AudioWriter::State {
    Encoder encoder;
    OutputFile output;
    AVStream* stream{};
    AudioBlock pending;
    Frame frame;
    float scale;
    std::int64_t position{};

    State(int descriptor, const AudioWriterOptions& options)
        : encoder(options.encoder), output(descriptor, options.muxer), scale(options.scale) {
        if (!takes_rate(encoder.codec(), options.sample_rate)) throw AvError(AVERROR(EINVAL), "sample rate");
        encoder->sample_fmt = sample_format(*encoder.codec());
        if (encoder->sample_fmt == AV_SAMPLE_FMT_S32) encoder->bits_per_raw_sample = 24;
        encoder->sample_rate = static_cast<int>(options.sample_rate);
        encoder->bit_rate = options.bit_rate;
        encoder->time_base = {1, encoder->sample_rate};
        encoder->flags |= AV_CODEC_FLAG_BITEXACT;
        av_channel_layout_default(&encoder->ch_layout, static_cast<int>(options.channels));
        if (output->oformat->flags & AVFMT_GLOBALHEADER) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        encoder.open();
        AVCodecParameters* parameters = avcodec_parameters_alloc();
        const int copied = parameters == nullptr ? AVERROR(ENOMEM) : avcodec_parameters_from_context(parameters, encoder.get());
        if (copied >= 0) stream = output.add_stream(parameters, encoder->time_base);
        avcodec_parameters_free(&parameters);
        av_check(copied, "parameters");
        // Gapless players look for the encoder's name before they believe delay and padding.
        if (options.muxer == "mp3") av_dict_set(&stream->metadata, "encoder", "LAME3.100", 0);
        output.write_header(muxer_options(options.muxer, options.sample_rate));
        pending.channels = options.channels;
    }

    void encode(const Frame* what) {
        encoder.encode(what, [&](Packet& packet) { output.write(packet, stream, encoder->time_base); });
    }

    void encode_pending(std::size_t offset, std::size_t count) {
        frame.unref();
        frame->format = encoder->sample_fmt;
        frame->sample_rate = encoder->sample_rate;
        frame->nb_samples = static_cast<int>(count);
        frame->pts = position;
        av_check(av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout), "layout");
        av_check(av_frame_get_buffer(frame.get(), 0), "frame");
        for (std::size_t c = 0; c < pending.channels; ++c) fill(c, pending.planes[c].data() + offset, count);
        position += static_cast<std::int64_t>(count);
        encode(&frame);
    }

    void fill(std::size_t channel, const float* from, std::size_t count) {
        std::uint8_t* const* data = frame->extended_data;
        const std::size_t step = pending.channels;
        if (frame->format == AV_SAMPLE_FMT_FLTP) {
            auto* to = reinterpret_cast<float*>(data[channel]);
            for (std::size_t i = 0; i < count; ++i) to[i] = from[i] * scale;
        } else if (frame->format == AV_SAMPLE_FMT_FLT) {
            auto* to = reinterpret_cast<float*>(data[0]) + channel;
            for (std::size_t i = 0; i < count; ++i) to[i * step] = from[i] * scale;
        } else {
            auto* to = reinterpret_cast<std::int32_t*>(data[0]) + channel;
            for (std::size_t i = 0; i < count; ++i) to[i * step] = to_24_bits(from[i] * scale);
        }
    }
};

AudioWriter::AudioWriter(int descriptor, const AudioWriterOptions& options) : state_(std::make_unique<State>(descriptor, options)) {}
AudioWriter::~AudioWriter() = default;
AudioWriter::AudioWriter(AudioWriter&&) noexcept = default;

void AudioWriter::write(const AudioBlock& block) {
    AudioBlock& pending = state_->pending;
    for (std::size_t c = 0; c < pending.channels; ++c)
        pending.planes[c].insert(pending.planes[c].end(), block.planes[c].begin(), block.planes[c].end());
    const auto size = static_cast<std::size_t>(state_->encoder->frame_size);
    std::size_t done = 0;
    for (; pending.frames() - done >= size; done += size) state_->encode_pending(done, size);
    for (std::size_t c = 0; c < pending.channels; ++c)
        pending.planes[c].erase(pending.planes[c].begin(), pending.planes[c].begin() + static_cast<std::ptrdiff_t>(done));
}

void AudioWriter::finish() {
    if (state_->pending.frames() > 0) state_->encode_pending(0, state_->pending.frames());
    state_->encode(nullptr);
    state_->output.finish();
}

bool encoder_takes_rate(const std::string& encoder, std::uint32_t sample_rate) {
    const AVCodec* codec = avcodec_find_encoder_by_name(encoder.c_str());
    return codec != nullptr && takes_rate(codec, sample_rate);
}

}  // namespace earshot::media::av
