// A constant added to every sample: found, told, taken out before anything is levelled, and never seen where there is none.

#include <numeric>

#include "media/master_scan.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

media::Offset offset_of(const std::string& file) {
    const OpenDescriptor in(file);
    media::av::AudioReader reader(in);
    const auto scan = media::scan_master(reader, [](double) {});
    REQUIRE(scan);
    return scan->offset;
}

std::vector<float> decoded(const std::string& file) {
    const std::string bytes = output_of("ffmpeg -v error -i " + file + " -f f32le -");
    std::vector<float> samples(bytes.size() / sizeof(float));
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(samples.data()));
    return samples;
}

model::Result<media::TranscodeReport> transcode_to_flac(const Workshop& shop, const std::string& master,
                                                        const model::Redactions& redactions = {}) {
    const OpenDescriptor in(master), flac(shop.path("out.flac"), O_RDWR | O_CREAT | O_TRUNC);
    return media::transcode(in, {{flac_profile(), flac}}, {}, -1, redactions);
}

}  // namespace

TEST_CASE("An offset is taken out of every rendition, and told") {
    const Workshop shop;
    for (const std::string offset : {"0.05", "-0.1"}) {
        INFO(offset);
        const auto master = shop.make("offset.wav", "-af 'volume=-6dB,aeval=val(0)+" + offset + "|val(1)+" + offset + "' -c:a pcm_s24le");
        const OpenDescriptor in(master), mp3(shop.path("out.mp3"), O_RDWR | O_CREAT | O_TRUNC),
            m4a(shop.path("out.m4a"), O_RDWR | O_CREAT | O_TRUNC), opus(shop.path("out.opus"), O_RDWR | O_CREAT | O_TRUNC),
            flac(shop.path("out.flac"), O_RDWR | O_CREAT | O_TRUNC);
        const auto profiles = two_profiles();
        const auto report =
            media::transcode(in, {{profiles[0], mp3}, {profiles[1], m4a}, {opus_profile(), opus}, {flac_profile(), flac}}, {});
        REQUIRE(report);
        REQUIRE(report->warnings.size() == 1);
        CHECK(report->warnings[0].find(offset == "0.05" ? "around 5 % of full scale (a DC offset" : "around 10 % of") != std::string::npos);
        CHECK(report->before.true_peak_dbtp < -6);  // of the sound alone
        for (const std::string name : {"out.mp3", "out.m4a", "out.opus", "out.flac"}) {
            INFO(name);
            const auto measured = measured_by_ffmpeg(shop.path(name));
            CHECK(measured.lufs == Approx(-16).margin(0.1));
            CHECK(measured.peak <= -1);
        }
        const auto samples = decoded(shop.path("out.flac"));
        CHECK(std::abs(std::accumulate(samples.begin(), samples.end(), 0.0)) / static_cast<double>(samples.size()) < 0.002);
    }
}

TEST_CASE("An offset of one side is that side's; what matters depends on how loud the recording will be made") {
    const Workshop shop;
    const auto right = offset_of(shop.make("right.wav", "-af 'aeval=val(0)|val(1)+0.02' -c:a pcm_s16le"));
    CHECK(right[0] == 0);
    CHECK(right[1] == Approx(0.02).margin(0.001));
    CHECK(media::offset_words(right, 2).find("2 % on the right side") != std::string::npos);
    // A thousandth is nothing beside speech at -27 LUFS, and as much as the speech itself 30 dB below.
    CHECK_FALSE(media::is_any(offset_of(shop.make("small.wav", "-af 'volume=10dB,aeval=val(0)+0.001|val(1)+0.001' -c:a pcm_f32le"))));
    CHECK(media::is_any(offset_of(shop.make("quiet.wav", "-af 'volume=-20dB,aeval=val(0)+0.001|val(1)+0.001' -c:a pcm_f32le"))));
    CHECK(media::is_any(offset_of(shop.ffmpeg("silent.wav", "-f lavfi -i aevalsrc=0.1:d=2:s=48000 -c:a pcm_s16le"))));
    CHECK(media::is_any(offset_of(shop.make("short.wav", "-af 'atrim=start=1:duration=0.7,aeval=val(0)+0.1|val(1)+0.1' -c:a pcm_s16le"))));
}

TEST_CASE("Where there is no constant offset none is found, and samples stay as they are") {
    const Workshop shop;
    const std::vector<std::string> sources{
        "sine=30.3:r=48000:d=6,volume=17dB",
        "sine=21:r=48000:d=1.3,volume=17dB",
        "sine=50:r=8000:d=0.31,volume=17dB",
        "aevalsrc='0.1*lt(t,3)+0.1*sin(2000*t)':d=6:s=48000",                            // it stops half-way
        "aevalsrc='0.1*sin(0.3*t)+0.1*sin(2000*t)':d=30:s=8000",                         // it wanders
        "aevalsrc='if(between(t,50.2,51.5),0.5*sin(2*PI*2.3*(t-50.2)),0)':d=90:s=8000",  // one thump in silence
        "anoisesrc=color=brown:amplitude=0.9:r=44100:d=5:seed=3",
    };
    for (const auto& source : sources) {
        INFO(source);
        CHECK_FALSE(media::is_any(offset_of(shop.ffmpeg("none.wav", "-f lavfi -i \"" + source + "\" -c:a pcm_s16le"))));
    }
    CHECK_FALSE(media::is_any(offset_of(shop.path("speech.wav"))));
    const auto master = shop.make("unchanged.wav", "-af 'atrim=start=1:duration=0.3' -c:a pcm_s24le");  // too short to be levelled
    const auto report = transcode_to_flac(shop, master);
    REQUIRE(report);
    CHECK(report->renditions[0].gain_db == 0);
    CHECK(decoded(shop.path("out.flac")) == decoded(master));
}

TEST_CASE("Gaps of digital silence in a recording with an offset stay silence") {
    const Workshop shop;
    const auto master = shop.make("gaps.wav", "-af 'aeval=val(0)+0.08|val(1)+0.08,volume=0:enable=between(t\\,1.5\\,1.9)' -c:a pcm_s24le");
    const auto report = transcode_to_flac(shop, master);
    REQUIRE(report);
    CHECK(has_warning(report->warnings, "DC offset"));
    const auto samples = decoded(shop.path("out.flac"));
    REQUIRE(decoded(master).at(2 * 80'000) == 0);
    for (std::size_t i = 2 * 75'000; i < 2 * 90'000; ++i) REQUIRE(samples[i] == 0);
}

TEST_CASE("An offset is as large as it is in what is heard, whatever lies between") {
    const Workshop shop;
    // A noise gate: a third, or two whole seconds of five, is silence.
    for (const std::string gate : {"lt(mod(t\\,1.5)\\,0.5)", "lt(mod(t\\,5)\\,2)"}) {
        INFO(gate);
        const auto offset =
            offset_of(shop.ffmpeg("gated.wav", "-stream_loop 3 -i " + shop.path("speech.wav") +
                                                   " -af 'aeval=val(0)+0.02|val(1)+0.02,volume=0:enable=" + gate + "' -c:a pcm_s24le"));
        CHECK(offset[0] == Approx(0.02).margin(0.001));
        CHECK(offset[1] == Approx(0.02).margin(0.001));
    }
    CHECK(media::offset_words({1.2F, 0}, 1).find("around 120 % of") != std::string::npos);
}

TEST_CASE("Silence that takes a word's place is none of the offset, and stays silence") {
    const Workshop shop;
    const auto master = shop.make("offset.wav", "-af 'aeval=val(0)+0.08|val(1)+0.08' -c:a pcm_s24le");
    using std::chrono::milliseconds;
    const auto report =
        transcode_to_flac(shop, master, {{.start = milliseconds(500), .end = milliseconds(1900), .kind = model::RedactionKind::mute}});
    REQUIRE(report);
    CHECK(has_warning(report->warnings, "DC offset"));
    const auto samples = decoded(shop.path("out.flac"));
    for (std::size_t i = 2 * 24'100; i < 2 * 91'100; ++i) REQUIRE(samples[i] == 0);
}
