// What is taken out of a master is in no rendition; what is left is where it belongs, to the sample, and nothing clicks.

#include <cmath>
#include <cstring>
#include <numbers>

#include "media/redactor.hpp"
#include "media/waveform.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using namespace std::chrono_literals;
using model::RedactionKind;

namespace {

constexpr std::size_t rate = 48'000;

// Mono, as the ffmpeg program decodes it.
std::vector<float> decoded(const std::string& file) {
    const std::string bytes = output_of("ffmpeg -v error -i " + file + " -ac 1 -ar 48000 -f f32le -");
    std::vector<float> samples(bytes.size() / sizeof(float));
    std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
    return samples;
}

// Amplitude of that frequency in [begin, end) seconds (Goertzel).
double amplitude(const std::vector<float>& samples, double hertz, double begin, double end) {
    const auto first = static_cast<std::size_t>(begin * rate), last = std::min(static_cast<std::size_t>(end * rate), samples.size());
    const double step = 2 * std::numbers::pi * hertz / rate;
    double cosine = 0, sine = 0;
    for (std::size_t i = first; i < last; ++i) {
        cosine += static_cast<double>(samples[i]) * std::cos(step * static_cast<double>(i));
        sine += static_cast<double>(samples[i]) * std::sin(step * static_cast<double>(i));
    }
    return 2 * std::hypot(cosine, sine) / static_cast<double>(last - first);
}

float largest_step(const std::vector<float>& samples, double begin, double end) {
    float largest = 0;
    for (auto i = static_cast<std::size_t>(begin * rate) + 1; i < static_cast<std::size_t>(end * rate); ++i)
        largest = std::max(largest, std::abs(samples[i] - samples[i - 1]));
    return largest;
}

// 440 Hz, the word at 1777 Hz from 2 to 3 s, 620 Hz to 6 s; loud noise of its own in the word, which nothing may betray.
std::string master_with_word(const Workshop& shop) {
    return shop.ffmpeg(
        "word.wav",
        "-f lavfi -i \"aevalsrc='if(lt(t,2),0.2*sin(2*PI*440*t),if(lt(t,3),0.8*sin(2*PI*1777*t),0.2*sin(2*PI*620*t)))':s=48000:d=6\" -ac 1 "
        "-c:a pcm_f32le");
}

struct Made {
    media::TranscodeReport report;
    std::vector<float> flac, mp3;
    media::Waveform waveform;
};

Made redacted(const Workshop& shop, const model::Redactions& ranges) {
    const OpenDescriptor in(master_with_word(shop)), flac(shop.path("out.flac"), O_RDWR | O_CREAT | O_TRUNC),
        mp3(shop.path("out.mp3"), O_RDWR | O_CREAT | O_TRUNC), shape(shop.path("shape.dat"), O_RDWR | O_CREAT | O_TRUNC);
    auto report = media::transcode(in, {{flac_profile(), flac}, {two_profiles(48'000)[0], mp3}}, {}, shape, ranges);
    REQUIRE(report.has_value());
    return {std::move(*report), decoded(shop.path("out.flac")), decoded(shop.path("out.mp3")),
            media::parse_waveform_dat(bytes_of(shop.path("shape.dat"))).value()};
}

}  // namespace

TEST_CASE("What mends broken samples behind a range knows nothing of it") {
    const Workshop shop;
    std::string bytes = bytes_of(master_with_word(shop));
    const std::string no_number("\0\0\xC0\x7F", 4);
    for (std::size_t frame = 3 * 48'000; frame < 3 * 48'000 + 200; ++frame) bytes.replace(bytes.find("data") + 8 + 4 * frame, 4, no_number);
    const OpenDescriptor in(shop.write("broken.wav", bytes)), flac(shop.path("out.flac"), O_RDWR | O_CREAT | O_TRUNC);
    REQUIRE(media::transcode(in, {{flac_profile(), flac}}, {}, -1, {{2010ms, 3s, RedactionKind::mute}}));
    const auto heard = decoded(shop.path("out.flac"));
    for (std::size_t i = 2'995 * 48; i < 3'001 * 48; ++i) REQUIRE(std::abs(heard[i]) < 0.001);
}

TEST_CASE("A cut word is gone, and what follows has moved up to the sample without a click") {
    const Workshop shop;
    const auto made = redacted(shop, {{2s, 3s, RedactionKind::cut}});
    const auto source = decoded(shop.path("word.wav"));
    REQUIRE(made.flac.size() == 5 * rate);
    CHECK(made.report.master.duration == 5s);
    CHECK(made.waveform.lows.size() == 500);
    CHECK_FALSE(has_warning(made.report.warnings, "cut short"));
    const double gain = std::pow(10, made.report.renditions[0].gain_db / 20);
    const std::size_t fade = rate / 200;
    for (std::size_t i = 0; i < made.flac.size(); ++i) {
        if (i + fade >= 2 * rate && i < 2 * rate + fade) continue;
        const double expected = gain * static_cast<double>(source[i < 2 * rate ? i : i + rate]);
        if (std::abs(static_cast<double>(made.flac[i]) - expected) > 1e-4) FAIL_CHECK("sample " << i);
    }
    // A hard cut would jump by most of an amplitude; a 620 Hz tone moves by 8 % of it from sample to sample.
    const double usual = gain * 0.2 * 2 * std::numbers::pi * 620 / rate;
    CHECK(static_cast<double>(largest_step(made.flac, 1.99, 2.01)) < 1.1 * usual);
    for (const auto* samples : {&made.flac, &made.mp3}) {
        CHECK(amplitude(*samples, 1777, 0, 5) < 1e-4);
        CHECK(amplitude(*samples, 440, 0.5, 1.5) == Approx(0.2 * gain).epsilon(0.02));
        CHECK(amplitude(*samples, 620, 2.5, 4.5) == Approx(0.2 * gain).epsilon(0.02));
        CHECK(amplitude(*samples, 440, 2.1, 4.5) < 1e-3);
        CHECK(std::abs(static_cast<double>(samples->size()) - 5.0 * rate) < 2);
    }
}

TEST_CASE("A muted word is silence and a bleeped one a tone; everything else stays where it was") {
    const Workshop shop;
    const auto muted = redacted(shop, {{2s, 3s, RedactionKind::mute}});
    REQUIRE(muted.flac.size() == 6 * rate);
    CHECK(*std::max_element(muted.flac.begin() + 2 * rate, muted.flac.begin() + 3 * rate) == 0);
    CHECK(muted.report.pauses == std::vector<media::Pause>{{2s, 3s, true}});
    for (std::size_t point = 200; point < 300; ++point)
        if (muted.waveform.highs[point] != 0 || muted.waveform.lows[point] != 0) FAIL_CHECK("point " << point);
    CHECK(amplitude(muted.mp3, 1777, 0, 6) < 1e-4);
    CHECK(amplitude(muted.mp3, 620, 3.5, 5.5) > 0.1);

    const auto bleeped = redacted(shop, {{2s, 3s, RedactionKind::bleep}});
    REQUIRE(bleeped.flac.size() == 6 * rate);
    const double gain = std::pow(10, bleeped.report.renditions[0].gain_db / 20);
    for (const auto* samples : {&bleeped.flac, &bleeped.mp3}) {
        CHECK(amplitude(*samples, 1777, 0, 6) < 1e-4);
        CHECK(amplitude(*samples, 1000, 2.1, 2.9) == Approx(0.2 * gain).epsilon(0.05));  // as loud as what came before, not as the word
    }
    CHECK(static_cast<double>(largest_step(bleeped.flac, 1.99, 3.01)) < 1.1 * gain * 0.2 * 2 * std::numbers::pi * 1000 / rate);
}

TEST_CASE("The redactor makes the same of a stream whatever its blocks, and reads nothing of what it hides") {
    const model::Redactions ranges{{0s, 100ms, RedactionKind::cut},
                                   {300ms, 350ms, RedactionKind::bleep},
                                   {350ms, 400ms, RedactionKind::cut},
                                   {402ms, 500ms, RedactionKind::mute},
                                   {900ms, 1000ms, RedactionKind::cut}};
    const auto run = [&](float hidden, std::size_t size) {
        media::AudioBlock all{.channels = 2, .planes = {}};
        media::Redactor redactor(ranges, 44'100);
        for (std::size_t at = 0; at < 44'100; at += size) {
            media::AudioBlock block{.channels = 2, .planes = {}};
            for (std::size_t i = at; i < std::min<std::size_t>(at + size, 44'100); ++i) {
                const bool inside = i < 4410 || (i >= 13'230 && i < 17'640) || (i >= 17'728 && i < 22'050) || i >= 39'690;
                const float sample = inside ? hidden * std::sin(static_cast<float>(i)) : 0.1F * std::sin(0.03F * static_cast<float>(i));
                block.planes[0].push_back(sample);
                block.planes[1].push_back(-sample);
            }
            redactor.apply(block);
            append(all, block, 0, block.frames());
        }
        return all;
    };
    const auto whole = run(0.9F, 44'100);
    CHECK(whole.frames() == 44'100 - 4410 - 2205 - 4410);
    for (const std::size_t size : {1UL, 97UL, 4096UL}) CHECK(run(0.9F, size).planes == whole.planes);
    CHECK(run(0.0F, 4096).planes == whole.planes);
}
