#include "media/av/frame_stream.hpp"

extern "C" {
#include <libavutil/crc.h>
#include <libavutil/dict.h>
#include <libavutil/intreadwrite.h>
}

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "media/av/audio_encoder.hpp"
#include "media/av/output_file.hpp"
#include "media/mp3_frame.hpp"
#include "media/tags/bytes.hpp"

namespace earshot::media::av {

struct FrameEncoder::State {
    AudioEncoder encoder;
    explicit State(const EncoderSettings& settings) : encoder(settings, false) {}
};

FrameEncoder::FrameEncoder(const EncoderSettings& settings) : state_(std::make_unique<State>(settings)) {}
FrameEncoder::~FrameEncoder() = default;
FrameEncoder::FrameEncoder(FrameEncoder&&) noexcept = default;
FrameEncoder& FrameEncoder::operator=(FrameEncoder&&) noexcept = default;

namespace {

auto appended_to(std::vector<std::string>& frames) {
    return [&frames](Packet& packet) {
        frames.emplace_back(reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size));
    };
}

}  // namespace

void FrameEncoder::write(const AudioBlock& block, std::size_t begin, std::size_t end, std::vector<std::string>& frames) {
    state_->encoder.write(block, begin, end, appended_to(frames));
}
void FrameEncoder::finish(std::vector<std::string>& frames) {
    state_->encoder.finish(appended_to(frames));
}

namespace {

// LAME's is over all bytes in front of it. libavformat takes the first 190, which are these for stereo in MPEG-1 alone.
void correct_info_crc(int descriptor) {
    constexpr std::size_t crc_at = 154;  // behind the word "Info"
    std::array<char, 4 + 2 + 32 + crc_at> head{};
    const std::ptrdiff_t size = tags::read_at(descriptor, head.data(), head.size(), 0);
    if (size < 0) throw AvError(AVERROR(errno), "Info frame");
    const auto shape = read_mp3_frame({head.data(), static_cast<std::size_t>(size)});
    if (!shape || std::memcmp(head.data() + shape->payload_at, "Info", 4) != 0) return;
    const std::size_t covered = shape->payload_at + crc_at;
    std::array<std::uint8_t, 2> crc{};
    AV_WB16(crc.data(), av_crc(av_crc_get_table(AV_CRC_16_ANSI_LE), 0, reinterpret_cast<const std::uint8_t*>(head.data()), covered));
    if (!tags::write_at(descriptor, crc.data(), crc.size(), static_cast<std::int64_t>(covered)))
        throw AvError(AVERROR(errno), "Info frame");
}

}  // namespace

struct FrameFile::State {
    int descriptor;
    OutputFile output;
    bool is_mp3;  // whose muxer learns from packets what players are to leave out
    int frame_size{}, delay{};
    AVRational time_base{};
    AVStream* stream{};
    std::string held;  // the last frame must say how much of it is padding
    std::int64_t frames{};

    State(int file, const std::string& muxer, const EncoderSettings& settings)
        : descriptor(file), output(file, muxer), is_mp3(muxer == "mp3") {
        const AudioEncoder encoder(settings, output.wants_global_header());  // for what it says about its stream
        frame_size = encoder.get()->frame_size;
        delay = encoder.get()->initial_padding;
        time_base = encoder.get()->time_base;
        stream = output.add_stream(*encoder.get(), time_base);
        // Gapless players look for the encoder's name before they believe delay and padding of an MP3.
        if (is_mp3) av_dict_set(&stream->metadata, "encoder", "LAME3.100", 0);
        output.write_header(essence_options(muxer));
    }

    void put(std::int64_t padding) {
        Packet packet;
        av_check(av_new_packet(packet.get(), static_cast<int>(held.size())), "packet");
        std::memcpy(packet->data, held.data(), held.size());
        packet->pts = packet->dts = frames * frame_size - delay;
        packet->duration = std::max<std::int64_t>(frame_size - padding, 0);
        packet->flags |= AV_PKT_FLAG_KEY;
        if (is_mp3 && (frames == 0 || padding > 0)) {
            std::uint8_t* skip = av_check_pointer(av_packet_new_side_data(packet.get(), AV_PKT_DATA_SKIP_SAMPLES, 10), "padding");
            std::memset(skip, 0, 10);
            AV_WL32(skip, frames == 0 ? static_cast<std::uint32_t>(delay) : 0);
            AV_WL32(skip + 4, static_cast<std::uint32_t>(padding));
        }
        output.write(packet, stream, time_base);
        ++frames;
    }
};

FrameFile::FrameFile(int descriptor, const std::string& muxer, const EncoderSettings& settings)
    : state_(std::make_unique<State>(descriptor, muxer, settings)) {}
FrameFile::~FrameFile() = default;

std::size_t FrameFile::samples_a_frame() const noexcept {
    return static_cast<std::size_t>(state_->frame_size);
}

void FrameFile::write(std::string_view frame) {
    if (!state_->held.empty()) state_->put(0);
    state_->held = frame;
}

void FrameFile::finish(std::uint64_t samples) {
    const std::int64_t all = (state_->frames + 1) * state_->frame_size;
    if (!state_->held.empty()) state_->put(std::max<std::int64_t>(all - state_->delay - static_cast<std::int64_t>(samples), 0));
    state_->output.finish();
    if (state_->is_mp3) correct_info_crc(state_->descriptor);
}

}  // namespace earshot::media::av
