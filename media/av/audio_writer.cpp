#include "media/av/audio_writer.hpp"

#include <optional>

#include "media/av/audio_encoder.hpp"
#include "media/av/m4a_file.hpp"
#include "media/av/output_file.hpp"

namespace earshot::media::av {

namespace {

constexpr std::string_view m4a_muxer = "ipod";

std::string_view bytes_of(const Packet& packet) {
    return {reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size)};
}

AacTrack track_of(const AVCodecContext& encoder) {
    return {.sample_rate = static_cast<std::uint32_t>(encoder.sample_rate),
            .delay = static_cast<std::uint32_t>(encoder.initial_padding),
            .configuration = {reinterpret_cast<const char*>(encoder.extradata), static_cast<std::size_t>(encoder.extradata_size)}};
}

}  // namespace

struct AudioWriter::State {
    std::optional<OutputFile> output;  // or
    std::optional<M4aFile> m4a;
    std::optional<AudioEncoder> encoder;
    AVStream* stream{};

    State(int descriptor, const std::string& muxer, const EncoderSettings& settings) {
        if (muxer == m4a_muxer) {
            encoder.emplace(settings, true);
            if (encoder->get()->codec_id == AV_CODEC_ID_AAC) {
                m4a.emplace(descriptor, track_of(*encoder->get()));
                return;
            }
        }
        output.emplace(descriptor, muxer);
        if (!encoder) encoder.emplace(settings, output->wants_global_header());
        stream = output->add_stream(*encoder->get(), encoder->get()->time_base);
        (*output)->metadata_header_padding = 0;  // of a FLAC: tags bring their own, and only ever add to a file
        output->write_header(essence_options(muxer));
    }
    auto taker() {
        return [this](Packet& packet) {
            if (m4a) return m4a->write(bytes_of(packet), static_cast<std::uint32_t>(packet->duration));
            output->write(packet, stream, encoder->get()->time_base);
        };
    }
};

AudioWriter::AudioWriter(int descriptor, const std::string& muxer, const EncoderSettings& settings)
    : state_(std::make_unique<State>(descriptor, muxer, settings)) {}
AudioWriter::~AudioWriter() = default;
AudioWriter::AudioWriter(AudioWriter&&) noexcept = default;

void AudioWriter::write(const AudioBlock& block) {
    state_->encoder->write(block, 0, block.frames(), state_->taker());
}

void AudioWriter::finish() {
    state_->encoder->finish(state_->taker());
    if (state_->m4a) return state_->m4a->finish();
    state_->output->finish();
}

}  // namespace earshot::media::av
