// The parts of levelling by themselves: true peak, limiter, the plan's arithmetic, the pass with its threads.

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "media/level_pass.hpp"
#include "media/level_plan.hpp"
#include "media/limiter.hpp"
#include "media/loudness_meter.hpp"
#include "media/master_scan.hpp"
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

namespace {

// A minute that never changes, but for a peak every so many ticks.
media::LoudnessTrace steady(double lufs, float peak, std::size_t every = 1'000'000) {
    const auto energy = static_cast<float>(std::pow(10, (lufs + 0.691) / 10) / media::ticks_a_tenth);
    media::LoudnessTrace trace(6'000, {energy, 0.05F});
    for (std::size_t i = 0; i < trace.size(); i += every) trace[i] = {energy, peak};
    return trace;
}

}  // namespace

TEST_CASE("Loudness is foretold: gain by itself, and what the limiter takes away") {
    const auto trace = steady(-26, 0.4F, 50);
    CHECK(media::foretell_lufs(trace, {0, -1}) == Approx(-26).margin(0.02));
    CHECK(media::foretell_lufs(trace, {5, -1}) == Approx(-21).margin(0.02));
    CHECK(media::foretell_lufs(trace, {10, -1}) < -16.1);
    CHECK(media::foretell_lufs(trace, {10, -1}) > -17.5);
    CHECK(media::foretell_lufs({}, {10, -1}) == media::silence_lufs);
}

TEST_CASE("Processors with and without fused multiply-add come to the same numbers: the code has none of it") {
    const std::string found = output_of(
        "llvm-objdump-19 --disassemble --no-show-raw-insn /proc/$PPID/exe | grep -oE 'KWeighting6energy|vfn?m(add|sub)' | sort -u");
    CHECK(found == "KWeighting6energy\n");
}

TEST_CASE("What is foretold comes true, however hard the limiter works") {
    const Workshop shop;
    const auto dynamic = shop.make("dynamic.wav", "-af 'volume=if(lt(mod(t\\,1)\\,0.3)\\,1\\,0.05):eval=frame,volume=10dB' -c:a pcm_f32le");
    for (const auto& [file, gain] :
         {std::pair{shop.path("speech.wav"), 12.0}, {shop.path("speech.wav"), 20.0}, {dynamic, 6.0}, {dynamic, 12.0}}) {
        INFO(file << " " << gain);
        const OpenDescriptor in(file);
        media::av::AudioReader reader(in);
        const auto scan = media::scan_master(reader, [](double) {});
        REQUIRE(scan);
        const media::Level level{gain, -2};
        media::LoudnessMeter meter(44'100, 2);
        media::av::AudioReader again(in);
        media::run_level_pass(again,
                              {{44'100, 2, level,
                                [&](const media::BlockPtr& block) {
                                    if (block != nullptr) meter.add(*block);
                                }}},
                              [](double) {});
        CHECK(media::foretell_lufs(scan->trace, level) == Approx(meter.result().integrated_lufs).margin(0.1));
    }
}

TEST_CASE("The plan aims by what is foretold and corrects by what was measured") {
    const model::RenditionProfile profile{.name = "x", .bit_rate = 128000, .mono_bit_rate = 96000, .sample_rate = 44100};
    const model::Loudness before{.integrated_lufs = -26, .true_peak_dbtp = -8, .range_lu = 5};
    const auto easy = steady(-26, 0.05F), peaky = steady(-26, 0.4F, 50);
    CHECK(media::LevelPlan(profile, 2, before, easy, 1).level().gain_db == Approx(10).margin(0.02));
    CHECK(media::LevelPlan(profile, 1, before, easy, 1).level().gain_db == Approx(7).margin(0.02));

    media::LevelPlan plan(profile, 2, before, peaky, 1);
    CHECK(plan.level().gain_db > 10.1);
    CHECK(media::foretell_lufs(peaky, plan.level()) == Approx(-16).margin(0.01));
    CHECK_FALSE(plan.learn_from_rendition({.integrated_lufs = -16.09, .true_peak_dbtp = -1.1, .range_lu = 5}));

    // The encoder lost a little: that much more is aimed for.
    CHECK(plan.learn_from_rendition({.integrated_lufs = -16.2, .true_peak_dbtp = -1.1, .range_lu = 5}));
    CHECK(media::foretell_lufs(peaky, plan.level()) == Approx(-15.8).margin(0.02));

    // Too high: the limiter goes lower, and what that costs is made up for.
    const auto last = plan.level();
    CHECK(plan.learn_from_rendition({.integrated_lufs = -16, .true_peak_dbtp = -0.5, .range_lu = 5}));
    CHECK(plan.level().ceiling_db < last.ceiling_db - 0.5);
    CHECK(plan.level().gain_db > last.gain_db);
    CHECK_FALSE(plan.learn_from_rendition({.integrated_lufs = -16, .true_peak_dbtp = -1.1, .range_lu = 5}));

    // Nothing but peaks: gain that brings nothing is not given.
    const auto peaks = steady(-26, 0.9F, 1);
    media::LevelPlan capped(profile, 2, before, peaks, 1);
    CHECK(capped.loudness_capped());
    CHECK(capped.level().gain_db == 0);
    CHECK_FALSE(capped.learn_from_rendition({.integrated_lufs = -20, .true_peak_dbtp = -1.1, .range_lu = 5}));

    // Loud knocks every seven seconds over quiet words: the words count, however much the limiter has to take from the knocks.
    for (const double words : {-34, -38, -40}) {
        auto knocks = steady(words, 0.05F);
        for (std::size_t i = 0; i < knocks.size(); i += 700)
            for (std::size_t k = i; k < i + 3; ++k) knocks[k] = {0.02F, 0.95F};
        const double whole = media::foretell_lufs(knocks, {0, 0});
        const media::LevelPlan plan_of_words(profile, 2, {.integrated_lufs = whole, .true_peak_dbtp = -0.4}, knocks, 1);
        INFO(words << " " << whole << " " << plan_of_words.level().gain_db);
        CHECK_FALSE(plan_of_words.loudness_capped());
        CHECK(media::foretell_lufs(knocks, plan_of_words.level()) == Approx(-16).margin(0.1));
    }

    // One tone of a quarter second over words that are 20 to 33 dB below it, and out of the gate: the words count all the same.
    for (const double words : {-25, -31, -38}) {
        auto tone = steady(words, 0.05F);
        std::fill_n(tone.begin() + 3'000, 25, media::TraceTick(0.05F, 0.99F));
        const double whole = media::foretell_lufs(tone, {0, 0});
        const media::LevelPlan plan_of_words(profile, 2, {.integrated_lufs = whole, .true_peak_dbtp = -0.1}, tone, 1);
        INFO(words << " " << whole << " " << plan_of_words.level().gain_db);
        CHECK(media::foretell_lufs(tone, plan_of_words.level()) == Approx(-16).margin(0.1));
        CHECK(plan_of_words.level().gain_db > -16 - words - 4);
        CHECK_FALSE(media::beside_loud_moments_lufs(tone, plan_of_words.level()));
    }
    // Words too far down for the limiter: the moment sets the level, and it is known.
    auto too_far = steady(-56, 0.05F);
    std::fill_n(too_far.begin() + 3'000, 25, media::TraceTick(0.05F, 0.99F));
    const media::LevelPlan of_moment(profile, 2, {.integrated_lufs = media::foretell_lufs(too_far, {0, 0}), .true_peak_dbtp = -0.1},
                                     too_far, 1);
    CHECK(media::foretell_lufs(too_far, of_moment.level()) == Approx(-16).margin(0.1));
    CHECK(media::beside_loud_moments_lufs(too_far, of_moment.level()).value_or(0) < -60);

    // Hammering beside words: at the gain that would do without a limiter it drops out of the gate, and the words alone are too loud.
    for (const auto& [words, energy] : {std::pair{-34, 1e-4F}, {-34, 3e-4F}, {-38, 1e-4F}, {-30, 3e-4F}}) {
        auto hammering = steady(words, 0.05F);
        for (std::size_t i = 0; i < hammering.size(); ++i)
            if (i / 1'000 % 2 == 0) hammering[i] = i % 25 == 0 ? media::TraceTick(energy, 0.9F) : media::TraceTick(1e-9F, 1e-4F);
        const double whole = media::foretell_lufs(hammering, {0, 0});
        const media::LevelPlan of_both(profile, 2, {.integrated_lufs = whole, .true_peak_dbtp = -0.9}, hammering, 1);
        INFO(words << " " << whole << " " << of_both.level().gain_db);
        CHECK(media::foretell_lufs(hammering, of_both.level()) == Approx(-16).margin(0.1));
    }

    // A lower ceiling costs loudness: that is made up for, however near the target the file was under the higher one.
    media::LevelPlan lowered(profile, 2, before, peaky, 1);
    CHECK(lowered.learn_from_rendition({.integrated_lufs = -16.02, .true_peak_dbtp = -0.5, .range_lu = 5}));
    const auto gain = lowered.level().gain_db;
    CHECK(lowered.learn_from_rendition({.integrated_lufs = -16.15, .true_peak_dbtp = -1.1, .range_lu = 5}));
    CHECK(lowered.level().gain_db > gain);

    // Peaks that no limiter brings down are the encoder's own: it gets more bits, where it can, or all is turned down by what is too much.
    for (const bool can_ease : {false, true}) {
        media::LevelPlan unstable(profile, 2, before, peaky, 1, can_ease);
        const auto at_first = unstable.level();
        CHECK(unstable.learn_from_rendition({.integrated_lufs = -16, .true_peak_dbtp = 0.5, .range_lu = 5}));
        CHECK_FALSE(unstable.eased());
        auto lower = unstable.level();
        CHECK(lower.ceiling_db < at_first.ceiling_db - 1.5);
        CHECK(unstable.learn_from_rendition({.integrated_lufs = -16, .true_peak_dbtp = 0.6, .range_lu = 5}));
        CHECK(unstable.eased() == can_ease);
        if (can_ease) {
            CHECK(unstable.level().ceiling_db == at_first.ceiling_db);
            CHECK(unstable.learn_from_rendition({.integrated_lufs = -16, .true_peak_dbtp = 0.5, .range_lu = 5}));  // from the begin again
            lower = unstable.level();
            CHECK(unstable.learn_from_rendition({.integrated_lufs = -16, .true_peak_dbtp = 0.6, .range_lu = 5}));
        }
        CHECK(unstable.level().gain_db < lower.gain_db - 1);
        CHECK(lower.ceiling_db - unstable.level().ceiling_db == Approx(lower.gain_db - unstable.level().gain_db));
        CHECK_FALSE(unstable.learn_from_rendition({.integrated_lufs = -18.3, .true_peak_dbtp = -1.7, .range_lu = 5}));
    }

    // A peak that is hardly too high, twice, is nobody's: the file stays on its target.
    media::LevelPlan nearly(profile, 2, before, peaky, 1, true);
    for (int round = 0; round < 2; ++round)
        CHECK(nearly.learn_from_rendition({.integrated_lufs = -16, .true_peak_dbtp = -0.95, .range_lu = 5}));
    CHECK_FALSE(nearly.eased());
    CHECK_FALSE(nearly.loudness_capped());
    CHECK(media::foretell_lufs(peaky, nearly.level()) == Approx(-16).margin(0.02));

    // Silence keeps its level.
    const media::LoudnessTrace nothing;
    CHECK(media::LevelPlan(profile, 2, {.integrated_lufs = -70, .true_peak_dbtp = -120}, nothing, 1).level().gain_db == 0);
}

TEST_CASE("A pass hands every taker all blocks in order and stops when one fails") {
    const Workshop shop;
    const OpenDescriptor file(shop.path("speech.wav"));
    std::size_t frames = 0, slow_frames = 0, ends = 0;
    media::av::AudioReader reader(file);
    const auto nothing = [](double) {};
    media::run_level_pass(
        reader,
        {{48'000, 2, {0, -1}, [&](const media::BlockPtr& block) { block != nullptr ? frames += block->frames() : ++ends; }},
         {32'000, 1, {0, -1}, [&](const media::BlockPtr& block) { slow_frames += block != nullptr ? block->frames() : 0; }}},
        nothing);
    CHECK(frames == 4 * 48'000);
    CHECK(slow_frames == 4 * 32'000);
    CHECK(ends == 1);

    media::av::AudioReader again(file);
    const auto failing = [](const media::BlockPtr&) { throw std::runtime_error("full"); };
    const auto idle = [](const media::BlockPtr&) {};
    CHECK_THROWS_WITH(media::run_level_pass(again, {{48'000, 2, {0, -1}, idle}, {48'000, 2, {0, -1}, failing}}, nothing), "full");
}
