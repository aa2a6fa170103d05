// Length to the sample, the frame that says so, where the sound starts, and progress.

#include "media/audio_layout.hpp"
#include "media/av/audio_writer.hpp"
#include "media/av/error.hpp"
#include "media/av/m4a_file.hpp"
#include "media/av/remux.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/wav_bytes.hpp"

#include <sstream>

using namespace earshot;
using namespace earshot::tests;

namespace {

std::uint32_t big_endian(const std::string& bytes, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + count; ++i) value = value << 8 | static_cast<unsigned char>(bytes.at(i));
    return value;
}

// CRC-16 as LAME writes it: reflected 0x8005, from 0.
std::uint32_t lame_crc(std::string_view bytes) {
    std::uint32_t crc = 0;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1;
    }
    return crc;
}

media::AudioBlock hiss(std::size_t frames, std::size_t channels) {
    media::AudioBlock block{.channels = channels, .planes = {}};
    std::uint32_t state = 1;
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t i = 0; i < frames; ++i)
            block.planes[c].push_back(static_cast<float>((state = state * 1'664'525 + 1'013'904'223) >> 8) / 0x4000000);
    return block;
}

// One made by our encoder and, packet by packet, libavformat's copy of it.
void check_m4a(const Workshop& shop, const media::AudioBlock& sound, std::uint32_t rate) {
    INFO(rate << " Hz, " << sound.frames() << " samples, " << sound.channels << " channels");
    const auto file = [&](const std::string& name) { return OpenDescriptor(shop.path(name), O_RDWR | O_CREAT | O_TRUNC); };
    const OpenDescriptor made = file("made.m4a"), copied = file("copied.m4a");
    media::av::AudioWriter writer(made, "ipod",
                                  {.encoder = "aac",
                                   .options = "aac_coder=fast",
                                   .sample_rate = rate,
                                   .channels = static_cast<std::uint32_t>(sound.channels),
                                   .bit_rate = 128'000});
    writer.write(sound);
    writer.finish();
    media::av::remux_audio(made, copied, {.muxer = "ipod", .muxer_options = {{"movflags", "+faststart"}}});
    CHECK(bytes_of(shop.path("made.m4a")) == bytes_of(shop.path("copied.m4a")));
}

}  // namespace

TEST_CASE("Renditions are as long as the master, to the sample") {
    const Workshop shop;
    for (const std::size_t samples : {44'100UL, 123'457UL, 1'000'001UL, 576UL}) {
        INFO(samples);
        const auto master = shop.ffmpeg("odd.wav", "-f lavfi -i sine=500:r=44100,volume=0.2,atrim=end_sample=" + std::to_string(samples));
        const auto report = transcode_both(shop, master);
        REQUIRE(report);
        CHECK(report->master.duration == std::chrono::milliseconds(std::lround(static_cast<double>(samples) / 44.1)));
        CHECK(report->renditions[0].duration == report->master.duration);
        CHECK(decoded_samples(shop.path("out.mp3")) == samples);
        CHECK(output_of("ffprobe -v error -show_entries stream=duration_ts -of csv=p=0 " + shop.path("out.m4a")) ==
              std::to_string(samples) + "\n");
        // And still are with tags, as they are served.
        REQUIRE(media::write_tagged(model::Codec::aac, OpenDescriptor(shop.path("out.m4a")),
                                    OpenDescriptor(shop.path("tagged.m4a"), O_RDWR | O_CREAT | O_TRUNC), full_tags(),
                                    report->renditions[1].duration));
        CHECK(output_of("ffprobe -v error -select_streams a -show_entries stream=duration_ts -of csv=p=0 " + shop.path("tagged.m4a")) ==
              std::to_string(samples) + "\n");
        CHECK(output_of("ffmpeg -v error -i " + shop.path("tagged.m4a") + " -map 0:a -ac 1 -f s16le - | wc -c") ==
              output_of("ffmpeg -v error -i " + shop.path("out.m4a") + " -ac 1 -f s16le - | wc -c"));
    }
    const auto report = transcode_both(shop, shop.path("speech.wav"));  // 48 → 44.1 kHz
    REQUIRE(report);
    CHECK(decoded_samples(shop.path("out.mp3")) == 4 * 44'100);
}

TEST_CASE("The MP3 starts with an exact Info and LAME frame and carries no ID3") {
    const Workshop shop;
    REQUIRE(transcode_both(shop, shop.path("speech.wav")));
    const std::string bytes = bytes_of(shop.path("out.mp3"));
    CHECK(bytes[0] == '\xFF');
    CHECK(bytes.substr(bytes.size() - 128, 3) != "TAG");
    const std::size_t info = bytes.find("Info");
    REQUIRE(info == 36);
    const auto frames = big_endian(bytes, info + 8, 4);
    CHECK(big_endian(bytes, info + 12, 4) == bytes.size());
    CHECK(bytes.substr(info + 120, 9) == "LAME3.100");
    const auto delay = big_endian(bytes, info + 141, 3) >> 12, padding = big_endian(bytes, info + 141, 3) & 0xFFF;
    CHECK(frames * 1152 - delay - padding == 4 * 44'100);
    const std::size_t info_frame = 417;  // of 128 kbit/s, without padding
    CHECK(big_endian(bytes, info + 148, 4) == bytes.size());
    CHECK(big_endian(bytes, info + 152, 2) == lame_crc(std::string_view(bytes).substr(info_frame)));
    CHECK(big_endian(bytes, info + 154, 2) == lame_crc(std::string_view(bytes).substr(0, 190)));
}

TEST_CASE("The Info frame's own CRC is LAME's, over all bytes in front of it, in every version and number of channels") {
    const Workshop shop;
    for (const auto& [rate, channels, info] : {std::tuple{44'100U, 2, 36UL}, {44'100U, 1, 21UL}, {22'050U, 2, 21UL}, {22'050U, 1, 13UL}}) {
        INFO(rate << " " << channels);
        const OpenDescriptor in(shop.make("master.wav", "-ac " + std::to_string(channels))),
            mp3(shop.path("out.mp3"), O_RDWR | O_CREAT | O_TRUNC);
        const model::RenditionProfile profile{
            .name = "mp3", .codec = model::Codec::mp3, .bit_rate = 64'000, .mono_bit_rate = 48'000, .sample_rate = rate};
        REQUIRE(media::transcode(in, {{profile, mp3}}, {}));
        const std::string bytes = bytes_of(shop.path("out.mp3"));
        REQUIRE(bytes.find("Info") == info);
        CHECK(big_endian(bytes, info + 154, 2) == lame_crc(std::string_view(bytes).substr(0, info + 154)));
        CHECK(decoded_samples(shop.path("out.mp3")) == 4 * rate);
    }
}

TEST_CASE("The M4A has its index in front and AAC-LC inside") {
    const Workshop shop;
    REQUIRE(transcode_both(shop, shop.path("speech.wav")));
    const std::string bytes = bytes_of(shop.path("out.m4a"));
    CHECK(bytes.find("moov") < bytes.find("mdat"));
    CHECK(output_of("ffprobe -v error -show_entries stream=codec_name,profile -of csv=p=0 " + shop.path("out.m4a")) == "aac,LC\n");
}

TEST_CASE("Opus and FLAC are as long as the master, to the sample, and say so") {
    const Workshop shop;
    for (const std::size_t samples : {48'000UL, 123'457UL, 576UL}) {
        INFO(samples);
        const auto master = shop.ffmpeg("odd.wav", "-f lavfi -i sine=500:r=48000,volume=0.2,atrim=end_sample=" + std::to_string(samples));
        const OpenDescriptor in(master), opus(shop.path("out.opus"), O_RDWR | O_CREAT | O_TRUNC),
            flac(shop.path("out.flac"), O_RDWR | O_CREAT | O_TRUNC);
        const auto report = media::transcode(in, {{opus_profile(), opus}, {flac_profile(), flac}}, {});
        REQUIRE(report);
        CHECK(decoded_samples(shop.path("out.opus")) == samples);
        CHECK(decoded_samples(shop.path("out.flac")) == samples);
        // RFC 7845 §4: the last page's granule position is the pre-skip and the samples to play.
        const std::string bytes = bytes_of(shop.path("out.opus")), last = bytes.substr(bytes.rfind("OggS"));
        const auto head = bytes.find("OpusHead");
        const std::size_t pre_skip = static_cast<unsigned char>(bytes[head + 10]) + 256U * static_cast<unsigned char>(bytes[head + 11]);
        std::size_t granule = 0;
        for (std::size_t i = 8; i-- > 0;) granule = granule << 8 | static_cast<unsigned char>(last.at(6 + i));
        CHECK(pre_skip == 312);
        CHECK(granule == samples + pre_skip);
    }
}

TEST_CASE("Opus keeps to its bit rate with clear voices, and a file that came to another rate says so") {
    const Workshop shop;
    const auto loop = shop.ffmpeg("loop.wav", "-stream_loop 4 -i " + shop.path("speech.wav") + " -c:a pcm_f32le");
    const auto sparse = shop.make("sparse.wav", "-af apad=whole_dur=30 -c:a pcm_f32le");
    for (const auto& master : {loop, sparse}) {
        INFO(master);
        const OpenDescriptor in(master), mp3(shop.path("out.mp3"), O_RDWR | O_CREAT | O_TRUNC),
            m4a(shop.path("out.m4a"), O_RDWR | O_CREAT | O_TRUNC), opus(shop.path("out.opus"), O_RDWR | O_CREAT | O_TRUNC);
        const auto profiles = two_profiles();
        const auto report = media::transcode(in, {{profiles[0], mp3}, {profiles[1], m4a}, {opus_profile(), opus}}, {});
        REQUIRE(report);
        for (const auto& rendition : report->renditions) {
            const double seconds = static_cast<double>(rendition.duration.count()) / 1000;
            CHECK(rendition.bit_rate * seconds / 8 == Approx(static_cast<double>(rendition.byte_length)).epsilon(0.05).margin(4096));
        }
        CHECK(report->renditions[0].bit_rate == 128'000);
        if (master == loop) CHECK(report->renditions[2].bit_rate == 64'000);
        if (master == sparse) CHECK(report->renditions[1].bit_rate < 100'000);
    }
}

TEST_CASE("FLAC holds 24 bits, knows the hash of its sound and reports the bit rate it came to") {
    const Workshop shop;
    const OpenDescriptor in(shop.path("speech.wav")), flac(shop.path("out.flac"), O_RDWR | O_CREAT | O_TRUNC);
    const auto report = media::transcode(in, {{flac_profile(), flac}}, {});
    REQUIRE(report);
    CHECK(output_of("ffprobe -v error -show_entries stream=bits_per_raw_sample,sample_rate -of csv=p=0 " + shop.path("out.flac")) ==
          "48000,24\n");
    CHECK(bytes_of(shop.path("out.flac")).substr(26, 16) != std::string(16, '\0'));
    CHECK(report->renditions[0].bit_rate == report->renditions[0].byte_length * 8 / 4);
    CHECK(report->renditions[0].loudness.integrated_lufs == Approx(-16).margin(0.1));
}

TEST_CASE("Tags make a FLAC longer, however short it is and however few they are") {
    const Workshop shop;
    const auto master = shop.make("short.wav", "-t 2 -c:a pcm_s16le");
    const OpenDescriptor in(master), essence(shop.path("essence.flac"), O_RDWR | O_CREAT | O_TRUNC),
        tagged(shop.path("tagged.flac"), O_RDWR | O_CREAT | O_TRUNC);
    REQUIRE(media::transcode(in, {{flac_profile(), essence}}, {}));
    REQUIRE(media::write_tagged(model::Codec::flac, essence, tagged, {.title = "T"}, std::chrono::seconds(2)));
    CHECK(bytes_of(shop.path("tagged.flac")).size() > bytes_of(shop.path("essence.flac")).size());
    CHECK(decoded_samples(shop.path("tagged.flac")) == 2 * 48'000);
}

TEST_CASE("The first minute is found by packets, as ffprobe lists them") {
    const Workshop shop;
    const auto long_master = shop.ffmpeg("long.wav", "-f lavfi -i anoisesrc=color=pink:amplitude=0.1:r=44100:d=75 -ac 1");
    REQUIRE(transcode_both(shop, long_master));
    for (const std::string name : {"out.mp3", "out.m4a"}) {
        INFO(name);
        const auto layout = media::audio_layout(OpenDescriptor(shop.path(name)));
        REQUIRE(layout);
        std::istringstream lines(output_of("ffprobe -v error -show_entries packet=pts,pos,size -of csv=p=0 " + shop.path(name)));
        std::uint64_t start = 0, sum = 0, all = 0;
        const double tick = name == "out.mp3" ? 14'112'000 : 44'100;
        for (std::string line; std::getline(lines, line);) {
            if (line.empty()) continue;
            double pts = 0;
            std::uint64_t size = 0, position = 0;
            REQUIRE(std::sscanf(line.c_str(), "%lf,%lu,%lu", &pts, &size, &position) == 3);
            if (all == 0) start = position;
            all += size;
            if (pts / tick < 60) sum += size;
        }
        CHECK(layout->audio_start == start);
        CHECK(layout->bytes_for_60s == sum);
        CHECK(sum < all);
        CHECK(sum > all * 3 / 4);
    }
}

TEST_CASE("Progress only grows, names its stages and ends at one") {
    const Workshop shop;
    std::vector<std::string> stages;
    double last = 0;
    const auto report = transcode_both(shop, shop.path("speech.wav"), 44100, [&](std::string_view stage, double fraction) {
        if (stages.empty() || stages.back() != stage) stages.emplace_back(stage);
        CHECK(fraction >= last);
        last = fraction;
        return true;
    });
    REQUIRE(report);
    CHECK(stages == std::vector<std::string>{"measuring", "encoding", "checking"});
    CHECK(last == 1);
}

TEST_CASE("Renditions that have to be encoded again say so") {
    const Workshop shop;  // short bursts: encoders let such peaks overshoot
    const auto master = shop.ffmpeg("bursts.wav", "-f lavfi -i \"aevalsrc='0.9*sin(2*PI*440*t)*lt(mod(t,0.5),0.02)':d=4:s=48000\" -ac 2");
    std::vector<std::string> stages;
    std::vector<double> begun;
    const auto report = transcode_both(shop, master, 44100, [&](std::string_view stage, double fraction) {
        if (!stages.empty() && stages.back() == stage) return true;
        stages.emplace_back(stage);
        begun.push_back(fraction);
        return true;
    });
    REQUIRE(report);
    REQUIRE(stages.size() >= 5);
    CHECK(std::vector(stages.begin(), stages.begin() + 5) ==
          std::vector<std::string>{"measuring", "encoding", "checking", "encoding again", "checking again"});
    CHECK(begun[4] > begun[3]);  // the bar does not stand still
}

TEST_CASE("A transcode can be stopped at every stage") {
    const Workshop shop;
    for (const std::string stop_at : {"measuring", "encoding", "checking"}) {
        const auto report =
            transcode_both(shop, shop.path("speech.wav"), 44100, [&](std::string_view stage, double) { return stage != stop_at; });
        REQUIRE_FALSE(report);
        CHECK(report.error().code == model::Errc::conflict);
        CHECK(report.error().message == "cancelled");
    }
}

TEST_CASE("A full disk is said to be one") {
    const Workshop shop;
    const OpenDescriptor in(shop.path("speech.wav")), full("/dev/full", O_RDWR);
    for (const auto& profile : two_profiles()) {
        const auto report = media::transcode(in, {{profile, full}}, {});
        REQUIRE_FALSE(report);
        CHECK(report.error().code == model::Errc::insufficient_storage);
    }
}

TEST_CASE("Even a master of one sample, at the highest rate, becomes renditions with a sample in them") {
    const Workshop shop;
    for (const std::uint32_t rate : {8'000U, 44'100U, 192'000U})
        for (const std::size_t samples : {1U, 2U, 3U}) {
            INFO(samples << " at " << rate);
            const std::string sound(samples * 2, '\x11');
            REQUIRE(transcode_both(shop, shop.write("short.wav", wav_head(1, rate, 16, static_cast<std::uint32_t>(sound.size())) + sound)));
            CHECK(decoded_samples(shop.path("out.mp3")) >= 1);
            CHECK(decoded_samples(shop.path("out.m4a")) >= 1);
        }
}

TEST_CASE("An M4A without a single frame is no file") {
    const Workshop shop;
    const OpenDescriptor file(shop.path("empty.m4a"), O_RDWR | O_CREAT | O_TRUNC);
    CHECK_THROWS_AS(media::av::M4aFile(file, {.sample_rate = 48'000, .delay = 1024, .configuration = "\x11\x90"}).finish(),
                    media::av::AvError);
}

TEST_CASE("An M4A may grow to four gigabytes, and no further") {
    const OpenDescriptor nowhere("/dev/null", O_RDWR);
    media::av::M4aFile file(nowhere, {.sample_rate = 96'000, .delay = 1024, .configuration = "\x11\x90"});
    const std::string frame(8'000, 'x');
    std::uint64_t written = 0;
    try {
        for (; written < 5'000'000'000; written += frame.size()) file.write(frame, 1024);
    } catch (const media::av::AvError& error) {
        CHECK(error.cause() == media::av::AvError::Cause::file_too_large);
    }
    CHECK(written > 4'280'000'000);
    CHECK(written < 4'294'967'296);
}

TEST_CASE("An M4A of another codec than AAC says so") {
    const Workshop shop;
    const OpenDescriptor file(shop.path("ac3.m4a"), O_RDWR | O_CREAT | O_TRUNC);
    media::av::AudioWriter writer(file, "ipod",
                                  {.encoder = "ac3", .options = "", .sample_rate = 48'000, .channels = 2, .bit_rate = 192'000});
    writer.write(hiss(10'000, 2));
    writer.finish();
    CHECK(output_of("ffprobe -v error -show_entries stream=codec_name -of csv=p=0 " + shop.path("ac3.m4a")).starts_with("ac3"));
}

TEST_CASE("A rate the codec cannot deliver is refused before any work") {
    const Workshop shop;
    const auto report = transcode_both(shop, shop.path("speech.wav"), 12345);
    REQUIRE_FALSE(report);
    CHECK(report.error().code == model::Errc::invalid_input);
    CHECK(report.error().message.find("12345") != std::string::npos);
}

TEST_CASE("An M4A is byte for byte what libavformat makes of the same frames") {
    const Workshop shop;
    for (const std::uint32_t rate : {8'000U, 16'000U, 24'000U, 64'000U, 88'200U, 96'000U})
        for (const std::size_t channels : {1U, 2U}) check_m4a(shop, hiss(3'000, channels), rate);
    for (const std::uint32_t rate : {44'100U, 48'000U})
        for (const std::size_t channels : {1U, 2U})
            for (const std::size_t frames : {1U, 1'023U, 1'024U, 1'025U, 2'048U, 100'000U}) check_m4a(shop, hiss(frames, channels), rate);
    check_m4a(shop, {.channels = 1, .planes = {std::vector<float>(90'000)}}, 44'100);
    check_m4a(shop, hiss(140UL * 44'100, 1), 44'100);  // three chunks of a megabyte
}
