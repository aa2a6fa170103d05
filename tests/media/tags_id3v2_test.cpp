// ID3v2.4 as a strict reader sees it: one that believes nothing but synchsafe sizes. (TagLib and mutagen repair wrong sizes silently.)

#include <array>
#include <map>

#include "tests/media/tags_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

struct StrictFrame {
    std::string name, body;
};

std::size_t synchsafe(const std::string& bytes, std::size_t at) {
    std::size_t size = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        const auto byte = static_cast<unsigned char>(bytes.at(i));
        if (byte > 0x7F) throw std::runtime_error("size byte over 127");
        size = size << 7 | byte;
    }
    return size;
}

std::vector<StrictFrame> walk_frames(const std::string& bytes, std::size_t at, std::size_t end) {
    std::vector<StrictFrame> frames;
    while (at + 10 <= end && bytes[at] != '\0') {
        const auto name = bytes.substr(at, 4);
        for (const char c : name) {
            if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
                throw std::runtime_error("lost the thread after " + frames.back().name);
        }
        const auto size = synchsafe(bytes, at + 4);
        if (bytes[at + 8] != 0 || bytes[at + 9] != 0 || at + 10 + size > end) throw std::runtime_error("bad frame " + name);
        frames.push_back({name, bytes.substr(at + 10, size)});
        at += 10 + size;
    }
    for (; at < end; ++at) {
        if (bytes[at] != '\0') throw std::runtime_error("padding is not empty");
    }
    return frames;
}

// Bytes of the whole tag, header included.
std::size_t tag_size(const std::string& file) {
    if (file.substr(0, 5) != std::string("ID3\x04\x00", 5) || file[5] != 0) throw std::runtime_error("not ID3v2.4.0 without flags");
    return 10 + synchsafe(file, 6);
}

struct Tagged {
    TemporaryFolder folder;
    std::filesystem::path essence = folder.path() / "essence.mp3", file = folder.path() / "tagged.mp3";
    media::TaggedFile report;
    explicit Tagged(const media::AudioTags& tags) {
        make_essence(model::Codec::mp3, essence);
        const auto written = media::write_tagged(model::Codec::mp3, OpenDescriptor(essence), OpenDescriptor(file, O_RDWR | O_CREAT), tags,
                                                 std::chrono::seconds(70));
        if (!written) throw std::runtime_error(written.error().message);
        report = *written;
    }
};

}  // namespace

TEST_CASE("A strict walk of ID3v2.4 finds every frame, chapter and child") {
    const auto tags = full_tags();
    const Tagged tagged(tags);
    const auto bytes = bytes_of(tagged.file);
    const auto frames = walk_frames(bytes, 10, tag_size(bytes));

    std::map<std::string, int> count;
    for (const auto& frame : frames) ++count[frame.name];
    for (const char* name : {"TIT2", "TPE1", "TALB", "TCON", "TRCK", "TPOS", "TDRC", "TDRL", "TLAN", "TCOP",
                             "TIPL", "PCST", "TGID", "WFED", "WOAF", "CTOC", "TDES", "COMM", "USLT", "APIC"}) {
        INFO(name);
        CHECK(count[name] == 1);
    }
    CHECK(count["CHAP"] == 40);
    CHECK(frames.size() == 60);

    std::vector<std::string> ids;
    for (const auto& frame : frames) {
        if (frame.name == "CHAP") {
            const auto end_of_id = frame.body.find('\0');
            ids.push_back(frame.body.substr(0, end_of_id));
            CHECK(frame.body.substr(end_of_id + 9, 8) == std::string(8, '\xFF'));
            const auto inside = walk_frames(frame.body, end_of_id + 17, frame.body.size());
            const auto number = ids.size() - 1;
            REQUIRE(inside.size() == (number % 2 == 0 ? 2 : 1));
            CHECK(inside[0].name == "TIT2");
            CHECK(inside[0].body == "\x03" + tags.chapters[number].title);
            if (inside.size() == 2) CHECK(inside[1].name == "WXXX");
        }
        if (frame.name == "APIC") CHECK(frame.body.substr(0, 14) == std::string("\0image/jpeg\0\x03\0", 14));
        if (frame.name == "WFED") CHECK(frame.body == std::string(1, '\0') + tags.feed_url);  // as iTunes writes and reads it
        if (frame.name == "TLAN") CHECK(frame.body == std::string("\0eng", 4));
        if (frame.name == "COMM")
            CHECK(frame.body.substr(0, 5) == std::string("\x03"
                                                         "eng\0",
                                                         5));
        if (frame.name == "TDRL")
            CHECK(frame.body ==
                  "\x03"
                  "2026-11-24T07:00:00");
    }
    for (const auto& frame : frames) {
        if (frame.name != "CTOC") continue;
        std::string children = std::string("toc\0\x03", 5) + static_cast<char>(40);
        for (const auto& element : ids) children += element + '\0';
        CHECK(frame.body == children);
    }
}

TEST_CASE("The MP3 payload is untouched and located") {
    const auto tags = full_tags();
    const Tagged tagged(tags);
    const auto essence = bytes_of(tagged.essence), bytes = bytes_of(tagged.file);
    const auto head = tag_size(bytes);
    CHECK(bytes.substr(head) == essence);
    CHECK(bytes.compare(head, 2, "\xFF\xFB") == 0);  // audio starts right behind: padding is part of the tag
    CHECK(tagged.report.byte_length == bytes.size());
    CHECK(tagged.report.audio_start > head);  // behind the Info frame
    CHECK(tagged.report.audio_start < head + 1000);
    CHECK(tagged.report.bytes_for_60s == Approx(480'000).epsilon(0.01));
    CHECK(head < tags.artwork_jpeg.size() + 16'000);  // words and chapters; padding is small
}

TEST_CASE("mutagen and ffprobe read back what was written as MP3") {
    const Tagged tagged(full_tags());
    const auto seen = output_of(
        "/usr/bin/python3 -c \"import sys\nfrom mutagen.id3 import ID3\nt = ID3(sys.argv[1])\n"
        "print(t.version, t['TIT2'], t['TALB'], t['TDRL'], t['TGID'], t['TIPL'].people, len(t.getall('CHAP')))\n"
        "c = t.getall('CTOC')[0]\nprint(int(c.flags), c.child_element_ids == ['chp%d' % i for i in range(40)])\n"
        "print([x.start_time for x in t.getall('CHAP')][:3], t.getall('USLT')[0].lang)\" " +
        tagged.file.string());
    CHECK(seen ==
          "(2, 4, 0) Multiple Bombings – part 1 \xF0\x9F\x8E\xA7 Code Severe 2026-11-24 07:00:00 0d6f1c2e-6f0a-5c63-8df4-58f1a9a2b7c3 "
          "[['host', 'Anna Example'], ['sound designer', 'Bjørn Example']] 40\n"
          "3 True\n[0, 1000, 2000] eng\n");
    const auto chapters = output_of("ffprobe -v error -show_chapters -of csv " + tagged.file.string());
    CHECK(std::count(chapters.begin(), chapters.end(), '\n') == 40);
    CHECK(
        output_of("ffprobe -v error -show_entries format_tags=title,album,TDRL -of csv=p=0 " + tagged.file.string()).find("Code Severe") !=
        std::string::npos);
    CHECK(output_of("ffmpeg -v error -i " + tagged.file.string() + " -f null - 2>&1").empty());
}

TEST_CASE("read_tags gives back what write_tagged wrote into MP3") {
    const auto tags = full_tags();
    const Tagged tagged(tags);
    const auto read = media::read_tags(model::Codec::mp3, OpenDescriptor(tagged.file));
    REQUIRE(read);
    check_kept_by_every_format(*read, tags);
    CHECK(read->language == "en");
    CHECK(read->chapters == tags.chapters);
}

TEST_CASE("Tagging leaves out what is empty, replaces an older tag and holds 255 chapters") {
    const media::AudioTags bare{.title = "Bare", .show = "Show"};
    const Tagged tagged(bare);
    const auto bytes = bytes_of(tagged.file);
    const auto frames = walk_frames(bytes, 10, tag_size(bytes));
    CHECK(frames.size() == 4);  // title, show, genre, podcast mark

    auto many = bare;
    for (int i = 0; i < 255; ++i) many.chapters.push_back({.start = std::chrono::milliseconds(i * 200), .title = "c"});
    const auto again = tagged.folder.path() / "again.mp3";
    REQUIRE(media::write_tagged(model::Codec::mp3, OpenDescriptor(tagged.file), OpenDescriptor(again, O_RDWR | O_CREAT), many,
                                std::chrono::seconds(70)));
    const auto second = bytes_of(again);
    CHECK(second.substr(tag_size(second)) == bytes_of(tagged.essence));
    CHECK(walk_frames(second, 10, tag_size(second)).size() == 4 + 1 + 255);

    many.chapters.push_back({.start = std::chrono::seconds(60), .title = "one too many"});
    const auto refused =
        media::write_tagged(model::Codec::mp3, OpenDescriptor(tagged.file), OpenDescriptor(again, O_RDWR), many, std::chrono::seconds(70));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == "An audio file holds at most 255 chapters; merge some.");
}

TEST_CASE("Chapter words longer than FFmpeg's reading of ID3v2.4 bears are cut, links left out") {
    media::AudioTags tags{.title = "Long", .show = "Show"};
    tags.chapters = {{.start = {}, .title = std::string(125, 'a') + "é and more", .href = "https://example.org/" + std::string(200, 'b')},
                     {.start = std::chrono::seconds(9), .title = "Second", .href = "https://example.org/"}};
    const Tagged tagged(tags);
    const auto read = media::read_tags(model::Codec::mp3, OpenDescriptor(tagged.file));
    REQUIRE(read);
    REQUIRE(read->chapters.size() == 2);
    CHECK(read->chapters[0] == model::Chapter{.start = {}, .title = std::string(125, 'a'), .href = ""});
    CHECK(read->chapters[1] == tags.chapters[1]);
    const auto seen = output_of("ffprobe -v error -show_chapters -of csv " + tagged.file.string());
    CHECK(std::count(seen.begin(), seen.end(), '\n') == 2);
}
