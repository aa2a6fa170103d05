// An MP3 made in pieces is one MP3: the same bytes on any number of threads, a whole bit reservoir, exact in length, and no joint to be
// heard.

#include "media/mp3_frame.hpp"
#include "tests/media/segmented_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

constexpr std::size_t frame = 1152;

PiecesOf mp3(std::uint32_t sample_rate = rate, std::uint32_t bit_rate = 128'000) {
    return {"mp3", {.encoder = "libmp3lame", .sample_rate = sample_rate, .bit_rate = bit_rate, .scale = 1 / 0.95F}, media::mp3_joints};
}

unsigned bits(const std::string& bytes, std::size_t at, unsigned count) {
    unsigned value = 0;
    for (; count > 0; --count, ++at) value = value << 1 | (static_cast<unsigned char>(bytes.at(at / 8)) >> (7 - at % 8) & 1U);
    return value;
}

// The frames of a 44.1 kHz stereo file of 128 kbit/s, the Info frame left out.
std::vector<std::string> frames_of(const std::string& file) {
    std::vector<std::string> frames;
    for (std::size_t at = 0; at < file.size();) {
        const std::size_t size = 417 + bits(file, at * 8 + 22, 1);
        if (at > 0) frames.push_back(file.substr(at, size));
        at += size;
    }
    return frames;
}

// ISO 11172-3 §2.4.2.7: each frame's main data begins main_data_begin bytes back, never before the end of the data of the frame before it.
void check_reservoir(const std::string& file) {
    constexpr std::size_t payload_at = 36;
    std::size_t payload = 0, end = 0;
    for (const auto& each : frames_of(file)) {
        const std::size_t begin = bits(each, 32, 9);
        REQUIRE(begin <= payload);
        REQUIRE(payload - begin >= end);
        unsigned data_bits = 0;
        for (std::size_t part = 0; part < 4; ++part) data_bits += bits(each, 32 + 20 + part * 59, 12);
        end = payload - begin + (data_bits + 7) / 8;
        payload += each.size() - payload_at;
        REQUIRE(end <= payload);
    }
}

}  // namespace

TEST_CASE("The number of threads does not show in the bytes") {
    const Workshop shop;
    const AudioBlock sound = speech(shop);
    const auto one = encoded(shop, "1.mp3", sound, mp3(), short_pieces, 1);
    CHECK(one == encoded(shop, "2.mp3", sound, mp3(), short_pieces, 2));
    CHECK(one == encoded(shop, "8.mp3", sound, mp3(), short_pieces, 8));
    CHECK(one != encoded(shop, "serial.mp3", sound, mp3(), serial));
}

TEST_CASE("An MP3 in pieces has the frames, the length and the reservoir of one encoded in one go") {
    const Workshop shop;
    const AudioBlock all = speech(shop);
    const std::size_t piece = 49 * frame;
    // Ends in every position to the last joint, and sound too short for any.
    for (const std::size_t samples : {all.frames(), 5 * piece, 5 * piece + 1, 5 * piece + 30 * frame, 5 * piece + 31 * frame + 7, 1000UL}) {
        INFO(samples);
        AudioBlock sound{.channels = 2, .planes = {}};
        append(sound, all, 0, samples);
        const auto pieces = encoded(shop, "pieces.mp3", sound, mp3(), short_pieces),
                   whole = encoded(shop, "whole.mp3", sound, mp3(), serial);
        CHECK(pieces.size() == whole.size());
        CHECK(frames_of(pieces).size() == frames_of(whole).size());
        CHECK(pieces.substr(0, 60) == whole.substr(0, 60));      // Info: flags, frames, bytes
        CHECK(pieces.substr(156, 24) == whole.substr(156, 24));  // LAME: name, delay, padding
        CHECK(decoded_samples(shop.path("pieces.mp3")) == samples);
        check_reservoir(pieces);
    }
}

TEST_CASE("Where no joint is found the earlier encoder goes on, and the bytes are those of one encoder") {
    const Workshop shop;
    const AudioBlock sound = speech(shop);
    const auto whole = encoded(shop, "whole.mp3", sound, mp3(), serial);
    const auto nowhere = [](const media::EncodedFrames&, std::size_t, const media::EncodedFrames&, std::size_t, std::size_t) {
        return std::optional<std::size_t>();
    };
    const media::StreamJoints none{.look_ahead = 3, .warm_up = 16, .find = nowhere, .cut = nullptr};
    CHECK(encoded(shop, "forced.mp3", sound, {"mp3", mp3().settings, none}, {.length = 98}) == whole);
}

TEST_CASE("No joint is heard: a sweep, clicks and speech are as near to the source there as elsewhere") {
    const Workshop shop;
    const std::vector<std::pair<std::string, AudioBlock>> sounds{
        {"sweep", made(20 * rate, sweep)}, {"impulses", made(20 * rate, impulses)}, {"speech", speech(shop)}};
    for (const auto& [name, sound] : sounds) {
        INFO(name);
        check_reservoir(encoded(shop, "pieces.mp3", sound, mp3(), short_pieces));
        encoded(shop, "whole.mp3", sound, mp3(), serial);
        const auto pieces = decoded(shop, "pieces.mp3"), whole = decoded(shop, "whole.mp3");
        REQUIRE(pieces.size() == sound.frames());
        REQUIRE(whole.size() == sound.frames());

        // Quantised otherwise than by one encoder, but no worse: not in the middle, and in no half frame by more than the noise of a
        // decision.
        const Joined joined = around_joints(sound, whole, pieces, frame, media::mp3_joints.warm_up);
        REQUIRE(joined.windows > 300);
        CHECK(joined.lost < 0.5);
        CHECK(joined.most_lost < 10);
    }
}

TEST_CASE("Mono and the low sample rates are joined as well") {
    const Workshop shop;
    for (const auto& [sample_rate, bit_rate] : {std::pair{44'100U, 96'000U}, {48'000U, 64'000U}, {24'000U, 48'000U}, {22'050U, 32'000U}}) {
        INFO(sample_rate);
        AudioBlock sound = speech(shop);
        sound.channels = 1;
        const auto how = mp3(sample_rate, bit_rate);
        const auto pieces = encoded(shop, "pieces.mp3", sound, how, short_pieces), whole = encoded(shop, "whole.mp3", sound, how, serial);
        CHECK(pieces != whole);
        CHECK(pieces.size() == whole.size());
        CHECK(decoded(shop, "pieces.mp3", 1).size() == sound.frames());  // and ffmpeg had nothing to say
    }
}

TEST_CASE("A joint is only made where reservoir and windows fit") {
    const Workshop shop;
    const AudioBlock sound = made(10 * rate, impulses);
    AudioBlock later{.channels = 2, .planes = {}};
    append(later, sound, 49 * frame, sound.frames());
    const auto a = frames_of(encoded(shop, "a.mp3", sound, mp3(), serial)), b = frames_of(encoded(shop, "b.mp3", later, mp3(), serial));
    std::size_t found = 0, reservoir = 0;
    for (std::size_t j = 1; j < 200; ++j) {
        const auto before = media::read_mp3_frame(a[49 + j - 1]).value(), instead = media::read_mp3_frame(a[49 + j]).value(),
                   next = media::read_mp3_frame(b[j]).value();
        const bool windows_fit = before.short_tail == next.short_head, reservoir_fits = next.main_data_begin <= instead.main_data_begin;
        CHECK(media::mp3_joints.find(a, 49, b, j, j + 1).has_value() == (windows_fit && reservoir_fits));
        found += windows_fit && reservoir_fits;
        reservoir += !reservoir_fits;
    }
    CHECK(found > 0);
    CHECK(reservoir > 0);
    CHECK_FALSE(media::mp3_joints.find(a, a.size(), b, 1, 10));
    CHECK_FALSE(media::read_mp3_frame("ID3"));
    CHECK_FALSE(media::read_mp3_frame(std::string(100, '\xFF')));
    CHECK_FALSE(media::read_mp3_frame(a[0].substr(0, 35)));
}
