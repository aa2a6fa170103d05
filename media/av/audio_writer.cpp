#include "media/av/audio_writer.hpp"

#include "media/av/audio_encoder.hpp"
#include "media/av/output_file.hpp"

namespace earshot::media::av {

struct AudioWriter::State {
    OutputFile output;
    AudioEncoder encoder;
    AVStream* stream;

    State(int descriptor, const std::string& muxer, const EncoderSettings& settings)
        : output(descriptor, muxer),
          encoder(settings, output.wants_global_header()),
          stream(output.add_stream(*encoder.get(), encoder.get()->time_base)) {
        output->metadata_header_padding = 0;  // of a FLAC: tags bring their own, and only ever add to a file
        output.write_header(essence_options(muxer, settings.sample_rate));
    }
    auto taker() {
        return [this](Packet& packet) { output.write(packet, stream, encoder.get()->time_base); };
    }
};

AudioWriter::AudioWriter(int descriptor, const std::string& muxer, const EncoderSettings& settings)
    : state_(std::make_unique<State>(descriptor, muxer, settings)) {}
AudioWriter::~AudioWriter() = default;
AudioWriter::AudioWriter(AudioWriter&&) noexcept = default;

void AudioWriter::write(const AudioBlock& block) {
    state_->encoder.write(block, 0, block.frames(), state_->taker());
}

void AudioWriter::finish() {
    state_->encoder.finish(state_->taker());
    state_->output.finish();
}

}  // namespace earshot::media::av
