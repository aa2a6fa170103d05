// An MP3 made in pieces is one MP3: the same bytes on any number of threads, a whole bit reservoir, exact in length, and no joint to be
// heard.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "media/av/audio_reader.hpp"
#include "media/mp3_frame.hpp"
#include "media/segmented_mp3.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using media::AudioBlock;
using media::Segmentation;

namespace {

constexpr std::uint32_t rate = 44'100;
constexpr std::size_t frame = 1152;
constexpr Segmentation serial{.length = 10'000}, short_pieces{.length = 49};

media::av::EncoderSettings settings(std::uint32_t channels = 2) {
    return {.encoder = "libmp3lame", .sample_rate = rate, .channels = channels, .bit_rate = 128'000, .scale = 1 / 0.95F};
}

std::string encoded(const Workshop& shop, const std::string& name, const AudioBlock& sound, const Segmentation& segmentation,
                    unsigned threads = 2, media::av::EncoderSettings how = settings()) {
    how.channels = static_cast<std::uint32_t>(sound.channels);
    const OpenDescriptor file(shop.path(name), O_RDWR | O_CREAT | O_TRUNC);
    media::SegmentedMp3Writer writer(file, how, threads, segmentation);
    for (std::size_t at = 0; at < sound.frames(); at += 10'007) {
        AudioBlock part{.channels = sound.channels, .planes = {}};
        append(part, sound, at, std::min(at + 10'007, sound.frames()));
        writer.write(part);
    }
    writer.finish();
    return bytes_of(shop.path(name));
}

template <class Signal>
AudioBlock made(std::size_t frames, Signal signal) {
    AudioBlock block{.channels = 2, .planes = {}};
    for (std::size_t i = 0; i < frames; ++i) {
        const auto value = static_cast<float>(signal(i));
        block.planes[0].push_back(value);
        block.planes[1].push_back(0.7F * value);
    }
    return block;
}

double sweep(std::size_t i) {
    const double t = static_cast<double>(i) / rate;
    return 0.5 * std::sin(2 * std::numbers::pi * (100 * t + 150 * t * t));
}

// Clicks at uneven distances: each makes the encoder switch to short windows.
double impulses(std::size_t i) {
    return i % 5'003 < 3 ? 0.6 : 0.01 * std::sin(0.05 * static_cast<double>(i));
}

AudioBlock speech(const Workshop& shop) {
    const auto file =
        shop.ffmpeg("speech44.wav", "-stream_loop 4 -i " + shop.path("speech.wav") + " -af volume=9dB -ar 44100 -c:a pcm_f32le");
    AudioBlock all{.channels = 2, .planes = {}};
    const OpenDescriptor open(file);
    media::av::AudioReader again(open);
    for (AudioBlock block; again.read(block);) append(all, block, 0, block.frames());
    return all;
}

// Left side, as ffmpeg plays it without a word.
std::vector<float> decoded(const Workshop& shop, const std::string& name, std::size_t channels = 2) {
    const std::string bytes = output_of("ffmpeg -v warning -i " + shop.path(name) + " -f f32le - 2>&1");
    std::vector<float> samples(bytes.size() / 4 / channels);
    for (std::size_t i = 0; i < samples.size(); ++i) std::memcpy(&samples[i], bytes.data() + i * channels * 4, 4);
    return samples;
}

// Decibels of signal over error within a window.
double snr(const std::vector<float>& source, const std::vector<float>& copy, std::size_t at, std::size_t size) {
    double signal = 1e-9, error = 1e-9;
    for (std::size_t i = at; i < std::min({at + size, source.size(), copy.size()}); ++i) {
        signal += double(source[i]) * source[i];
        error += double(source[i] - copy[i]) * (source[i] - copy[i]);
    }
    return 10 * std::log10(signal / error);
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
    const auto one = encoded(shop, "1.mp3", sound, short_pieces, 1);
    CHECK(one == encoded(shop, "2.mp3", sound, short_pieces, 2));
    CHECK(one == encoded(shop, "8.mp3", sound, short_pieces, 8));
    CHECK(one != encoded(shop, "serial.mp3", sound, serial));
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
        const auto pieces = encoded(shop, "pieces.mp3", sound, short_pieces), whole = encoded(shop, "whole.mp3", sound, serial);
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
    const auto whole = encoded(shop, "whole.mp3", sound, serial);
    CHECK(encoded(shop, "forced.mp3", sound, {.length = 98, .warm_up = 1'000'000}) == whole);
}

TEST_CASE("No joint is heard: a sweep, clicks and speech are as near to the source there as elsewhere") {
    const Workshop shop;
    const std::vector<std::pair<std::string, AudioBlock>> sounds{
        {"sweep", made(20 * rate, sweep)}, {"impulses", made(20 * rate, impulses)}, {"speech", speech(shop)}};
    for (const auto& [name, sound] : sounds) {
        INFO(name);
        check_reservoir(encoded(shop, "pieces.mp3", sound, short_pieces));
        encoded(shop, "whole.mp3", sound, serial);
        const auto pieces = decoded(shop, "pieces.mp3"), whole = decoded(shop, "whole.mp3");
        REQUIRE(pieces.size() == sound.frames());
        REQUIRE(whole.size() == sound.frames());

        // Quantised otherwise than by one encoder, but no worse: not in the middle, and in no half frame by more than the noise of a
        // decision.
        double lost = 0, most_lost = 0, windows = 0;
        for (std::size_t start = 49 * frame; start + 31 * frame < sound.frames(); start += 49 * frame)
            for (std::size_t at = start + 14 * frame; at < start + 30 * frame; at += frame / 2, ++windows) {
                const double here = snr(sound.planes[0], whole, at, frame / 2) - snr(sound.planes[0], pieces, at, frame / 2);
                lost += here;
                most_lost = std::max(most_lost, here);
            }
        REQUIRE(windows > 300);
        CHECK(lost / windows < 0.5);
        CHECK(most_lost < 10);
    }
}

TEST_CASE("Mono and the low sample rates are joined as well") {
    const Workshop shop;
    for (const auto& [sample_rate, bit_rate] : {std::pair{44'100U, 96'000U}, {48'000U, 64'000U}, {24'000U, 48'000U}, {22'050U, 32'000U}}) {
        INFO(sample_rate);
        AudioBlock sound = speech(shop);
        sound.channels = 1;
        auto how = settings();
        how.sample_rate = sample_rate;
        how.bit_rate = bit_rate;
        const auto pieces = encoded(shop, "pieces.mp3", sound, short_pieces, 2, how),
                   whole = encoded(shop, "whole.mp3", sound, serial, 2, how);
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
    const auto a = frames_of(encoded(shop, "a.mp3", sound, serial)), b = frames_of(encoded(shop, "b.mp3", later, serial));
    std::size_t found = 0, reservoir = 0;
    for (std::size_t j = 1; j < 200; ++j) {
        const auto before = media::read_mp3_frame(a[49 + j - 1]).value(), instead = media::read_mp3_frame(a[49 + j]).value(),
                   next = media::read_mp3_frame(b[j]).value();
        const bool windows_fit = before.short_tail == next.short_head, reservoir_fits = next.main_data_begin <= instead.main_data_begin;
        CHECK(media::find_mp3_joint(a, 49, b, j, j + 1).has_value() == (windows_fit && reservoir_fits));
        found += windows_fit && reservoir_fits;
        reservoir += !reservoir_fits;
    }
    CHECK(found > 0);
    CHECK(reservoir > 0);
    CHECK_FALSE(media::find_mp3_joint(a, a.size(), b, 1, 10));
    CHECK_FALSE(media::read_mp3_frame("ID3"));
    CHECK_FALSE(media::read_mp3_frame(std::string(100, '\xFF')));
    CHECK_FALSE(media::read_mp3_frame(a[0].substr(0, 35)));
}
