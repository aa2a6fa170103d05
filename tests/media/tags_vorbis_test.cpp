// Opus and FLAC: Vorbis comments that other programs read, chapters, cover, the gain to the reference loudness, and the same sound as
// before.

#include "tests/media/tags_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

struct Tagged {
    model::Codec codec;
    TemporaryFolder folder;
    std::filesystem::path essence = folder.path() / "essence", file = folder.path() / "tagged";
    media::TaggedFile report;
    Tagged(model::Codec made, const media::AudioTags& tags) : codec(made) {
        make_essence(codec, essence);
        const auto written =
            media::write_tagged(codec, OpenDescriptor(essence), OpenDescriptor(file, O_RDWR | O_CREAT), tags, std::chrono::seconds(70));
        if (!written) throw std::runtime_error(written.error().message);
        report = *written;
    }
};

std::string packets(const std::filesystem::path& file) {
    return output_of("ffmpeg -v error -i " + file.string() + " -map 0:a -c copy -f streamhash -hash sha256 -");
}
std::string samples(const std::filesystem::path& file) {
    return output_of("ffmpeg -v error -i " + file.string() + " -map 0:a -f hash -hash sha256 - 2>&1");
}

}  // namespace

TEST_CASE("Opus and FLAC keep their sound, sample for sample, and say where it starts") {
    for (const auto codec : {model::Codec::opus, model::Codec::flac}) {
        INFO(model::to_string(codec));
        const Tagged tagged(codec, full_tags());
        CHECK(packets(tagged.file) == packets(tagged.essence));
        CHECK(samples(tagged.file) == samples(tagged.essence));
        const auto bytes = bytes_of(tagged.file);
        CHECK(tagged.report.byte_length == bytes.size());
        CHECK(tagged.report.audio_start > full_tags().artwork_jpeg.size());  // tags and cover are in front
        CHECK(tagged.report.audio_start < bytes.size());
        CHECK(tagged.report.bytes_for_60s > 100'000);
        CHECK(tagged.report.bytes_for_60s < bytes.size() - tagged.report.audio_start);
        CHECK(bytes.substr(tagged.report.audio_start, 4).starts_with(codec == model::Codec::opus ? "OggS" : "\xFF\xF8"));
    }
}

TEST_CASE("read_tags gives back what write_tagged wrote into Opus and FLAC") {
    for (const auto codec : {model::Codec::opus, model::Codec::flac}) {
        INFO(model::to_string(codec));
        const auto tags = full_tags();
        const Tagged tagged(codec, tags);
        const auto read = media::read_tags(codec, OpenDescriptor(tagged.file));
        REQUIRE(read);
        check_kept_by_every_format(*read, tags);
        CHECK(read->language == tags.language);
        CHECK(read->chapters == tags.chapters);
    }
}

TEST_CASE("ffprobe and mutagen read the Vorbis comments") {
    for (const auto codec : {model::Codec::opus, model::Codec::flac}) {
        INFO(model::to_string(codec));
        const Tagged tagged(codec, full_tags());
        const auto chapters = output_of("ffprobe -v error -show_chapters -of csv " + tagged.file.string());
        CHECK(std::count(chapters.begin(), chapters.end(), '\n') == 40);
        const std::string kind = codec == model::Codec::opus ? "oggopus import OggOpus as F" : "flac import FLAC as F";
        const auto seen = output_of("/usr/bin/python3 -c \"import sys\nfrom mutagen." + kind +
                                    "\nt = F(sys.argv[1])\n"
                                    "print(t['title'], t['album'], t['date'], t['performer'], t['chapter039'])\" " +
                                    tagged.file.string());
        CHECK(seen ==
              "['Multiple Bombings – part 1 \xF0\x9F\x8E\xA7'] ['Code Severe'] ['2026-11-24T07:00:00Z'] ['Anna Example (host)', "
              "'Bjørn Example (sound designer)'] ['00:00:39.000']\n");
    }
}

TEST_CASE("Opus says how far it is from the reference loudness") {
    media::AudioTags tags{.title = "Bare", .show = "Show"};
    tags.integrated_lufs = -15.98;
    const Tagged tagged(model::Codec::opus, tags);
    // RFC 7845: a whole number of 256ths of a decibel; a player that follows it plays the file at -23 LUFS.
    CHECK(output_of("ffprobe -v error -show_entries stream_tags=R128_TRACK_GAIN -of csv=p=0 " + tagged.file.string()) == "-1797\n");
    const auto read = media::read_tags(model::Codec::opus, OpenDescriptor(tagged.file));
    REQUIRE(read);
    CHECK(read->integrated_lufs.value() == Approx(-15.98).margin(0.003));
    CHECK(bytes_of(tagged.file).substr(28, 8) == "OpusHead");
    CHECK(bytes_of(tagged.file).substr(28 + 16, 2) == std::string(2, '\0'));  // no gain in the header: every player applies that one
}

TEST_CASE("Silence has no loudness, and so no gain") {
    media::AudioTags tags{.title = "Bare"};
    tags.integrated_lufs = -70;
    CHECK(bytes_of(Tagged(model::Codec::opus, tags).file).find("R128_TRACK_GAIN") == std::string::npos);
    tags.integrated_lufs = -69.9;
    CHECK(bytes_of(Tagged(model::Codec::opus, tags).file).find("R128_TRACK_GAIN=12006") != std::string::npos);
}

TEST_CASE("an essence that is none is not tagged") {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "junk") << "this is not audio";
    for (const auto codec : {model::Codec::opus, model::Codec::flac}) {
        const auto refused =
            media::write_tagged(codec, OpenDescriptor(folder.path() / "junk"), OpenDescriptor(folder.path() / "out", O_RDWR | O_CREAT),
                                {.title = "x"}, std::chrono::seconds(1));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == model::Errc::unprocessable);
    }
}
