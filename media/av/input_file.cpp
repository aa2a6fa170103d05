#include "media/av/input_file.hpp"

extern "C" {
#include <libavutil/avstring.h>
#include <libavutil/dict.h>
}

namespace earshot::media::av {

namespace {

constexpr unsigned probe_bytes = 1U << 20;        // to tell the format
constexpr std::int64_t stream_bytes = 5'000'000;  // to tell its streams, …
constexpr std::int64_t stream_seconds = 5;        // … or that much sound
constexpr int sound_score = AVPROBE_SCORE_EXTENSION / 2;

int refuse_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
    return AVERROR(EACCES);
}

class Options {
public:
    ~Options() { av_dict_free(&entries_); }
    Options() = default;
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;
    void set(const char* key, const char* value) { av_check(av_dict_set(&entries_, key, value, 0), key); }
    AVDictionary** get() noexcept { return &entries_; }

private:
    AVDictionary* entries_{};
};

// Self-synchronising formats (MP3, ADTS) see a frame in any noise, but then score next to nothing.
const AVInputFormat* guess(AVIOContext* io, int least_score) {
    const AVInputFormat* format = nullptr;
    if (av_probe_input_buffer2(io, &format, "", nullptr, 0, probe_bytes) < least_score) return nullptr;
    return format;
}

}  // namespace

InputOptions audio_input() {
    return {.formats = "wav,w64,flac,aiff,mp3,mov,ogg,aac,caf",
            .codecs =
                "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_s64le,pcm_s64be,pcm_f32le,pcm_f32be,"
                "pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,flac,mp3float,mp3,mp2float,mp2,aac,alac,vorbis,opus"};
}

InputOptions picture_input() {
    return {.formats = "jpeg_pipe,png_pipe", .codecs = "mjpeg,png"};
}

InputFile::InputFile(int descriptor, const InputOptions& options)
    : io_(std::make_unique<DescriptorIo>(descriptor, DescriptorIo::Mode::read, options.view)) {
    prepare_library();
    const AVInputFormat* format = guess(io_->get(), options.own_file ? 1 : sound_score);
    io_->check_disk();
    const auto is_one_of = [&](const std::string& formats) {
        return format != nullptr && av_match_list(format->name, formats.c_str(), ',') > 0;
    };
    // A few frames of MP3 may look like several formats or like another one. Whatever else we make begins with a name.
    if (options.own_file && (!is_one_of(options.formats) || is_one_of("aac"))) format = av_find_input_format("mp3");
    if (!is_one_of(options.formats)) throw AvError(AVERROR_DEMUXER_NOT_FOUND, "format");

    AVFormatContext* context = av_check_pointer(avformat_alloc_context(), "context");
    context->pb = io_->get();
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    context->io_open = &refuse_open;
    context->probesize = stream_bytes;
    context->max_analyze_duration = stream_seconds * AV_TIME_BASE;
    context->max_streams = 64;  // a multitrack MOV may hold every microphone, and with fewer it would be refused
    Options settings;
    settings.set("format_whitelist", options.formats.c_str());
    settings.set("codec_whitelist", options.codecs.c_str());
    settings.set("protocol_whitelist", "none");
    // Bytes a packet of the WAV demuxer, whose default costs more than its samples; others ignore it. More than the buffer: read into it.
    settings.set("max_size", "131072");
    const int opened = avformat_open_input(&context, "", format, settings.get());  // frees the context when it fails
    context_.reset(context);
    io_->check_disk();
    av_check(opened, "open");
    align_plain_samples();
    if (!options.find_streams) return;
    const int found = avformat_find_stream_info(context, nullptr);
    io_->check_disk();
    av_check(found, "streams");
}

// By this packets are cut. Some headers have it wrong, and then packets would begin and end within a sample.
void InputFile::align_plain_samples() noexcept {
    for (unsigned i = 0; i < context_->nb_streams; ++i) {
        AVCodecParameters& parameters = *context_->streams[i]->codecpar;
        if (const int bits = av_get_exact_bits_per_sample(parameters.codec_id); bits >= 8)
            parameters.block_align = bits / 8 * parameters.ch_layout.nb_channels;
    }
}

AVStream* InputFile::best_stream(AVMediaType type) const noexcept {
    for (unsigned i = 0; i < context_->nb_streams; ++i) {
        AVStream* stream = context_->streams[i];
        if (stream->codecpar->codec_type == type && (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0) return stream;
    }
    return nullptr;
}

bool InputFile::read(Packet& packet) {
    packet.unref();
    const int result = av_read_frame(context_.get(), packet.get());
    if (result < 0) io_->check_disk();
    if (result == AVERROR_EOF) return false;
    av_check(result, "read");
    return true;
}

std::string InputFile::guess_format(int descriptor) {
    prepare_library();
    DescriptorIo io(descriptor, DescriptorIo::Mode::read);
    const AVInputFormat* format = guess(io.get(), sound_score);
    return format == nullptr ? "" : format->name;
}

}  // namespace earshot::media::av
