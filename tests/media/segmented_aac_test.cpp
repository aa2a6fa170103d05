// An M4A made in pieces is what one encoder makes: the same bytes on any number of threads, the same frames, exact in length, no joint to
// be heard.

#include "media/aac_frame.hpp"
#include "media/av/audio_writer.hpp"
#include "tests/media/segmented_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

constexpr std::size_t frame = 1024;

PiecesOf aac(std::uint32_t sample_rate = rate, std::uint32_t bit_rate = 128'000) {
    return {"ipod", {.encoder = "aac", .sample_rate = sample_rate, .bit_rate = bit_rate}, media::aac_joints};
}

std::string probed(const Workshop& shop, const std::string& name, const std::string& what) {
    return output_of("ffprobe -v error -show_entries " + what + " -of csv=p=0 " + shop.path(name));
}

// What ffmpeg takes for packets and when they are heard.
std::string packets(const Workshop& shop, const std::string& name) {
    return probed(shop, name, "packet=pts,duration,flags");
}

}  // namespace

TEST_CASE("The number of threads does not show in the bytes of an M4A") {
    const Workshop shop;
    const AudioBlock sound = speech(shop);
    const auto one = encoded(shop, "1.m4a", sound, aac(), short_pieces, 1);
    CHECK(one == encoded(shop, "2.m4a", sound, aac(), short_pieces, 2));
    CHECK(one == encoded(shop, "8.m4a", sound, aac(), short_pieces, 8));
    CHECK(one != encoded(shop, "serial.m4a", sound, aac(), serial));
}

TEST_CASE("An M4A of one piece has the bytes that one encoder and the muxer make") {
    const Workshop shop;
    const AudioBlock all = speech(shop);
    for (const std::size_t samples : {all.frames(), 20 * frame, 20 * frame + 1, 1000UL}) {
        INFO(samples);
        AudioBlock sound{.channels = 2, .planes = {}};
        append(sound, all, 0, samples);
        auto how = aac();
        how.settings.channels = 2;
        {
            const OpenDescriptor file(shop.path("plain.m4a"), O_RDWR | O_CREAT | O_TRUNC);
            media::av::AudioWriter writer(file, "ipod", how.settings);
            writer.write(sound);
            writer.finish();
        }
        CHECK(encoded(shop, "whole.m4a", sound, how, serial) == bytes_of(shop.path("plain.m4a")));
    }
}

TEST_CASE("An M4A in pieces has the frames, the length and the bit rate of one encoded in one go") {
    const Workshop shop;
    const AudioBlock all = speech(shop);
    const std::size_t piece = 49 * frame;
    for (const std::size_t samples : {all.frames(), 5 * piece, 5 * piece + 1, 5 * piece + 28 * frame, 5 * piece + 30 * frame + 7}) {
        INFO(samples);
        AudioBlock sound{.channels = 2, .planes = {}};
        append(sound, all, 0, samples);
        const auto pieces = encoded(shop, "pieces.m4a", sound, aac(), short_pieces),
                   whole = encoded(shop, "whole.m4a", sound, aac(), serial);
        CHECK(packets(shop, "pieces.m4a") == packets(shop, "whole.m4a"));
        CHECK(probed(shop, "pieces.m4a", "stream=duration_ts,start_pts") == probed(shop, "whole.m4a", "stream=duration_ts,start_pts"));
        CHECK(probed(shop, "pieces.m4a", "stream=duration_ts") == std::to_string(samples) + "\n");
        CHECK(static_cast<double>(pieces.size()) == Approx(static_cast<double>(whole.size())).epsilon(0.01));
    }
}

TEST_CASE("No joint of an M4A is heard: a sweep, clicks and speech are as near to the source there as elsewhere") {
    const Workshop shop;
    const std::vector<std::pair<std::string, AudioBlock>> sounds{
        {"sweep", made(20 * rate, sweep)}, {"impulses", made(20 * rate, impulses)}, {"speech", speech(shop)}};
    for (const auto& [name, sound] : sounds) {
        INFO(name);
        CHECK(encoded(shop, "pieces.m4a", sound, aac(), short_pieces) != encoded(shop, "whole.m4a", sound, aac(), serial));
        const auto pieces = decoded(shop, "pieces.m4a"), whole = decoded(shop, "whole.m4a");
        REQUIRE(pieces.size() >= sound.frames());
        REQUIRE(whole.size() == pieces.size());

        // The encoder now and then takes noise for what it has no bits for, so one encoder's worst half frame anywhere is the measure.
        double worst = 100;
        for (std::size_t at = 49 * frame; at + frame < sound.frames(); at += frame / 2)
            worst = std::min(worst, snr(sound.planes[0], whole, at, frame / 2));
        const Joined joined = around_joints(sound, whole, pieces, frame, media::aac_joints.warm_up);
        REQUIRE(joined.windows > 300);
        CHECK(joined.worst > worst - 3);
        // A pure tone leaves bits over for 60 dB, and the encoder wants a hundred frames to use them: nobody hears the 10 dB missing there.
        CHECK(joined.lost < (name == "sweep" ? 15 : 1.5));
        CHECK(joined.mean > (name == "sweep" ? 45 : 15));
    }
}

TEST_CASE("Mono and other rates of AAC are joined as well") {
    const Workshop shop;
    for (const auto& [sample_rate, bit_rate] : {std::pair{44'100U, 64'000U}, {48'000U, 96'000U}, {22'050U, 32'000U}}) {
        INFO(sample_rate);
        AudioBlock sound = speech(shop);
        sound.channels = 1;
        const auto how = aac(sample_rate, bit_rate);
        CHECK(encoded(shop, "pieces.m4a", sound, how, short_pieces) != encoded(shop, "whole.m4a", sound, how, serial));
        CHECK(packets(shop, "pieces.m4a") == packets(shop, "whole.m4a"));
        CHECK(decoded(shop, "pieces.m4a", 1).size() == decoded(shop, "whole.m4a", 1).size());  // and ffmpeg had nothing to say
    }
}

TEST_CASE("A joint of AAC is only made where the windows fit") {
    // SCE and CPE: tag, instance, (gain or common_window), reserved, sequence, shape.
    const auto single = [](unsigned sequence, unsigned shape) {
        return std::string{'\x00', '\x00', static_cast<char>(sequence << 6 | shape << 5)};
    };
    const auto pair = [](unsigned sequence, unsigned shape) {
        return std::string{'\x21', static_cast<char>(sequence << 5 | shape << 4), '\x00'};
    };
    CHECK_FALSE(media::read_aac_window(std::string{'\x20', '\x00', '\x00'}));  // a pair of unlike channels
    CHECK_FALSE(media::read_aac_window(std::string{'\xC0', '\x00', '\x00'}));  // filler
    CHECK_FALSE(media::read_aac_window("ab"));
    const std::array<bool, 4> short_head{false, false, true, true}, short_tail{false, true, true, false};
    for (unsigned sequence = 0; sequence < 4; ++sequence)
        for (unsigned shape = 0; shape < 2; ++shape) {
            const media::AacWindow window{short_head[sequence], short_tail[sequence], shape == 1};
            CHECK(media::read_aac_window(single(sequence, shape)) == window);
            CHECK(media::read_aac_window(pair(sequence, shape)) == window);
        }
    for (unsigned before = 0; before < 4; ++before)
        for (unsigned next = 0; next < 4; ++next)
            for (unsigned shape = 0; shape < 2; ++shape) {
                const media::EncodedFrames a{pair(0, 0), pair(before, 0), pair(0, 0)}, b{pair(0, shape), pair(next, 1)};
                const bool fits = short_tail[before] == short_head[next] && shape == 0;
                CHECK(media::aac_joints.find(a, 1, b, 1, 2).has_value() == fits);
            }
}
