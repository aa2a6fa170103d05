// The parts of levelling by themselves: true peak, limiter, the plan's arithmetic, the pass with its threads.

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "media/level_pass.hpp"
#include "media/level_plan.hpp"
#include "media/limiter.hpp"
#include "media/true_peak.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using media::AudioBlock;

namespace {

std::vector<float> sine(double frequency, double rate, std::size_t count, double amplitude, double phase) {
    std::vector<float> samples(count);
    for (std::size_t i = 0; i < count; ++i)
        samples[i] = static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * frequency * static_cast<double>(i) / rate + phase));
    return samples;
}

double decibels(double linear) {
    return 20 * std::log10(linear);
}

// Bursts of noise of very different height on both sides.
AudioBlock bursts(std::size_t frames) {
    AudioBlock block{.channels = 2, .planes = {}};
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < frames; ++i) {
        const float height = i / 3000 % 4 == 1 ? 3.0F : 0.3F;
        for (auto& plane : block.planes)
            plane.push_back(height * (static_cast<float>((state = state * 1664525 + 1013904223) >> 8) / 8388608.0F - 1));
    }
    return block;
}

float true_peak(const std::vector<float>& samples, std::uint32_t rate) {
    media::TruePeakMeter meter(rate);
    meter.add(samples);
    return meter.result();
}

}  // namespace

TEST_CASE("The true peak is what lies between the samples") {
    // A quarter of the sampling rate at 45°: every sample is 3 dB below the peak.
    for (const std::uint32_t rate : {44'100U, 48'000U, 96'000U}) {
        const auto samples = sine(rate / 4.0, rate, 4800, 0.5, std::numbers::pi / 4);
        media::TruePeakMeter meter(rate);
        for (std::size_t at = 0; at < samples.size(); at += 37)  // any block size gives the same
            meter.add(std::span(samples).subspan(at, std::min<std::size_t>(37, samples.size() - at)));
        CHECK(std::abs(decibels(meter.result()) - decibels(0.5)) < 0.3);
        CHECK(meter.result() == true_peak(samples, rate));
    }
    // Looking only where it can matter must find what looking everywhere finds.
    const auto block = bursts(20'000);
    const media::Oversampler everywhere(48'000);
    std::vector<float> padded(media::Oversampler::before, 0.0F), peaks(20'000);
    padded.insert(padded.end(), block.planes[0].begin(), block.planes[0].end());
    padded.resize(padded.size() + media::Oversampler::after, 0.0F);
    everywhere.peaks(padded.data() + media::Oversampler::before, peaks.size(), peaks.data());
    CHECK(true_peak(block.planes[0], 48'000) == *std::max_element(peaks.begin(), peaks.end()));
}

TEST_CASE("The true peak of a tone is its amplitude") {
    for (const double frequency : {50.0, 997.0, 5'000.0, 15'000.0, 18'000.0}) {
        INFO(frequency);
        auto tone = sine(frequency, 48'000, 48'000, 0.7, 0.3);
        for (std::size_t i = 0; i < 2'000; ++i) {  // a sudden start would ring
            tone[i] *= static_cast<float>(i) / 2'000;
            tone[tone.size() - 1 - i] *= static_cast<float>(i) / 2'000;
        }
        CHECK(std::abs(decibels(true_peak(tone, 48'000)) - decibels(0.7)) < 0.05);
    }
}

TEST_CASE("The limiter holds the ceiling, keeps the length and leaves quiet sound alone") {
    const auto input = bursts(48'000);
    media::Limiter limiter(48'000, 2, -1);
    AudioBlock output{.channels = 2, .planes = {}};
    for (std::size_t at = 0; at < input.frames(); at += 1000) {
        AudioBlock part{.channels = 2, .planes = {}};
        for (std::size_t c = 0; c < 2; ++c)
            part.planes[c].assign(input.planes[c].begin() + static_cast<long>(at), input.planes[c].begin() + static_cast<long>(at) + 1000);
        limiter.process(part, output);
    }
    limiter.flush(output);
    REQUIRE(output.frames() == input.frames());
    for (const auto& plane : output.planes) CHECK(decibels(true_peak(plane, 48'000)) < -0.9);
    // Before the first burst's look-ahead nothing is touched; both sides always get the same gain.
    for (std::size_t i = 0; i < 2500; ++i) REQUIRE(output.planes[0][i] == input.planes[0][i]);
    for (std::size_t i = 0; i < input.frames(); i += 7)
        if (std::abs(input.planes[0][i]) > 0.05F && std::abs(input.planes[1][i]) > 0.05F)
            REQUIRE(std::abs(output.planes[0][i] / input.planes[0][i] - output.planes[1][i] / input.planes[1][i]) < 1e-4F);
}

TEST_CASE("The gain never jumps and is back at one some time after a peak") {
    media::GainCurve curve(48'000);
    float last = 1;
    for (int i = 0; i < 200'000; ++i) {
        const float gain = curve.next(i == 1000 ? 0.25F : 1.0F);
        REQUIRE(std::abs(gain - last) < 0.02F);
        if (i == 1000 + static_cast<int>(curve.delay())) REQUIRE(gain <= 0.25F + 1e-6F);
        last = gain;
    }
    CHECK(last == 1);
}

TEST_CASE("The plan learns gain and ceiling from what was measured") {
    const model::RenditionProfile profile{.name = "x", .bit_rate = 128000, .mono_bit_rate = 96000, .sample_rate = 44100};
    const model::Loudness scan{.integrated_lufs = -26, .true_peak_dbtp = -8, .range_lu = 5};
    media::LevelPlan stereo(profile, 2, scan), mono(profile, 1, scan);
    CHECK(stereo.level().gain_db == Approx(10));
    CHECK(mono.level().gain_db == Approx(7));
    CHECK(stereo.needs_trial());
    CHECK_FALSE(mono.needs_trial());

    CHECK(stereo.learn_from_trial({.integrated_lufs = -16.5, .true_peak_dbtp = -2, .range_lu = 5}));
    CHECK(stereo.level().gain_db == Approx(10.5));
    CHECK_FALSE(stereo.learn_from_trial({.integrated_lufs = -16.05, .true_peak_dbtp = -2, .range_lu = 5}));

    const double before = stereo.level().ceiling_db;
    CHECK(stereo.learn_from_rendition({.integrated_lufs = -16.1, .true_peak_dbtp = -0.5, .range_lu = 5}));
    CHECK(stereo.level().ceiling_db < before - 0.5);
    CHECK_FALSE(stereo.learn_from_rendition({.integrated_lufs = -16.1, .true_peak_dbtp = -1.1, .range_lu = 5}));

    // A lower ceiling made it quieter, not the gain: that is no sign of peaks in the way.
    media::LevelPlan lowered(profile, 2, scan);
    CHECK(lowered.learn_from_trial({.integrated_lufs = -16.5, .true_peak_dbtp = -2, .range_lu = 5}));
    CHECK(lowered.learn_from_rendition({.integrated_lufs = -16, .true_peak_dbtp = -0.2, .range_lu = 5}));
    CHECK(lowered.learn_from_rendition({.integrated_lufs = -16.6, .true_peak_dbtp = -1.2, .range_lu = 5}));
    CHECK_FALSE(lowered.loudness_capped());
    CHECK(lowered.level().gain_db == Approx(11.1));

    // More gain that brings nothing is taken back.
    CHECK(mono.learn_from_trial({.integrated_lufs = -30, .true_peak_dbtp = -2, .range_lu = 5}));
    CHECK_FALSE(mono.learn_from_trial({.integrated_lufs = -29.9, .true_peak_dbtp = -2, .range_lu = 5}));
    CHECK(mono.loudness_capped());
    CHECK(mono.level().gain_db == Approx(7));
}

TEST_CASE("A pass hands every taker all blocks in order and stops when one fails") {
    const Workshop shop;
    const OpenDescriptor file(shop.path("speech.wav"));
    std::size_t frames = 0, slow_frames = 0, ends = 0;
    media::av::AudioReader reader(file);
    const auto nothing = [](double) {};
    media::run_level_pass(reader,
                          {{48'000, 2, {0, -1}, [&](const AudioBlock* block) { block != nullptr ? frames += block->frames() : ++ends; }},
                           {32'000, 1, {0, -1}, [&](const AudioBlock* block) { slow_frames += block != nullptr ? block->frames() : 0; }}},
                          nothing);
    CHECK(frames == 4 * 48'000);
    CHECK(slow_frames == 4 * 32'000);
    CHECK(ends == 1);

    media::av::AudioReader again(file);
    const auto failing = [](const AudioBlock*) { throw std::runtime_error("full"); };
    const auto idle = [](const AudioBlock*) {};
    CHECK_THROWS_WITH(media::run_level_pass(again, {{48'000, 2, {0, -1}, idle}, {48'000, 2, {0, -1}, failing}}, nothing), "full");
}
