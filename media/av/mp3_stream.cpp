#include "media/av/mp3_stream.hpp"

extern "C" {
#include <libavutil/dict.h>
#include <libavutil/intreadwrite.h>
}

#include <algorithm>
#include <cstring>

#include "media/av/audio_encoder.hpp"
#include "media/av/output_file.hpp"

namespace earshot::media::av {

struct Mp3Encoder::State {
    AudioEncoder encoder;
    explicit State(const EncoderSettings& settings) : encoder(settings, false) {}
};

Mp3Encoder::Mp3Encoder(const EncoderSettings& settings) : state_(std::make_unique<State>(settings)) {}
Mp3Encoder::~Mp3Encoder() = default;
Mp3Encoder::Mp3Encoder(Mp3Encoder&&) noexcept = default;
Mp3Encoder& Mp3Encoder::operator=(Mp3Encoder&&) noexcept = default;

namespace {

auto appended_to(std::vector<std::string>& frames) {
    return [&frames](Packet& packet) {
        frames.emplace_back(reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size));
    };
}

}  // namespace

void Mp3Encoder::write(const AudioBlock& block, std::vector<std::string>& frames) {
    state_->encoder.write(block, appended_to(frames));
}
void Mp3Encoder::finish(std::vector<std::string>& frames) {
    state_->encoder.finish(appended_to(frames));
}

struct Mp3File::State {
    OutputFile output;
    int frame_size, delay;
    AVRational time_base;
    AVStream* stream;
    std::string held;  // the last frame must say how much of it is padding
    std::int64_t frames{};

    State(int descriptor, const AudioEncoder& encoder)
        : output(descriptor, "mp3"),
          frame_size(encoder.get()->frame_size),
          delay(encoder.get()->initial_padding),
          time_base(encoder.get()->time_base),
          stream(output.add_stream(*encoder.get(), time_base)) {
        // Gapless players look for the encoder's name before they believe delay and padding.
        av_dict_set(&stream->metadata, "encoder", "LAME3.100", 0);
        output.write_header({{"id3v2_version", "0"}, {"write_id3v1", "0"}, {"write_xing", "1"}});
    }

    void put(std::int64_t padding) {
        Packet packet;
        av_check(av_new_packet(packet.get(), static_cast<int>(held.size())), "packet");
        std::memcpy(packet->data, held.data(), held.size());
        packet->pts = packet->dts = frames * frame_size - delay;
        packet->duration = std::max<std::int64_t>(frame_size - padding, 0);
        packet->flags |= AV_PKT_FLAG_KEY;
        if (frames == 0 || padding > 0) {  // what players are to leave out at either end, for the muxer's Info frame
            std::uint8_t* skip = av_check_pointer(av_packet_new_side_data(packet.get(), AV_PKT_DATA_SKIP_SAMPLES, 10), "padding");
            std::memset(skip, 0, 10);
            AV_WL32(skip, frames == 0 ? static_cast<std::uint32_t>(delay) : 0);
            AV_WL32(skip + 4, static_cast<std::uint32_t>(padding));
        }
        output.write(packet, stream, time_base);
        ++frames;
    }
};

Mp3File::Mp3File(int descriptor, const EncoderSettings& settings)
    : state_(std::make_unique<State>(descriptor, AudioEncoder(settings, false))) {}
Mp3File::~Mp3File() = default;

std::size_t Mp3File::samples_a_frame() const noexcept {
    return static_cast<std::size_t>(state_->frame_size);
}

void Mp3File::write(std::string_view frame) {
    if (!state_->held.empty()) state_->put(0);
    state_->held = frame;
}

void Mp3File::finish(std::uint64_t samples) {
    const std::int64_t all = (state_->frames + 1) * state_->frame_size;
    if (!state_->held.empty()) state_->put(std::max<std::int64_t>(all - state_->delay - static_cast<std::int64_t>(samples), 0));
    state_->output.finish();
}

}  // namespace earshot::media::av
