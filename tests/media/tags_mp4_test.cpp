// M4A: the index in front, both kinds of chapters, iTunes atoms, and the same sound as before.

#include <map>

#include "tests/media/tags_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

struct Tagged {
    TemporaryFolder folder;
    std::filesystem::path essence = folder.path() / "essence.m4a", file = folder.path() / "tagged.m4a";
    media::TaggedFile report;
    explicit Tagged(const media::AudioTags& tags) {
        make_essence(model::Codec::aac, essence);
        const auto written = media::write_tagged(model::Codec::aac, OpenDescriptor(essence), OpenDescriptor(file, O_RDWR | O_CREAT), tags,
                                                 std::chrono::seconds(70));
        if (!written) throw std::runtime_error(written.error().message);
        report = *written;
    }
};

// Names of top-level atoms in order.
std::string atoms(const std::string& bytes) {
    std::string names;
    for (std::size_t at = 0; at + 8 <= bytes.size();) {
        std::size_t size = 0;
        for (std::size_t i = at; i < at + 4; ++i) size = size << 8 | static_cast<unsigned char>(bytes[i]);
        names += bytes.substr(at + 4, 4) + " ";
        if (size < 8) throw std::runtime_error("bad atom");
        at += size;
    }
    return names;
}

std::string packets(const std::filesystem::path& file) {
    return output_of("ffmpeg -v error -i " + file.string() + " -map 0:a -c copy -f streamhash -hash sha256 -");
}
std::string samples(const std::filesystem::path& file) {
    return output_of("ffmpeg -v error -i " + file.string() + " -map 0:a -f hash -hash sha256 - 2>&1");
}

}  // namespace

TEST_CASE("M4A keeps its index in front and its sound, sample for sample") {
    const Tagged tagged(full_tags());
    const auto bytes = bytes_of(tagged.file);
    CHECK(atoms(bytes).find("moov") < atoms(bytes).find("mdat"));
    CHECK(packets(tagged.file) == packets(tagged.essence));
    CHECK(samples(tagged.file) == samples(tagged.essence));  // chunk offsets are right, encoder delay is still skipped
    CHECK(tagged.report.byte_length == bytes.size());
    CHECK(tagged.report.audio_start > bytes.find("mdat"));
    CHECK(tagged.report.audio_start < bytes.size() / 2);
    CHECK(tagged.report.bytes_for_60s > 300'000);
    CHECK(tagged.report.bytes_for_60s < bytes.size() - tagged.report.audio_start);
    CHECK(output_of("ffprobe -v error -show_entries stream_tags=language -select_streams a -of csv=p=0 " + tagged.file.string()) ==
          "eng\n");
}

TEST_CASE("M4A carries Nero chapters and a QuickTime chapter track that agree") {
    const Tagged tagged(full_tags());
    const auto bytes = bytes_of(tagged.file);
    CHECK(bytes.find("chpl") != std::string::npos);
    CHECK(bytes.find(std::string("tref\0\0\0\x0C"
                                 "chap",
                                 12)) != std::string::npos);
    CHECK(output_of("ffprobe -v error -show_entries stream=codec_tag_string -of csv=p=0 " + tagged.file.string()) ==
          "mp4a\ntext\n[0][0][0][0]\n");  // sound, chapters, cover
    const auto both = output_of("ffprobe -v error -show_chapters -of csv " + tagged.file.string());
    CHECK(std::count(both.begin(), both.end(), '\n') == 40);
    CHECK_THAT(both, Catch::Matchers::Contains(",39.000000,") && Catch::Matchers::Contains("Chapter 39"));
    // Of Nero's, in units of 100 ns. Mutagen takes their start for thousandths of the movie's unit, which is a sample here, so it only
    // counts.
    const auto nero = bytes.find("Chapter 39", bytes.find("chpl"));
    CHECK(bytes.substr(nero - 9, 8) == std::string("\0\0\0\0\x17\x3E\xED\x80", 8));
    const auto list = output_of(
        "/usr/bin/python3 -c \"import sys\nfrom mutagen.mp4 import MP4\nc = MP4(sys.argv[1]).chapters\n"
        "print(len(c), c[39].title[:10])\" " +
        tagged.file.string());
    CHECK(list == "40 Chapter 39\n");
}

TEST_CASE("mutagen reads back what was written as M4A") {
    const auto tags = full_tags();
    const Tagged tagged(tags);
    const auto seen = output_of(
        "/usr/bin/python3 -c \"import sys\nfrom mutagen.mp4 import MP4\nt = MP4(sys.argv[1]).tags\n"
        "print(t['\\xa9nam'], t['\\xa9alb'], t['\\xa9day'], t['\\xa9gen'], t['pcst'], t['purl'], t['egid'], t['trkn'], "
        "t['disk'], t['tves'], t['tvsn'], t['stik'])\n"
        "print(sys.argv[2] == str(len(t['covr'][0])), t['covr'][0].imageformat, t['\\xa9lyr'][0] == 'Anna: Welcome.\\nBjørn: Thank "
        "you.\\n')\" " +
        tagged.file.string() + " " + std::to_string(tags.artwork_jpeg.size()));
    CHECK(seen ==
          "['Multiple Bombings – part 1 \xF0\x9F\x8E\xA7'] ['Code Severe'] ['2026-11-24T07:00:00Z'] ['Podcast'] True "
          "['https://example.org/shows/code-severe/feed.xml'] ['0d6f1c2e-6f0a-5c63-8df4-58f1a9a2b7c3'] [(7, 0)] [(2, 0)] [7] [2] [21]\n"
          "True 13 True\n");
}

TEST_CASE("read_tags gives back what write_tagged wrote into M4A") {
    const auto tags = full_tags();
    const Tagged tagged(tags);
    const auto read = media::read_tags(model::Codec::aac, OpenDescriptor(tagged.file));
    REQUIRE(read);
    check_kept_by_every_format(*read, tags);
    CHECK(read->language == "en-GB");
    REQUIRE(read->chapters.size() == 40);
    for (std::size_t i = 0; i < 40; ++i) {
        CHECK(read->chapters[i].start == tags.chapters[i].start);
        CHECK(read->chapters[i].title == tags.chapters[i].title);
    }
}

TEST_CASE("M4A tags without chapters, and an essence that is none") {
    const Tagged tagged({.title = "Bare", .show = "Show"});
    CHECK(output_of("ffprobe -v error -show_entries stream=codec_tag_string -of csv=p=0 " + tagged.file.string()) == "mp4a\n");
    CHECK(samples(tagged.file) == samples(tagged.essence));

    const auto junk = tagged.folder.path() / "junk", output = tagged.folder.path() / "output";
    std::ofstream(junk) << "this is not audio";
    const auto refused = media::write_tagged(model::Codec::aac, OpenDescriptor(junk), OpenDescriptor(output, O_RDWR | O_CREAT),
                                             {.title = "x"}, std::chrono::seconds(1));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == model::Errc::unprocessable);
}

TEST_CASE("a disk that fills up while tags are written is said to be full, and blamed on nothing else") {
    const TemporaryFolder folder;
    const SmallDisk disk("256k");
    for (const auto codec : {model::Codec::mp3, model::Codec::aac, model::Codec::opus, model::Codec::flac}) {
        make_essence(codec, folder.path() / "essence");
        const OpenDescriptor essence(folder.path() / "essence"), output(disk.path() / "tagged", O_RDWR | O_CREAT | O_TRUNC);
        const auto written = media::write_tagged(codec, essence, output, full_tags(), std::chrono::seconds(70));
        REQUIRE_FALSE(written);
        INFO(written.error().message);
        CHECK(written.error().code == model::Errc::insufficient_storage);
        CHECK_THAT(written.error().message, Catch::Matchers::Contains("disk"));
    }
}
