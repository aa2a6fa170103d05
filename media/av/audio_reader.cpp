#include "media/av/audio_reader.hpp"

extern "C" {
#include <libavutil/avstring.h>
#include <libavutil/dict.h>
#include <libavutil/mathematics.h>
}

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

#include "media/av/codec.hpp"
#include "media/av/input_file.hpp"
#include "media/av/metadata_words.hpp"
#include "media/av/pcm.hpp"
#include "media/av/resampler.hpp"
#include "media/redactor.hpp"

namespace earshot::media::av {

namespace {

constexpr std::size_t block_frames = 8192;
constexpr int most_errors_in_a_row = 200;
constexpr float loudest = 1e4F;  // +80 dBFS: nothing a float recording can mean lies beyond

class Layout {
public:
    // Mono and stereo whatever the file calls them; names only matter for a down-mix.
    explicit Layout(int channels) { set_default(channels); }
    explicit Layout(const AVChannelLayout& from) {
        if (from.nb_channels > 2 && from.order == AV_CHANNEL_ORDER_NATIVE)
            av_check(av_channel_layout_copy(&layout_, &from), "layout");
        else
            set_default(from.nb_channels);
    }
    ~Layout() { av_channel_layout_uninit(&layout_); }
    Layout(const Layout&) = delete;
    Layout& operator=(const Layout&) = delete;
    [[nodiscard]] const AVChannelLayout* get() const noexcept { return &layout_; }

private:
    // libavutil's defaults for 3 and 4 hold an LFE or a single rear channel: unlikely for recordings that name nothing.
    void set_default(int channels) {
        if (channels == 3)
            av_channel_layout_from_mask(&layout_, AV_CH_LAYOUT_SURROUND);
        else if (channels == 4)
            av_channel_layout_from_mask(&layout_, AV_CH_LAYOUT_QUAD);
        else
            av_channel_layout_default(&layout_, channels);
    }
    AVChannelLayout layout_{};
};

bool is_accepted(const AVCodecParameters& parameters) {
    const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
    return codec != nullptr && av_match_list(codec->name, audio_input().codecs.c_str(), ',') > 0;
}

// Containers whose packets hold what is to be heard and nothing else. Others have edit lists and priming, which the decoder sees to.
bool plays_every_byte(std::string_view container) {
    return container == "wav" || container == "w64" || container == "aiff";
}

// PCM tells its length by bytes; a header that promises more than the file holds is not believed.
std::optional<double> pcm_seconds(const AVCodecParameters& parameters, int descriptor) {
    struct stat status{};
    const std::int64_t bits = av_get_bits_per_sample(parameters.codec_id);
    if (bits <= 0 || parameters.sample_rate <= 0 || parameters.ch_layout.nb_channels <= 0 || ::fstat(descriptor, &status) != 0)
        return std::nullopt;
    const double bytes_a_second = static_cast<double>(bits) / 8 * parameters.ch_layout.nb_channels * parameters.sample_rate;
    return static_cast<double>(status.st_size) / bytes_a_second;
}

void read_length(AudioFileInfo& info, const InputFile& input, const AVStream& stream, int descriptor) {
    if (input->duration != AV_NOPTS_VALUE && input->duration >= 0) {
        info.seconds = static_cast<double>(input->duration) / AV_TIME_BASE;
        info.seconds_exact = input->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE;
        if (info.seconds_exact) info.claimed_seconds = info.seconds;
    }
    if (const auto most = pcm_seconds(*stream.codecpar, descriptor)) {
        info.seconds = info.seconds ? std::min(*info.seconds, *most) : *most;
        info.seconds_exact = true;
    }
}

const char* field_of(const AVDictionary* entries, const std::string& key) {
    const AVDictionaryEntry* found = av_dict_get(entries, key.c_str(), nullptr, 0);
    return found == nullptr ? "" : found->value;
}

// Links are known of Vorbis comments only, where libavformat leaves them among the other fields.
std::vector<model::ChapterMark> chapters_of(const InputFile& input) {
    std::vector<model::ChapterMark> marks;
    const AVStream* stream = input.best_stream(AVMEDIA_TYPE_AUDIO);
    const auto moment = [](std::int64_t time, AVRational base) {
        return std::chrono::milliseconds(std::clamp<std::int64_t>(av_rescale_q(time, base, {1, 1000}), 0, INT32_MAX));
    };
    for (unsigned i = 0; i < input->nb_chapters; ++i) {
        const AVChapter& chapter = *input->chapters[i];
        char number[32];
        std::snprintf(number, sizeof number, "CHAPTER%03lldURL", static_cast<long long>(chapter.id));
        std::string link = field_of(input->metadata, number);
        if (link.empty() && stream != nullptr) link = field_of(stream->metadata, number);
        marks.push_back({moment(chapter.start, chapter.time_base),
                         chapter.end == AV_NOPTS_VALUE ? std::chrono::milliseconds(0) : moment(chapter.end, chapter.time_base),
                         field_of(chapter.metadata, "title"), std::move(link)});
    }
    return marks;
}

AudioFileInfo describe(const InputFile& input, int descriptor) {
    AudioFileInfo info;
    info.container = input->iformat->name;
    info.other_streams = other_streams(*input.get(), input.best_stream(AVMEDIA_TYPE_AUDIO));
    info.entries = metadata_entries(*input.get());
    info.chapters = chapters_of(input);
    info.has_video = input.best_stream(AVMEDIA_TYPE_VIDEO) != nullptr;
    for (unsigned i = 0; i < input->nb_streams; ++i)
        info.audio_streams += input->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO ? 1 : 0;
    const AVStream* stream = input.best_stream(AVMEDIA_TYPE_AUDIO);
    if (stream == nullptr) return info;
    const AVCodecParameters& parameters = *stream->codecpar;
    info.codec = avcodec_get_name(parameters.codec_id);
    info.codec_accepted = is_accepted(parameters);
    info.sample_rate = static_cast<std::uint32_t>(std::max(parameters.sample_rate, 0));
    info.channels = static_cast<std::uint32_t>(std::max(parameters.ch_layout.nb_channels, 0));
    info.channels_unnamed = info.channels > 2 && parameters.ch_layout.order != AV_CHANNEL_ORDER_NATIVE;
    const int bits = parameters.bits_per_raw_sample > 0 ? parameters.bits_per_raw_sample : av_get_bits_per_sample(parameters.codec_id);
    info.bits_per_sample = static_cast<std::uint32_t>(std::max(bits, 0));
    read_length(info, input, *stream, descriptor);
    return info;
}

void copy_finite(const float* from, float* to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const float sample = from[i];
        to[i] = std::isnan(sample) ? 0.0F : std::clamp(sample, -loudest, loudest);
    }
}

}  // namespace

struct AudioReader::State {
    InputFile input;
    AudioFileInfo info;
    AVStream* stream{};
    std::size_t channels{1};
    std::optional<Decoder> decoder;
    std::unique_ptr<Resampler> resampler;
    std::optional<Redactor> redactor;
    std::size_t pcm_bytes{};  // of a frame, when its samples need no decoder
    int frame_format{-1}, frame_rate{}, frame_channels{};
    Packet packet;
    bool at_end{};
    std::uint64_t damaged{}, frames{};

    explicit State(int descriptor, const InputOptions& options) : input(descriptor, options), info(describe(input, descriptor)) {
        stream = input.best_stream(AVMEDIA_TYPE_AUDIO);
        for (unsigned i = 0; i < input->nb_streams; ++i)
            input->streams[i]->discard = input->streams[i] == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
        channels = info.channels == 1 ? 1 : 2;
        if (stream != nullptr && info.channels == channels && plays_every_byte(info.container))
            pcm_bytes = pcm_sample_bytes(stream->codecpar->codec_id) * channels;
    }

    // Room for so many more frames, and where they go.
    std::array<float*, 2> grow(AudioBlock& block, std::size_t count) const {
        const std::size_t before = block.frames();
        std::array<float*, 2> planes{};
        for (std::size_t c = 0; c < channels; ++c) {
            block.planes[c].resize(before + count);
            planes[c] = block.planes[c].data() + before;
        }
        return planes;
    }

    void append_pcm(AudioBlock& block, const AVPacket& what) {
        const std::size_t count = static_cast<std::size_t>(what.size) / pcm_bytes;
        if (count == 0) ++damaged;
        const auto planes = grow(block, count);
        const AVCodecID codec = stream->codecpar->codec_id;
        read_pcm(codec, what.data, count, channels, planes.data());
        if (codec == AV_CODEC_ID_PCM_F32LE)
            for (std::size_t c = 0; c < channels; ++c) copy_finite(planes[c], planes[c], count);
        frames += count;
    }

    void append(AudioBlock& block, const std::uint8_t* const* data, int count) {
        const int room = resampler->bound(count);
        if (room <= 0) return;
        const std::size_t before = block.frames();
        const auto out = grow(block, static_cast<std::size_t>(room));
        const auto made = static_cast<std::size_t>(resampler->convert(data, count, out.data(), room));
        for (std::size_t c = 0; c < channels; ++c) {
            block.planes[c].resize(before + made);
            copy_finite(out[c], out[c], made);
        }
        frames += made;
    }

    // What most lossy decoders give is what blocks hold.
    [[nodiscard]] bool is_as_wanted(const AVFrame& frame) const {
        return !resampler && frame.format == AV_SAMPLE_FMT_FLTP && frame.sample_rate == static_cast<int>(info.sample_rate) &&
               frame.ch_layout.nb_channels == static_cast<int>(channels) && info.channels == channels;
    }

    void append_as_is(AudioBlock& block, const AVFrame& frame) {
        const auto count = static_cast<std::size_t>(frame.nb_samples);
        const auto out = grow(block, count);
        for (std::size_t c = 0; c < channels; ++c) copy_finite(reinterpret_cast<const float*>(frame.extended_data[c]), out[c], count);
        frames += count;
    }

    // Chained Ogg and spliced MP3 may change format on the way: the old converter is emptied, a new one takes over.
    void adapt(AudioBlock& block, const AVFrame& frame) {
        if (resampler && frame.format == frame_format && frame.sample_rate == frame_rate && frame.ch_layout.nb_channels == frame_channels)
            return;
        if (resampler) append(block, nullptr, 0);
        const Layout out(static_cast<int>(channels));
        const Resampler::Side to{.layout = out.get(), .rate = static_cast<int>(info.sample_rate)};
        const auto format = static_cast<AVSampleFormat>(frame.format);
        try {
            const Layout in(frame.ch_layout);
            resampler = std::make_unique<Resampler>(Resampler::Side{in.get(), format, frame.sample_rate}, to);
        } catch (const AvError&) {
            const Layout in(frame.ch_layout.nb_channels);  // an exotic layout no matrix is known for
            resampler = std::make_unique<Resampler>(Resampler::Side{in.get(), format, frame.sample_rate}, to);
        }
        frame_format = frame.format;
        frame_rate = frame.sample_rate;
        frame_channels = frame.ch_layout.nb_channels;
    }

    void decode(AudioBlock& block, const Packet* what) {
        if (pcm_bytes > 0) {
            if (what != nullptr) append_pcm(block, *what->get());
            return;
        }
        try {
            decoder->decode(what, [&](Frame& frame) {
                if (is_as_wanted(*frame.get())) return append_as_is(block, *frame.get());
                adapt(block, *frame.get());
                append(block, frame->extended_data, frame->nb_samples);
            });
        } catch (const AvError&) {
            ++damaged;
        }
    }

    bool next_packet() {
        for (int errors = 0; errors < most_errors_in_a_row; ++errors) {
            try {
                if (!input.read(packet)) return false;
                if (packet->stream_index == stream->index) return true;
            } catch (const AvError&) {
                ++damaged;
            }
        }
        return false;
    }
};

AudioReader::AudioReader(int descriptor, const AudioReaderOptions& options) {
    InputOptions input = audio_input();
    input.view = options.view;
    input.own_file = options.own_file;
    state_ = std::make_unique<State>(descriptor, input);
    if (options.redactions.empty()) return;
    AudioFileInfo& info = state_->info;
    state_->redactor.emplace(options.redactions, info.sample_rate);
    for (std::optional<double>* seconds : {&info.seconds, &info.claimed_seconds}) {
        if (!*seconds) continue;
        const std::chrono::milliseconds whole(std::llround(**seconds * 1000));
        **seconds = std::chrono::duration<double>(model::HeardTime(options.redactions).heard(whole)).count();
    }
}
AudioReader::~AudioReader() = default;
AudioReader::AudioReader(AudioReader&&) noexcept = default;
AudioReader& AudioReader::operator=(AudioReader&&) noexcept = default;

const AudioFileInfo& AudioReader::info() const noexcept {
    return state_->info;
}
std::size_t AudioReader::channels() const noexcept {
    return state_->channels;
}
std::uint64_t AudioReader::damaged_places() const noexcept {
    return state_->damaged;
}
std::uint64_t AudioReader::decoded_frames() const noexcept {
    return state_->frames;
}

bool AudioReader::read(AudioBlock& block) {
    while (read_whole(block)) {
        if (state_->redactor) state_->redactor->apply(block);
        if (block.frames() > 0) return true;
    }
    return false;
}

void AudioReader::open_decoder() {
    state_->decoder.emplace(state_->stream->codecpar, state_->stream->time_base, audio_input().codecs);
}

bool AudioReader::read_whole(AudioBlock& block) {
    State& state = *state_;
    block.clear();
    block.channels = state.channels;
    if (!state.decoder) open_decoder();
    while (!state.at_end && block.frames() < block_frames) {
        if (state.next_packet()) {
            state.decode(block, &state.packet);
        } else {
            state.at_end = true;
            state.decode(block, nullptr);
            if (state.resampler) state.append(block, nullptr, 0);
        }
    }
    return block.frames() > 0;
}

std::string guess_format(int descriptor) {
    return InputFile::guess_format(descriptor);
}

}  // namespace earshot::media::av
