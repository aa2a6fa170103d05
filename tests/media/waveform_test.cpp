// The shape of a recording, and where it says nothing.

#include <algorithm>
#include <cmath>

#include "media/master_scan.hpp"
#include "media/pauses.hpp"
#include "media/waveform.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using media::AudioBlock;
using media::Waveform;

TEST_CASE("Every point holds the lowest and the highest sample of either side, whatever the blocks") {
    AudioBlock sound{.channels = 2, .planes = {}};
    for (std::size_t i = 0; i < 480 * 3 + 7; ++i) {
        sound.planes[0].push_back(0.25F * std::sin(0.05F * static_cast<float>(i)));
        sound.planes[1].push_back(0.0F);
    }
    sound.planes[1][480] = 0.9F;
    sound.planes[0][959] = -0.75F;
    sound.planes[1][1446] = -0.5F;
    std::optional<Waveform> first;
    for (const std::size_t size : {1UL, 13UL, 480UL, 5'000UL}) {
        media::WaveformBuilder builder(48'000);
        for (std::size_t at = 0; at < sound.frames(); at += size) {
            AudioBlock part{.channels = 2, .planes = {}};
            append(part, sound, at, std::min(at + size, sound.frames()));
            builder.add(part);
        }
        const Waveform waveform = builder.finish(1, 1);
        CHECK(waveform.samples_per_point == 480);
        REQUIRE(waveform.lows.size() == 4);
        CHECK(waveform.lows == std::vector<std::int8_t>{-32, -96, -32, -64});
        CHECK(waveform.highs == std::vector<std::int8_t>{32, 115, 32, 8});
        if (!first) first = waveform;
        CHECK(waveform == *first);
    }
    media::WaveformBuilder builder(48'000);
    builder.add(sound);
    CHECK(builder.finish(2, 0.5).highs == std::vector<std::int8_t>{64, 64, 64, 16});
    CHECK(media::coarser(*first, 3).lows == std::vector<std::int8_t>{-96, -64});
    CHECK(media::coarser(*first, 3).samples_per_point == 1440);
}

TEST_CASE("Waveform files are audiowaveform's, and what is none is not read") {
    const Waveform waveform{.sample_rate = 44'100, .samples_per_point = 441, .lows = {-128, -1, 0}, .highs = {127, 0, 3}};
    const std::string dat = media::waveform_dat(waveform);
    REQUIRE(dat.size() == 24 + 6);
    CHECK(dat.substr(0, 24) == std::string("\2\0\0\0\1\0\0\0\x44\xAC\0\0\xB9\1\0\0\3\0\0\0\1\0\0\0", 24));
    CHECK(dat.substr(24) == std::string("\x80\x7F\xFF\0\0\3", 6));
    CHECK(media::parse_waveform_dat(dat) == waveform);
    CHECK(media::waveform_json(waveform) ==
          R"({"version":2,"channels":1,"sample_rate":44100,"samples_per_pixel":441,"bits":8,"length":3,"data":[-128,127,-1,0,0,3]})"
          "\n");
    for (const std::size_t cut : {0UL, 23UL, 24UL, dat.size() - 1}) CHECK_FALSE(media::parse_waveform_dat(dat.substr(0, cut)));
    CHECK_FALSE(media::parse_waveform_dat(dat + "x"));
    for (const std::size_t at : {0UL, 4UL, 8UL + 3, 20UL}) {
        std::string other = dat;
        other[at] = '\xFF';
        CHECK_FALSE(media::parse_waveform_dat(other));
    }
}

TEST_CASE("The shape and the pauses of a master come with its renditions") {
    const Workshop shop;
    const auto master =
        shop.ffmpeg("pauses.wav", "-i " + shop.path("speech.wav") +
                                      " -f lavfi -t 2.5 -i anoisesrc=amplitude=0.002:r=48000 -f lavfi -t 1.5 -i "
                                      "anullsrc=r=48000:cl=stereo -filter_complex "
                                      "'[1]pan=stereo|c0=c0|c1=c0[n];[0]asplit[a][b];[a][n][b][2]concat=n=4:v=0:a=1' -c:a pcm_s24le");
    const OpenDescriptor in(master), mp3(shop.path("out.mp3"), O_RDWR | O_CREAT | O_TRUNC),
        shape(shop.path("shape"), O_RDWR | O_CREAT | O_TRUNC);
    const auto report = media::transcode(in, {{two_profiles()[0], mp3}}, {}, shape);
    REQUIRE(report);
    REQUIRE(report->pauses.size() == 2);
    CHECK(std::abs(report->pauses[0].start.count() - 4000) <= 300);
    CHECK(std::abs(report->pauses[0].end.count() - 6500) <= 200);
    CHECK_FALSE(report->pauses[0].silent);
    CHECK(std::abs(report->pauses[1].start.count() - 10'500) <= 300);
    CHECK(report->pauses[1].end.count() == 12'000);

    const auto waveform = media::parse_waveform_dat(bytes_of(shop.path("shape")));
    REQUIRE(waveform);
    CHECK(waveform->lows.size() == 1200);
    CHECK(*std::ranges::max_element(waveform->highs) == 102);  // -2 dB, where the limiter holds the peaks of this quiet master
    CHECK(std::ranges::all_of(waveform->highs.begin() + 1060, waveform->highs.end(), [](int high) { return high == 0; }));
}

TEST_CASE("No waveform is built that nobody asked for") {
    const Workshop shop;
    const OpenDescriptor in(shop.path("speech.wav"));
    for (const bool wanted : {false, true}) {
        media::av::AudioReader reader(in);
        const auto scan = media::scan_master(reader, [](double) {}, {.with_waveform = wanted});
        REQUIRE(scan);
        CHECK(scan->waveform.has_value() == wanted);
    }
}

TEST_CASE("Pauses are long enough to be meant, silence is told from the room") {
    const auto tenths = [](std::initializer_list<std::pair<int, float>> parts) {
        media::LoudnessTrace trace;
        for (const auto& [count, level] : parts)  // a level of 1 is as loud as the whole
            trace.insert(trace.end(), static_cast<std::size_t>(count) * media::ticks_a_tenth, {level * level * 1e-3F, level});
        return trace;
    };
    const double lufs = -0.691 - 20;  // of level 1
    using media::Pause;
    using std::chrono::milliseconds;
    CHECK(media::find_pauses({}, lufs).empty());
    CHECK(media::find_pauses(tenths({{50, 1}}), lufs).empty());
    CHECK(media::find_pauses(tenths({{10, 1}, {19, 0.02F}, {10, 1}}), lufs).empty());
    CHECK(media::find_pauses(tenths({{10, 1}, {20, 0.02F}, {10, 1}}), lufs) ==
          std::vector<Pause>{{milliseconds(1000), milliseconds(3000), false}});
    CHECK(media::find_pauses(tenths({{10, 1}, {20, 0.07F}, {10, 1}}), lufs).empty());  // only 23 LU below
    CHECK(media::find_pauses(tenths({{9, 0}, {10, 1}, {10, 0}}), lufs) ==
          std::vector<Pause>{{milliseconds(1900), milliseconds(2900), true}});
    CHECK(media::find_pauses(tenths({{10, 0}, {15, 0.02F}, {5, 1}}), lufs) ==
          std::vector<Pause>{{milliseconds(0), milliseconds(2500), true}});
    // Dead air behind a fade is dead air, short or long.
    CHECK(media::find_pauses(tenths({{10, 1}, {3, 0.02F}, {15, 0}, {10, 1}}), lufs) ==
          std::vector<Pause>{{milliseconds(1000), milliseconds(2800), true}});
    CHECK(media::find_pauses(tenths({{10, 1}, {3, 0.02F}, {100, 0}, {10, 1}}), lufs) ==
          std::vector<Pause>{{milliseconds(1000), milliseconds(11'300), true}});
    // Gaps in the room's noise that are shorter add up to nothing.
    CHECK(media::find_pauses(tenths({{10, 1}, {9, 0}, {1, 0.02F}, {9, 0}, {10, 1}}), lufs).empty());
    CHECK(media::find_pauses(tenths({{10, 1}, {9, 0}, {2, 0.02F}, {9, 0}, {10, 1}}), lufs) ==
          std::vector<Pause>{{milliseconds(1000), milliseconds(3000), false}});
}
