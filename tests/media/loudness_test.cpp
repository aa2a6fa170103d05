// The promise listeners hear: both renditions at their target and under their ceiling, by a meter that is not ours.

#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

void check_promise(const Workshop& shop, const model::Result<media::TranscodeReport>& report, double target) {
    REQUIRE(report);
    REQUIRE(report->renditions.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& rendition = report->renditions[i];
        const std::string file = shop.path(i == 0 ? "out.mp3" : "out.m4a");
        INFO(rendition.profile);
        const auto measured = measured_by_ffmpeg(file);
        CHECK(std::abs(measured.lufs - target) < 0.11);  // ffmpeg gives one decimal
        CHECK(measured.peak <= -1.0);
        CHECK(std::abs(rendition.loudness.integrated_lufs - measured.lufs) < 0.15);
        CHECK(std::abs(rendition.loudness.true_peak_dbtp - measured.peak) < 0.15);
        CHECK(rendition.byte_length == std::filesystem::file_size(file));
    }
}

}  // namespace

TEST_CASE("Every kind of master comes out at the promised loudness and under the ceiling") {
    const Workshop shop;
    struct Case {
        std::string name, arguments;
        double target{-16};
    };
    const std::vector<Case> cases{
        {"quiet.wav", "-af volume=-10dB -c:a pcm_s24le"},
        {"normal.wav", "-c:a pcm_s24le"},
        {"hot.wav", "-af volume=24dB -c:a pcm_s16le"},
        {"dynamic.wav", "-af 'volume=if(lt(mod(t\\,1)\\,0.3)\\,1\\,0.05):eval=frame,volume=10dB' -c:a pcm_f32le"},
        {"mono.wav", "-ac 1 -c:a pcm_s24le", -19},
        {"surround.wav", "-af 'pan=5.1|FC=c0|FL=0.4*c0|FR=0.4*c1|LFE=c0|BL=0.3*c0|BR=0.3*c1' -c:a pcm_s24le"},
        {"phone.wav", "-ac 1 -ar 8000 -c:a pcm_s16le", -19},
        {"high.wav", "-ar 192000 -c:a pcm_s24le"},
        {"lossy.mp3", "-b:a 96k"},
        {"moment.wav", "-ss 0.5 -t 0.5 -c:a pcm_s24le"},
        {"over.wav", "-af volume=40dB -c:a pcm_f32le"},
        {"burst.wav", "-af 'volume=if(between(t\\,2\\,2.3)\\,20\\,0.3):eval=frame' -c:a pcm_f32le"},
        {"noise.wav", "-af 'aeval=2*random(0)-1|2*random(1)-1' -c:a pcm_s16le"},
        {"hum.wav", "-af 'aeval=0.98*sin(2*PI*40*t)|0.98*sin(2*PI*40*t)' -c:a pcm_s24le"},
        {"inverted.wav", "-af 'aeval=val(0)|-val(0)' -c:a pcm_s24le"},
        {"seven.wav", "-af 'volume=12dB,pan=7.1|FC=c0|FL=c0|FR=c1|LFE=c0|BL=c0|BR=c1|SL=c0|SR=c1' -c:a pcm_f32le"},
        // Louder than the speech, but above what any rendition holds.
        {"ultrasonic.wav", "-af 'aresample=96000,aeval=val(0)+0.3*sin(2*PI*30000*t)|val(1)+0.3*sin(2*PI*30000*t)' -c:a pcm_s24le"},
    };
    for (const auto& [name, arguments, target] : cases) {
        INFO(name);
        check_promise(shop, transcode_both(shop, shop.make(name, arguments)), target);
    }
}

TEST_CASE("Renditions at 48 kHz and of other bit rates keep the promise too: LAME's own turning down is undone") {
    const Workshop shop;
    for (const std::uint32_t bit_rate : {64'000U, 192'000U, 256'000U}) {
        INFO(bit_rate);
        const OpenDescriptor in(shop.path("speech.wav")), out(shop.path("out.mp3"), O_RDWR | O_CREAT | O_TRUNC);
        auto profile = two_profiles(48000)[0];
        profile.bit_rate = bit_rate;
        const auto report = media::transcode(in, {{profile, out}}, {});
        REQUIRE(report);
        const auto measured = measured_by_ffmpeg(shop.path("out.mp3"));
        CHECK(std::abs(measured.lufs + 16) < 0.11);
        CHECK(measured.peak <= -1.0);
    }
}

TEST_CASE("The master's own loudness is reported as ffmpeg measures it") {
    const Workshop shop;
    const auto measured = measured_by_ffmpeg(shop.path("speech.wav"));
    const auto report = transcode_both(shop, shop.path("speech.wav"));
    REQUIRE(report);
    CHECK(std::abs(report->before.integrated_lufs - measured.lufs) < 0.1);
    CHECK(std::abs(report->before.true_peak_dbtp - measured.peak) < 0.1);
    CHECK(report->warnings.empty());
}

TEST_CASE("Masters that cannot be levelled have a defined result and a warning") {
    const Workshop shop;
    SECTION("silence") {
        const auto report = transcode_both(shop, shop.ffmpeg("silent.wav", "-f lavfi -i anullsrc=r=48000:cl=stereo -t 2"));
        REQUIRE(report);
        CHECK(report->before.integrated_lufs == -70);
        CHECK(report->renditions[0].gain_db == 0);
        CHECK(has_warning(report->warnings, "is silent"));
    }
    SECTION("hardly anything") {
        const auto report = transcode_both(shop, shop.make("faint.wav", "-af volume=-30dB -c:a pcm_f32le"));
        check_promise(shop, report, -16);
        CHECK(has_warning(report->warnings, "very quiet"));
    }
    SECTION("shorter than a gating block") {
        for (const std::string length : {"0.3", "0.01"}) {
            const auto report = transcode_both(shop, shop.make("short.wav", "-t " + length));
            REQUIRE(report);
            CHECK(report->renditions[1].gain_db == 0);
            CHECK(has_warning(report->warnings, "too short to measure"));
        }
    }
    SECTION("bursts that the limiter cannot let go between") {
        const auto report = transcode_both(
            shop,
            shop.ffmpeg("bursts.wav", "-f lavfi -i \"aevalsrc='0.35*(2*random(0)-1)*exp(-mod(n,11025)/800)':d=8:s=44100\" -c:a pcm_f32le"));
        REQUIRE(report);
        for (const auto& rendition : report->renditions) CHECK(rendition.loudness.integrated_lufs > report->before.integrated_lufs + 2);
    }
    SECTION("noise in bursts, of which an encoder that is held to its rate makes peaks") {
        const auto master = shop.ffmpeg("noise.wav",
                                        "-f lavfi -i \"aevalsrc='(0.03+0.12*gt(mod(t,3),2))*(2*random(0)-1)':d=16:s=16000\" -af "
                                        "\"pan=stereo|c0=c0|c1=c0\" -c:a pcm_s24le");
        const OpenDescriptor in(master), opus(shop.path("out.opus"), O_RDWR | O_CREAT | O_TRUNC);
        const auto report = media::transcode(in, {{opus_profile(), opus}}, {});
        REQUIRE(report);
        CHECK(report->renditions[0].gain_db < 16);
        CHECK(measured_by_ffmpeg(shop.path("out.opus")).lufs == Approx(-16).margin(0.2));
    }
    SECTION("nothing but peaks") {
        const auto report =
            transcode_both(shop, shop.ffmpeg("clicks.wav", "-f lavfi -i \"aevalsrc='if(eq(mod(n,48000),100),0.9,0)':d=4:s=48000\""));
        REQUIRE(report);
        for (const auto& rendition : report->renditions) {
            CHECK(rendition.loudness.true_peak_dbtp <= -1);
            CHECK(rendition.gain_db <= 0);  // it would bring nothing, but to the noise
        }
        CHECK(has_warning(report->warnings, "only reached"));
    }
    SECTION("quiet words and loud knocks") {
        const auto report = transcode_both(
            shop, shop.make("knocks.wav",
                            "-af 'volume=-12dB,aeval=val(0)+0.95*lt(mod(t\\,1.9)\\,0.01)*sin(565*t)|val(1):c=stereo' -c:a pcm_f32le"));
        check_promise(shop, report, -16);
    }
    SECTION("one loud moment among quiet words") {
        for (const auto& [volume, levelled] : {std::pair{"-10dB", true}, {"-30dB", false}}) {
            INFO(volume);
            const auto words = shop.make("words.wav", std::string("-af volume=") + volume + " -c:a pcm_f32le");
            const auto report = transcode_both(
                shop,
                shop.ffmpeg("moment.wav", "-stream_loop 9 -i " + words +
                                              " -af 'aeval=val(0)+0.9*between(t\\,20\\,20.25)*sin(1256*t)|val(1):c=same' -c:a pcm_f32le"));
            check_promise(shop, report, -16);
            CHECK((report->renditions[0].gain_db > 10) == levelled);
            CHECK(has_warning(report->warnings, "A few loud moments, the loudest at 0:20, set the level") != levelled);
            for (const auto& pause : report->pauses) CHECK(pause.end - pause.start < std::chrono::seconds(10));
        }
    }
    SECTION("two sides that cancel each other out, mixed to mono") {
        auto mono = opus_profile();
        mono.name = "opus-low";
        mono.channels = 1;
        const OpenDescriptor in(shop.make("inverted.wav", "-af 'pan=stereo|c0=c0|c1=-1*c0' -c:a pcm_f32le")),
            out(shop.path("low.opus"), O_RDWR | O_CREAT | O_TRUNC);
        const auto report = media::transcode(in, {{mono, out}}, {});
        REQUIRE(report);
        CHECK(has_warning(report->warnings, "\"opus-low\" is silent: mixed to mono"));
    }
}

TEST_CASE("A producer is told about clipping, a silent side, two equal sides and an inverted one") {
    const Workshop shop;
    const auto warnings = [&](const std::string& arguments) {
        const auto report = transcode_both(shop, shop.make("odd.wav", arguments + " -t 2 -c:a pcm_s24le"));
        REQUIRE(report);
        return report->warnings;
    };
    CHECK(has_warning(warnings("-af volume=40dB"), "clipped in"));
    CHECK(has_warning(warnings("-af 'volume=40dB,aeval=clip(val(0)\\,-1\\,1)*0.8|clip(val(1)\\,-1\\,1)*0.8:c=same'"), "clipped in"));
    CHECK_FALSE(has_warning(warnings("-af volume=6dB,alimiter=limit=0.8"), "clipped in"));
    CHECK_FALSE(has_warning(warnings("-af volume=0"), "clipped in"));
    CHECK(has_warning(warnings("-af 'pan=stereo|c0=c0|c1=0*c0'"), "The right side of this recording is silent:"));
    CHECK(has_warning(warnings("-af 'aeval=val(0)|0.002*(random(0)-0.5):c=stereo'"),
                      "The right side of this recording is silent but for noise"));
    CHECK(has_warning(warnings("-af 'pan=stereo|c0=c0|c1=c0'"), "Both sides"));
    CHECK(has_warning(warnings("-af 'pan=stereo|c0=c0|c1=-0.9*c0'"), "cancel each other"));
}

TEST_CASE("Numbers that are none, and far too large ones, do no harm") {
    const Workshop shop;
    std::string bytes = bytes_of(shop.make("float.wav", "-c:a pcm_f32le -bitexact"));
    const float bad[] = {std::nanf(""), INFINITY, -INFINITY, 1e30F};
    for (std::size_t at = 40'000; at + 4 < bytes.size(); at += 80'000)
        bytes.replace(at, 4, reinterpret_cast<const char*>(&bad[at / 80'000 % 4]), 4);
    const auto report = transcode_both(shop, shop.write("bad.wav", bytes));
    REQUIRE(report);
    for (const auto& rendition : report->renditions) CHECK(rendition.loudness.true_peak_dbtp <= -1);
}

TEST_CASE("Opus, FLAC and a stereo master mixed down keep the promise") {
    const Workshop shop;
    auto low = opus_profile();
    low.name = "opus-low";
    low.bit_rate = low.mono_bit_rate = 24'000;
    low.channels = 1;
    // Sides that hardly agree: what is lost by mixing down must be made up for.
    const auto wide = shop.make("wide.wav", "-af 'aeval=val(0)|0.9*val(1)*sin(40*t)+0.1*val(0):c=stereo' -c:a pcm_s24le");
    for (const auto& master : {shop.path("speech.wav"), wide}) {
        INFO(master);
        const OpenDescriptor in(master), opus(shop.path("out.opus"), O_RDWR | O_CREAT | O_TRUNC),
            mono(shop.path("low.opus"), O_RDWR | O_CREAT | O_TRUNC), flac(shop.path("out.flac"), O_RDWR | O_CREAT | O_TRUNC);
        const auto report = media::transcode(in, {{opus_profile(), opus}, {low, mono}, {flac_profile(), flac}}, {});
        REQUIRE(report);
        CHECK(report->renditions[1].channels == 1);
        CHECK(report->renditions[1].bit_rate == 24'000);
        for (const auto& [file, target] : {std::pair{"out.opus", -16.0}, {"low.opus", -19.0}, {"out.flac", -16.0}}) {
            INFO(file);
            const auto measured = measured_by_ffmpeg(shop.path(file));
            CHECK(std::abs(measured.lufs - target) < 0.11);  // ffmpeg gives one decimal
            CHECK(measured.peak <= -1.0);
        }
    }
}
