// Chapters as they come in masters: files written by ffmpeg, mutagen, ourselves, and byte by byte.

#include "media/probe.hpp"
#include "media/tags/audio_tags.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/wav_bytes.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

using std::chrono::milliseconds;

const std::string long_title = std::string(150, 'x') + " é “end”";

std::string shown(const std::vector<model::Chapter>& chapters) {
    std::string out;
    for (const auto& chapter : chapters)
        out += (out.empty() ? "" : "\n") + std::to_string(chapter.start.count()) + " " + chapter.title + (chapter.href.empty() ? "" : " ") +
               chapter.href;
    return out;
}

std::vector<model::Chapter> found_in(const std::string& file) {
    CAPTURE(file);
    const auto info = media::probe(OpenDescriptor(file));
    INFO((info ? "" : info.error().message));
    REQUIRE(info);
    return info->chapters;
}

// What a producer is told.
std::vector<std::string> warnings_of(const Workshop& shop, const std::string& file) {
    const OpenDescriptor output(shop.path("warned.mp3"), O_RDWR | O_CREAT | O_TRUNC);
    const auto report = media::transcode(OpenDescriptor(file), {{two_profiles()[0], output}}, {});
    REQUIRE(report);
    return report->warnings;
}

void mutagen(const std::string& program) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "write.py") << "from mutagen.id3 import ID3, CHAP, CTOC, CTOCFlags, TIT2, WXXX\n" << program;
    output_of("/usr/bin/python3 " + (folder.path() / "write.py").string());
}

// ID3v2.3, sizes plain.
std::string frame(const std::string& name, const std::string& body) {
    const auto size = body.size();
    std::string head = name;
    for (int shift = 24; shift >= 0; shift -= 8) head += static_cast<char>(size >> shift);
    return head + std::string(2, '\0') + body;
}
std::string big_endian(std::uint32_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
    return out;
}
std::string chap(int number, std::uint32_t start, std::uint32_t end, const std::string& title) {
    return frame("CHAP", "c" + std::to_string(number) + std::string(1, '\0') + big_endian(start) + big_endian(end) +
                             std::string(8, '\xFF') + frame("TIT2", std::string(1, '\0') + title));
}
std::string tag(const std::string& frames) {
    const auto size = frames.size();
    std::string head("ID3\x03\0\0", 6);
    for (int shift = 21; shift >= 0; shift -= 7) head += static_cast<char>((size >> shift) & 0x7F);
    return head + frames;
}

}  // namespace

TEST_CASE("chapters that ffmpeg writes are found in MP3 and M4A masters") {
    const Workshop shop;
    const auto meta = shop.write("meta.txt",
                                 ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=Start\n[CHAPTER]\nTIMEBASE=1/1000\n"
                                 "START=1500\nEND=4000\ntitle=" +
                                     long_title + "\n");
    const std::string expected = "0 Start\n1500 " + long_title;
    const std::string with = "-i " + meta + " -map_chapters 1 ";
    // Sizes in version 4 are written the wrong way by ffmpeg; version 3 is right.
    CHECK(shown(found_in(shop.make("v4.mp3", with + "-id3v2_version 4"))) == expected);
    CHECK(shown(found_in(shop.make("v3.mp3", with + "-id3v2_version 3"))) == expected);
    CHECK(shown(found_in(shop.make("both.m4a", with + "-c:a aac"))) == expected);
    CHECK(shown(found_in(shop.make("quicktime.m4a", with + "-c:a aac -movflags disable_chpl"))) == expected);

    auto nero = bytes_of(shop.path("both.m4a"));  // with nothing but the Nero list left
    const auto reference = nero.find("trefchap") == std::string::npos ? nero.find("chap", nero.find("tref")) : nero.find("trefchap") + 4;
    REQUIRE(nero.substr(reference, 4) == "chap");
    nero.replace(reference, 4, "xxxx");
    CHECK(shown(found_in(shop.write("nero.m4a", nero))) == expected);
    CHECK(found_in(shop.path("speech.wav")).empty());
}

TEST_CASE("chapters in ID3 tags are found in MP3, WAV and AIFF, those of the table of contents only") {
    const Workshop shop;
    const std::string frames = R"(
def fill(tag):
    tag.add(CTOC(element_id="toc", flags=CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED, child_element_ids=["a", "b"], sub_frames=[TIT2(text="Contents")]))
    tag.add(CHAP(element_id="b", start_time=2000, end_time=4000, sub_frames=[TIT2(text=TITLE), WXXX(url="https://www.gov.uk/ACT")]))
    tag.add(CHAP(element_id="a", start_time=0, end_time=2000, sub_frames=[TIT2(encoding=1, text="Ünïcode \u2615")]))
    tag.add(CHAP(element_id="hidden", start_time=1000, end_time=1100, sub_frames=[TIT2(text="Not for the list")]))
)";
    const auto title = "TITLE = '" + long_title + "'\n";
    const std::string expected = "0 Ünïcode ☕\n2000 " + long_title + " https://www.gov.uk/ACT";
    const auto mp3 = shop.make("tag.mp3", ""), wav = shop.make("tag.wav", "-c:a pcm_s16le"), aiff = shop.make("tag.aiff", "");
    mutagen(title + frames + "t = ID3()\nfill(t)\nt.save('" + mp3 + "', v2_version=3)\n");
    CHECK(shown(found_in(mp3)) == expected);
    mutagen(title + frames + "t = ID3()\nfill(t)\nt.save('" + mp3 + "', v2_version=4)\n");
    CHECK(shown(found_in(mp3)) == expected);
    mutagen("from mutagen.wave import WAVE\n" + title + frames + "f = WAVE('" + wav + "')\nf.add_tags()\nfill(f.tags)\nf.save()\n");
    CHECK(shown(found_in(wav)) == expected);
    mutagen("from mutagen.aiff import AIFF\n" + title + frames + "f = AIFF('" + aiff + "')\nf.add_tags()\nfill(f.tags)\nf.save()\n");
    CHECK(shown(found_in(aiff)) == expected);
}

TEST_CASE("frames of chapters inside each other, or packed, are left alone") {
    const Workshop shop;
    const std::string sound = bytes_of(shop.make("plain.mp3", "-t 1"));
    const std::string empty = frame("CHAP", "c" + std::string(17, '\0')), deepest = frame("TIT2", std::string(1, '\0') + "deep");
    std::string nested;
    for (std::size_t inside = 50'000; inside-- > 0;)
        nested += std::string(empty).replace(4, 4, big_endian(static_cast<std::uint32_t>(18 + inside * empty.size() + deepest.size())));
    nested += deepest;
    CHECK(found_in(shop.write("nested.mp3", tag(nested) + sound)).size() <= 1);  // libavformat finds the outermost
    std::string packed = chap(1, 0, 500, "packed");
    packed[9] = '\x08';
    CHECK(found_in(shop.write("packed.mp3", tag(packed) + sound)).empty());
    CHECK(found_in(shop.write("words.mp3", tag(chap(1, 0, 500, "CHAPTER ONE, CTOC AND CHAP")) + sound)).size() == 1);
    std::string many;
    for (std::uint32_t i = 0; i < 250; ++i) many += chap(static_cast<int>(i), i * 1000, (i + 1) * 1000, std::string(150, 'x'));
    CHECK(found_in(shop.write("many.mp3", tag(many) + sound)).size() == 250);
}

TEST_CASE("chapters in Vorbis comments are found in FLAC, Ogg Vorbis and Opus") {
    const Workshop shop;
    const std::string fields =
        "for key, value in {'CHAPTER001': '00:00:00.000', 'CHAPTER001NAME': 'Start', 'CHAPTER001URL': 'https://www.gov.uk/ACT', "
        "'CHAPTER002': '00:00:01.500', 'CHAPTER002NAME': '" +
        long_title + "', 'CHAPTER003NAME': 'No time'}.items():\n    f[key] = value\nf.save()\n";
    const auto expected = "0 Start https://www.gov.uk/ACT\n1500 " + long_title;
    const auto check = [&](const std::string& file, const std::string& opener) {
        mutagen(opener + "('" + file + "')\n" + fields);
        CHECK(shown(found_in(file)) == expected);
    };
    check(shop.make("notes.flac", ""), "from mutagen.flac import FLAC\nf = FLAC");
    check(shop.make("notes.ogg", "-c:a libvorbis"), "from mutagen.oggvorbis import OggVorbis\nf = OggVorbis");
    check(shop.make("notes.opus", "-ar 48000"), "from mutagen.oggopus import OggOpus\nf = OggOpus");
}

TEST_CASE("named markers of a WAV file are chapters, with names in either encoding") {
    const Workshop shop;
    const std::uint32_t rate = 48000, second = rate * 2;
    const auto sound = std::string(second * 4, '\0');
    const auto head = wav_head(1, rate, 16, second * 4);
    const auto points =
        riff_chunk("cue ", little_endian(4, 4) + cue_point(7, rate * 3) + cue_point(1, 0) + cue_point(2, 72000) + cue_point(9, 96000));
    const auto names =
        riff_chunk("LIST", "adtl" + cue_label(7, "caf\xE9 \x93the\x94 end") + cue_label(1, "Anfang – ü") + cue_label(2, "Middle") +
                               riff_chunk("note", little_endian(2, 4) + std::string("a remark\0", 9)) +
                               riff_chunk("ltxt", little_endian(1, 4) + little_endian(rate, 4) + "rgn " + little_endian(0, 8)));
    const std::string expected = "0 Anfang – ü\n1500 Middle\n3000 café “the” end";
    CHECK(shown(found_in(shop.write("after.wav", head + sound + points + names))) == expected);
    CHECK(shown(found_in(shop.write("names-first.wav", head + sound + names + points))) == expected);
    auto before = wav_head(1, rate, 16, second * 4);
    before.insert(before.size() - 8, points + names);
    CHECK(shown(found_in(shop.write("before.wav", before + sound))) == expected);
    CHECK_THAT(warnings_of(shop, shop.path("after.wav")).front(), Contains("not in order of time"));

    CHECK(found_in(shop.write("no-names.wav", head + sound + points)).empty());
    CHECK(found_in(shop.write("no-points.wav", head + sound + names)).empty());
    // Heads that promise more than there is.
    CHECK(found_in(shop.write("lie.wav", head + sound + "cue " + little_endian(0xFFFFFFF0, 4) + little_endian(0xFFFFFFFF, 4) + names))
              .empty());
    for (std::size_t cut = 1; cut < points.size() + names.size(); cut += 5)
        CHECK(found_in(shop.write("cut.wav", head + sound + (points + names).substr(0, cut))).size() <= 3);
}

TEST_CASE("what is wrong with a recording's chapters reaches its producer") {
    const Workshop shop;
    const auto sound = bytes_of(shop.make("plain.mp3", "-id3v2_version 0"));
    const auto odd = tag(chap(1, 0, 2500, "One\x01\x02 and\n more") + chap(2, 2000, 2000, "Two") + chap(3, 2000, 3000, "Three") +
                         chap(4, 3000, 4000, "   ") + chap(5, 0xFFFFFFFF, 0xFFFFFFFF, "Bytes"));
    CHECK(shown(found_in(shop.write("odd.mp3", odd + sound))) == "0 One and more\n2000 Three");
    const auto told = warnings_of(shop, shop.path("odd.mp3"));
    REQUIRE(told.size() >= 3);
    CHECK_THAT(told[0], Contains("had no title"));
    CHECK_THAT(told[1], Contains("lasted no time"));
    CHECK_THAT(told[2], Contains("started before the one above had ended"));

    std::string many;
    for (int i = 0; i < 10'000; ++i) many += chap(i, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i + 1), "Title");
    CHECK(found_in(shop.write("many.mp3", tag(many) + sound)).empty());
    CHECK_THAT(warnings_of(shop, shop.path("many.mp3")).front(), Contains("10000 chapters; audio files hold at most 255"));

    // Damaged tags end in fewer chapters, never in a refusal of the recording.
    for (std::size_t at = 10; at < odd.size(); at += 3) {
        auto damaged = odd;
        damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
        CHECK(found_in(shop.write("damaged.mp3", damaged + sound)).size() <= 5);
    }
}

TEST_CASE("what listeners get can be handed in again with its chapters") {
    const Workshop shop;
    auto tags = full_tags();
    tags.artwork_jpeg.clear();
    for (const auto codec : {model::Codec::mp3, model::Codec::aac, model::Codec::opus, model::Codec::flac}) {
        const auto name = std::string(model::to_string(codec));
        CAPTURE(name);
        make_essence(codec, shop.path("essence." + name));
        {
            const OpenDescriptor output(shop.path("tagged." + name), O_RDWR | O_CREAT);
            REQUIRE(media::write_tagged(codec, OpenDescriptor(shop.path("essence." + name)), output, tags, std::chrono::seconds(70)));
        }
        auto expected = tags.chapters;
        if (codec == model::Codec::aac)
            for (auto& chapter : expected) chapter.href.clear();  // MP4 has no place for it
        CHECK(shown(found_in(shop.path("tagged." + name))) == shown(expected));
    }
}
