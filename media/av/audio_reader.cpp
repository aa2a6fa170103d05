#include "media/av/audio_reader.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "media/av/audio_file_info.hpp"
#include "media/av/linked_input.hpp"
#include "media/av/pcm.hpp"
#include "media/av/recording_span.hpp"
#include "media/av/resampler.hpp"
#include "media/redactor.hpp"

namespace earshot::media::av {

namespace {

constexpr std::size_t block_frames = 8192;
constexpr int most_errors_in_a_row = 200;
constexpr std::ptrdiff_t least_gap = 64;  // zeros one after another that no recording goes through by chance

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

// Containers whose packets hold what is to be heard and nothing else. Others have edit lists and priming, which the decoder sees to.
bool plays_every_byte(std::string_view container) {
    return container == "wav" || container == "w64" || container == "aiff";
}

// Opus may change the length of its packets on the way.
std::uint32_t packet_frames(const AVCodecParameters& parameters) {
    if (av_get_bits_per_sample(parameters.codec_id) > 0) return 1;
    return parameters.codec_id == AV_CODEC_ID_OPUS ? 0 : static_cast<std::uint32_t>(std::max(parameters.frame_size, 0));
}

InputOptions input_options(const AudioReaderOptions& from) {
    InputOptions options = audio_input();
    options.view = from.view;
    options.own_file = from.own_file;
    return options;
}

}  // namespace

struct AudioReader::State {
    int descriptor;
    LinkedInput input;
    AudioFileInfo info;
    std::size_t channels{1};
    std::unique_ptr<Resampler> resampler;
    std::optional<Redactor> redactor;
    std::size_t pcm_bytes{};  // of a frame, when its samples need no decoder
    int frame_format{-1}, frame_rate{}, frame_channels{};
    Packet packet;
    bool at_end{};
    std::uint64_t damaged{}, frames{};
    BrokenSamples broken;
    Offset offset;
    std::array<bool, 2> in_gap{};  // whether a side ended in digital silence
    RecordingSpan span;            // what is still to come of it

    State(int file, const AudioReaderOptions& from)
        : descriptor(file), input(file, input_options(from)), info(describe(input.file(), file)), offset(from.offset) {
        if (input.is_chain()) guess_length();
        channels = info.channels == 1 ? 1 : 2;
        if (input.stream() == nullptr) return;
        if (info.channels == channels && plays_every_byte(info.container)) pcm_bytes = pcm_sample_bytes(parameters().codec_id) * channels;
        find_span();
    }

    [[nodiscard]] const AVCodecParameters& parameters() const { return *input.stream()->codecpar; }

    // As if all recordings of a chain were coded alike.
    void guess_length() {
        if (info.seconds) info.seconds = *info.seconds / input.share();
        info.claimed_seconds.reset();
        info.seconds_exact = false;
    }

    void find_span() {
        if (info.container.starts_with("mov"))
            span = mp4_span(descriptor, static_cast<std::uint32_t>(input.stream()->id), field_of(input.file()->metadata, "iTunSMPB"),
                            {.sample_rate = info.sample_rate, .packet_frames = packet_frames(parameters())});
        if (info.container == "caf") span = caf_span(descriptor, info.sample_rate);
        if (!span.frames || info.sample_rate == 0) return;
        info.seconds = info.claimed_seconds = static_cast<double>(*span.frames) / info.sample_rate;
        info.seconds_exact = true;
    }

    // Gaps of digital silence have none.
    void take_offset_out(AudioBlock& block) {
        for (std::size_t c = 0; c < channels; ++c) {
            if (offset[c] == 0) continue;
            auto& plane = block.planes[c];
            for (auto at = plane.begin(); at != plane.end();) {
                const auto sound = std::find_if(at, plane.end(), [](float sample) { return sample != 0; });
                const bool goes_on = at == plane.begin() && in_gap[c];
                in_gap[c] = goes_on || sound - at >= least_gap;
                if (!in_gap[c]) std::for_each(at, sound, [&](float& sample) { sample -= offset[c]; });
                at = std::find(sound, plane.end(), 0.0F);
                std::for_each(sound, at, [&](float& sample) { sample -= offset[c]; });
                if (sound != at) in_gap[c] = false;
            }
        }
    }

    // Takes away what was appended behind `before` frames, but is no part of the recording.
    void hold_to_span(AudioBlock& block, std::size_t before) {
        const std::uint64_t leading = std::min<std::uint64_t>(span.skip, block.frames() - before);
        const std::uint64_t kept = block.frames() - before - leading, most = span.frames.value_or(kept);
        for (std::size_t c = 0; c < channels; ++c) {
            auto& plane = block.planes[c];
            const auto begin = plane.begin() + static_cast<std::ptrdiff_t>(before);
            plane.erase(begin, begin + static_cast<std::ptrdiff_t>(leading));
            plane.resize(before + std::min(kept, most));
        }
        span.skip -= leading;
        if (span.frames) *span.frames -= std::min(kept, most);
        frames -= leading + kept - std::min(kept, most);
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
        read_pcm(parameters().codec_id, what.data, count, channels, planes.data());
        frames += count;
    }

    [[nodiscard]] bool holds_whole_numbers() const { return pcm_bytes > 0 && parameters().codec_id != AV_CODEC_ID_PCM_F32LE; }

    void append(AudioBlock& block, const std::uint8_t* const* data, int count) {
        const int room = resampler->bound(count);
        if (room <= 0) return;
        const std::size_t before = block.frames();
        const auto out = grow(block, static_cast<std::size_t>(room));
        const auto made = static_cast<std::size_t>(resampler->convert(data, count, out.data(), room));
        for (std::size_t c = 0; c < channels; ++c) block.planes[c].resize(before + made);
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
        for (std::size_t c = 0; c < channels; ++c) std::copy_n(reinterpret_cast<const float*>(frame.extended_data[c]), count, out[c]);
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
            input.decoder().decode(what, [&](Frame& frame) {
                if (is_as_wanted(*frame.get())) return append_as_is(block, *frame.get());
                adapt(block, *frame.get());
                append(block, frame->extended_data, frame->nb_samples);
            });
        } catch (const AvError&) {
            ++damaged;
        }
    }

    bool next_packet() {
        for (int errors = 0; errors < most_errors_in_a_row;) {
            try {
                if (!input.file().read(packet)) return false;
                if (packet->stream_index == input.stream()->index) return true;
            } catch (const AvError&) {
                ++damaged;
                ++errors;
            }
        }
        return false;
    }
};

AudioReader::AudioReader(int descriptor, const AudioReaderOptions& options) {
    state_ = std::make_unique<State>(descriptor, options);
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
    return state_->damaged + state_->input.left_out();
}
const BrokenSamples& AudioReader::broken_samples() const noexcept {
    return state_->broken;
}
std::uint64_t AudioReader::decoded_frames() const noexcept {
    return state_->frames;
}

bool AudioReader::read(AudioBlock& block) {
    while (read_whole(block)) {
        state_->take_offset_out(block);
        if (state_->redactor) state_->redactor->apply(block);
        if (block.frames() > 0) return true;
    }
    return false;
}

void AudioReader::open_decoder() {
    state_->input.open_decoder();
}

bool AudioReader::read_whole(AudioBlock& block) {
    State& state = *state_;
    block.clear();
    block.channels = state.channels;
    if (!state.input.is_decodable()) open_decoder();
    const std::uint64_t first = state.frames;
    while (!state.at_end && block.frames() < block_frames) {
        const std::size_t before = block.frames();
        if (state.next_packet()) {
            state.decode(block, &state.packet);
        } else {
            state.decode(block, nullptr);
            state.at_end = !state.input.open_next();
            if (state.at_end && state.resampler) state.append(block, nullptr, 0);
        }
        state.hold_to_span(block, before);
    }
    if (state.redactor) state.redactor->silence(block);
    if (!state.holds_whole_numbers()) state.broken.mend(block, first);
    return block.frames() > 0;
}

std::string guess_format(int descriptor) {
    return InputFile::guess_format(descriptor);
}

}  // namespace earshot::media::av
