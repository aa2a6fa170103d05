// Every format a producer may hand in, in the sample formats that occur, and what is told about each.

#include <cstring>

#include "media/av/audio_reader.hpp"
#include "media/probe.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

struct Format {
    std::string name, arguments, container, codec;
    std::uint32_t bits{}, rate{48000}, channels{2};
};

const std::vector<Format> formats{
    {"u8.wav", "-c:a pcm_u8", "wav", "pcm_u8", 8},
    {"s16.wav", "-c:a pcm_s16le", "wav", "pcm_s16le", 16},
    {"s24.wav", "-c:a pcm_s24le", "wav", "pcm_s24le", 24},  // WAVE_FORMAT_EXTENSIBLE
    {"s32.wav", "-c:a pcm_s32le", "wav", "pcm_s32le", 32},
    {"f32.wav", "-c:a pcm_f32le", "wav", "pcm_f32le", 32},
    {"f64.wav", "-c:a pcm_f64le", "wav", "pcm_f64le", 64},
    {"bwf.wav", "-c:a pcm_s24le -write_bext 1 -metadata originator='Studio 4' -metadata description=Take", "wav", "pcm_s24le", 24},
    {"rf64.wav", "-c:a pcm_s24le -rf64 always", "wav", "pcm_s24le", 24},
    {"s24.w64", "-c:a pcm_s24le", "w64", "pcm_s24le", 24},
    {"s16.flac", "-c:a flac -sample_fmt s16", "flac", "flac", 16},
    {"s24.flac", "-c:a flac -sample_fmt s32 -bits_per_raw_sample 24", "flac", "flac", 24},
    {"s16.aiff", "-c:a pcm_s16be", "aiff", "pcm_s16be", 16},
    {"s24.aiff", "-c:a pcm_s24be", "aiff", "pcm_s24be", 24},
    {"f32.aifc", "-c:a pcm_f32be -f aiff", "aiff", "pcm_f32be", 32},
    {"sowt.aifc", "-c:a pcm_s16le -f aiff", "aiff", "pcm_s16le", 16},
    {"cbr.mp3", "-c:a libmp3lame -b:a 192k", "mp3", "mp3", 0},
    {"vbr.mp3", "-c:a libmp3lame -q:a 2", "mp3", "mp3", 0},
    {"aac.m4a", "-c:a aac -b:a 192k", "mov,mp4,m4a,3gp,3g2,mj2", "aac", 0},
    {"alac.m4a", "-c:a alac", "mov,mp4,m4a,3gp,3g2,mj2", "alac", 24},
    {"vorbis.ogg", "-c:a libvorbis", "ogg", "vorbis", 0},
    {"opus.ogg", "-c:a libopus -b:a 96k", "ogg", "opus", 0},
    {"flac.ogg", "-c:a flac -f ogg", "ogg", "flac", 24},
    {"s24.caf", "-c:a pcm_s24be", "caf", "pcm_s24be", 24},
    {"adts.aac", "-c:a aac -b:a 192k", "aac", "aac", 0},
    {"phone.wav", "-ac 1 -ar 8000 -c:a pcm_s16le", "wav", "pcm_s16le", 16, 8000, 1},
    {"high.wav", "-ar 192000 -c:a pcm_s32le", "wav", "pcm_s32le", 32, 192000, 2},
    {"cd.wav", "-ar 44100 -c:a pcm_s16le", "wav", "pcm_s16le", 16, 44100, 2},
    {"low.mp3", "-ac 1 -ar 22050 -b:a 48k", "mp3", "mp3", 0, 22050, 1},
    {"surround.flac", "-af 'pan=5.1|FC=c0|FL=0.2*c0|FR=0.2*c1|LFE=0.3*c0|BL=0.1*c0|BR=0.1*c1'", "flac", "flac", 24, 48000, 6},
    {"seven.wav", "-af 'pan=7.1|FL=c0|FR=c1' -c:a pcm_s16le", "wav", "pcm_s16le", 16, 48000, 8},
};

}  // namespace

TEST_CASE("Each accepted format is probed and measures what the speech in it measures") {
    const Workshop shop;
    const auto original = measured_by_ffmpeg(shop.path("speech.wav"));
    for (const auto& format : formats) {
        INFO(format.name);
        const auto file = shop.make(format.name, format.arguments);
        const OpenDescriptor descriptor(file);
        const auto info = media::probe(descriptor);
        REQUIRE(info);
        CHECK(info->container == format.container);
        CHECK(info->codec == format.codec);
        CHECK(info->sample_rate == format.rate);
        CHECK(info->channels == format.channels);
        CHECK(info->bits_per_sample == format.bits);
        CHECK(std::abs(static_cast<double>(info->duration.count()) - 4000) < 100);

        const auto measured = media::measure(descriptor);
        REQUIRE(measured);
        const model::Loudness& loudness = measured->loudness;
        CHECK(std::isfinite(loudness.integrated_lufs));
        if (format.channels != 2) continue;  // the others hold another mix
        CHECK(std::abs(loudness.integrated_lufs - original.lufs) < 0.6);
        CHECK(std::abs(loudness.true_peak_dbtp - original.peak) < 1);
    }
}

TEST_CASE("A film cutter's MOV with a track for every microphone gives its first one, with a word about it") {
    const Workshop shop;
    std::string tracks;
    for (int i = 0; i < 12; ++i) tracks += "-map 0 ";
    const auto report = transcode_both(shop, shop.make("microphones.mov", tracks + "-c:a pcm_s16le"));
    REQUIRE(report);
    CHECK(report->master.duration.count() == 4000);
    CHECK(has_warning(report->warnings, "12 soundtracks"));
}

TEST_CASE("What a MOV's edit list cuts out is not heard, with plain samples either") {
    const Workshop shop;
    for (const std::string codec : {"pcm_s16le", "pcm_s24le", "pcm_f32le"}) {
        INFO(codec);
        std::string movie = bytes_of(shop.make("whole.mov", "-c:a " + codec));
        // One entry: length (of a film that counts milliseconds), where it starts (in samples), speed.
        const auto entry = movie.find("elst") + 12;
        movie.replace(entry, 8, std::string("\0\0\x07\xD0\0\1\x19\x40", 8));  // 2 s, from 1.5 s on
        const auto trimmed = shop.write("trimmed.mov", movie);
        const OpenDescriptor in(trimmed);
        media::av::AudioReader reader(in);
        std::vector<float> heard;
        for (media::AudioBlock block; reader.read(block);) heard.insert(heard.end(), block.planes[0].begin(), block.planes[0].end());
        const std::string expected = output_of("ffmpeg -v error -i " + trimmed + " -af 'pan=mono|c0=c0' -f f32le -");
        CHECK(heard.size() == 2 * 48'000);  // ffmpeg plays the last packet to its end
        REQUIRE(heard.size() * sizeof(float) <= expected.size());
        CHECK(std::memcmp(heard.data(), expected.data(), heard.size() * sizeof(float)) == 0);
    }
}

TEST_CASE("Files made by sox are read as well") {
    const Workshop shop;
    for (const std::string name : {"a.wav", "a.aiff", "a.flac", "a.ogg", "a.caf", "a.w64"}) {
        INFO(name);
        output_of("sox -V1 " + shop.path("speech.wav") + " -b 16 " + shop.path(name) + " 2>&1 || sox " + shop.path("speech.wav") + " " +
                  shop.path(name));
        const auto info = media::probe(OpenDescriptor(shop.path(name)));
        REQUIRE(info);
        CHECK(info->channels == 2);
        CHECK(std::abs(static_cast<double>(info->duration.count()) - 4000) < 30);
    }
}

TEST_CASE("What a master says about itself is told in plain words") {
    const Workshop shop;
    const auto file = shop.make("bwf.wav",
                                "-c:a pcm_s24le -write_bext 1 -metadata originator='Studio 4' -metadata origination_date=2026-11-20 "
                                "-metadata title='Secret working title' -metadata artist='A. Producer'");
    auto info = media::probe(OpenDescriptor(file));
    REQUIRE(info);
    const auto has = [&](const model::EmbeddedItem& item) { return std::ranges::find(info->embedded, item) != info->embedded.end(); };
    CHECK(has({"Who made the file", "Studio 4", "bext Originator"}));
    CHECK(has({"When it was made", "2026-11-20", "bext OriginationDate"}));
    CHECK(has({"Title", "Secret working title", "LIST INFO INAM"}));

    // iXML is opaque to libavformat.
    std::string bytes = bytes_of(file);
    bytes += std::string("iXML\x1E\x00\x00\x00<BWFXML><NOTE>Hush</NOTE></BWF", 38);
    info = media::probe(OpenDescriptor(shop.write("ixml.wav", bytes)));
    REQUIRE(info);
    CHECK(has({"Project, scene and take", "Hush", "iXML NOTE"}));
}

TEST_CASE("Pictures in a master are ignored and named, and nothing of its metadata reaches a rendition") {
    const Workshop shop;
    shop.ffmpeg("cover.png", "-f lavfi -i color=red:s=300x300 -frames:v 1");
    const auto master =
        shop.make("pictured.mp3", "-i " + shop.path("cover.png") +
                                      " -map 0 -map 1 -c:v copy -disposition:v attached_pic -metadata title=Canaryword -b:a 192k");
    const auto info = media::probe(OpenDescriptor(master));
    REQUIRE(info);
    CHECK(std::ranges::find(info->embedded, "Picture", &model::EmbeddedItem::what) != info->embedded.end());
    const auto report = transcode_both(shop, master);
    REQUIRE(report);
    CHECK_FALSE(has_warning(report->warnings, "moving pictures"));
    for (const std::string name : {"out.mp3", "out.m4a"}) {
        CHECK(bytes_of(shop.path(name)).find("Canaryword") == std::string::npos);
        CHECK(output_of("ffprobe -v error -show_entries stream=codec_type -of csv=p=0 " + shop.path(name)) == "audio\n");
    }
}
