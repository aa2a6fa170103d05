// Samples of float masters that are no sound: drawn across, counted, told, and never what sets the level.

#include <cstring>
#include <limits>

#include "media/master_scan.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

constexpr float infinite = std::numeric_limits<float>::infinity(), no_number = std::numeric_limits<float>::quiet_NaN();

// speech.wav with `value` in place of so many samples of one side.
std::string with_broken(const std::string& bytes, double seconds, std::size_t count, std::size_t side, float value) {
    std::string broken = bytes;
    const std::size_t data = bytes.find("data") + 8, first = static_cast<std::size_t>(seconds * 48'000);
    for (std::size_t frame = first; frame < first + count; ++frame)
        std::memcpy(broken.data() + data + 4 * (2 * frame + side), &value, sizeof value);
    return broken;
}

}  // namespace

TEST_CASE("Samples that are no sound are drawn across and told, and change neither loudness nor sides") {
    const Workshop shop;
    std::string bytes = bytes_of(shop.path("speech.wav"));
    for (const std::size_t side : {0, 1}) bytes = with_broken(bytes, 1, 3, side, infinite);
    for (const std::size_t side : {0, 1}) bytes = with_broken(bytes, 2, 10, side, no_number);
    bytes = with_broken(bytes, 3, 1, 0, -1e6F);
    const auto single = shop.write("broken.wav", bytes);
    const auto double_precision = shop.ffmpeg("double.wav", "-i " + single + " -c:a pcm_f64le");
    const auto whole = measured_by_ffmpeg(shop.path("speech.wav"));
    for (const auto& master : {single, double_precision}) {
        INFO(master);
        const OpenDescriptor in(master), flac(shop.path("out.flac"), O_RDWR | O_CREAT | O_TRUNC);
        const auto report = media::transcode(in, {{flac_profile(), flac}}, {});
        REQUIRE(report);
        REQUIRE(report->warnings.size() == 1);
        CHECK(report->warnings[0].find("27 samples of this recording are no sound") == 0);
        CHECK(report->warnings[0].find("the first at 0:01.000.") != std::string::npos);
        CHECK(report->before.integrated_lufs == Approx(whole.lufs).margin(0.1));
        CHECK(report->before.true_peak_dbtp == Approx(whole.peak).margin(0.2));
        CHECK(measured_by_ffmpeg(shop.path("out.flac")).lufs == Approx(-16).margin(0.1));
    }
}

TEST_CASE("A short gap is a line from side to side, a long one fades to silence and back") {
    media::BrokenSamples broken;
    media::AudioBlock block{.channels = 1, .planes = {std::vector<float>(8'000, 0.4F)}};
    auto& samples = block.planes[0];
    samples[100] = 0.8F;
    std::fill_n(samples.begin() + 101, 3, no_number);
    std::fill_n(samples.begin() + 1'000, 4'000, infinite);
    samples[7'999] = 101;
    broken.mend(block, 50'000);
    CHECK(broken.count() == 4'004);
    CHECK(broken.too_high() == 1);
    CHECK(broken.first_frame() == 50'101);
    for (const auto& [at, expected] : {std::pair{101, 0.7F}, {102, 0.6F}, {103, 0.5F}, {3'000, 0.0F}, {7'999, 0.2F}})
        CHECK(samples[static_cast<std::size_t>(at)] == Approx(expected));
    for (std::size_t i = 150; i + 1 < samples.size(); ++i) REQUIRE(std::abs(samples[i] - samples[i - 1]) < 0.004F);

    // A gap at a block's start goes on from the block before.
    std::ranges::fill(samples, 0.4F);
    samples[0] = no_number;
    broken.mend(block, 58'000);
    CHECK(samples[0] == Approx(0.3));
}

TEST_CASE("A mix that is far above full scale is used; numbers of another scale are refused with a sentence") {
    const Workshop shop;
    const auto hot = shop.make("hot.wav", "-af volume=30dB -c:a pcm_f32le");
    const auto report = transcode_both(shop, hot);
    REQUIRE(report);
    CHECK(report->warnings.empty());
    CHECK(measured_by_ffmpeg(shop.path("out.mp3")).lufs == Approx(-16).margin(0.1));

    const auto refused = transcode_both(shop, shop.make("integers.wav", "-af volume=32767 -c:a pcm_f32le"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == model::Errc::unprocessable);
    CHECK(refused.error().message.find("Export it again, with 24 bits.") != std::string::npos);
}
