// What a file gives away, read by its own structure; tests/journey/test_poisoned.py has every container and place. Here: files that lie
// about their structure.

#include "media/embedded/embedded.hpp"

#include <algorithm>
#include <random>

#include "tests/media/tags_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

std::string number(std::uint64_t value, int bytes, bool big_endian) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * (big_endian ? bytes - 1 - i : i));
    return out;
}
std::string box(const std::string& name, const std::string& body) {
    return number(body.size() + 8, 4, true) + name + body;
}
std::string chunk(const std::string& name, const std::string& body) {
    return name + number(body.size(), 4, false) + body + std::string(body.size() % 2, '\0');
}
std::string frame(const std::string& id, const std::string& body) {
    return id + number(body.size(), 4, true) + std::string(2, '\0') + body;
}
std::string id3(const std::string& frames) {
    std::string size;
    for (const int shift : {21, 14, 7, 0}) size += static_cast<char>(frames.size() >> shift & 0x7F);
    return "ID3" + std::string("\3\0\0", 3) + size + frames;
}

std::vector<model::EmbeddedItem> list(const TemporaryFolder& folder, const std::string& bytes) {
    const auto file = folder.path() / "file";
    std::ofstream(file, std::ios::binary) << bytes;
    return media::list_embedded(OpenDescriptor(file));
}

std::string segment(char mark, const std::string& body) {
    return std::string("\xFF") + mark + number(body.size() + 2, 2, true) + body;
}
std::string png_chunk(const std::string& name, const std::string& body) {
    return number(body.size(), 4, true) + name + body + std::string(4, '\0');
}
const std::string xmp_label("http://ns.adobe.com/xap/1.0/\0", 29);

// A little of everything that pictures hold.
std::vector<std::string> pictures() {
    const std::string iptc = std::string("\x1C\2\x50\0\2Me", 7);
    const std::string photoshop =
        std::string("Photoshop 3.0\0", 14) + "8BIM" + std::string("\4\4\0\0", 4) + number(iptc.size(), 4, true) + iptc;
    return {"\xFF\xD8" + segment('\xE1', xmp_label + "<x dc:creator=\"Anna\"/>") +
                segment('\xE2', std::string("ICC_PROFILE\0\1\1", 14) + "sRGB of some scanner") + segment('\xED', photoshop) +
                segment('\xFE', "Hush") + "\xFF\xD9" + "behind",
            std::string("\x89PNG\r\n\x1A\n") + png_chunk("IHDR", std::string(13, '\1')) + png_chunk("tEXt", std::string("Author\0Me", 9)) +
                png_chunk("iTXt", std::string("XML:com.adobe.xmp\0\0\0\0\0", 22) + "<x dc:creator='Anna'/>") +
                png_chunk("zTXt", std::string("Comment\0\0xx", 11)) + png_chunk("tIME", std::string("\x07\xE8\1\2\3\4\5", 7)) +
                png_chunk("iCCP", std::string("scanner\0\0xx", 11)) + png_chunk("IEND", "") + "behind"};
}

bool is_whole(const std::vector<model::EmbeddedItem>& items) {
    return std::ranges::find(items, "A part that was not looked through", &model::EmbeddedItem::what) == items.end();
}

// A little of everything.
std::vector<std::string> samples() {
    const std::string exif = std::string("Exif\0\0MM\0*\0\0\0\x08", 14) + number(1, 2, true) + number(0x010F, 2, true) +
                             number(2, 2, true) + number(8, 4, true) + number(26, 4, true) + std::string(4, '\0') + "Camera7";
    const std::string jpeg = "\xFF\xD8\xFF\xE1" + number(exif.size() + 2, 2, true) + exif + "\xFF\xD9";
    const std::string picture = frame("APIC", std::string("\0image/jpeg\0\3cover\0", 19) + jpeg);
    const std::string tag =
        id3(frame("TSSE", "\3Studio 4") + picture + frame("CHAP", std::string("c\0", 2) + std::string(16, '\0') + frame("TIT2", "\3One")));
    const std::string bext = "About" + std::string(251, '\0') + "Recorder" + std::string(340, '\0');
    const std::string place = number(8, 2, true) + number(0, 2, true) + "+51+000/";
    const std::string vorbis = number(3, 4, false) + "me!" + number(1, 4, false) + number(9, 4, false) + "ARTIST=Me";
    const std::string opus =
        "OggS" + std::string("\0\2", 2) + std::string(20, '\0') + "\1" + static_cast<char>(8 + vorbis.size()) + "OpusTags" + vorbis;
    return {tag + "\xFF\xFB",
            "RIFF" + number(0xFFFF, 4, false) + "WAVE" + chunk("bext", bext) + chunk("iXML", "<NOTE>Hush</NOTE>") + chunk("id3 ", tag),
            box("ftyp", "M4A ") +
                box("moov", box("udta", box("\xA9xyz", place) + box("loci", std::string(30, 'x'))) + box("trak", box("mdia", ""))),
            "fLaC" + std::string("\4") + number(vorbis.size(), 3, true) + vorbis + "\x81" + number(2, 3, true) + "ab",
            opus,
            "caff" + number(1, 4, true) + "info" + number(20, 8, true) + number(1, 4, true) + std::string("artist\0Me\0", 10),
            "FORM" + number(100, 4, true) + "AIFFAUTH" + number(2, 4, true) + "Me"};
}

}  // namespace

TEST_CASE("What a file gives away is told by name, value and place") {
    const TemporaryFolder folder;
    const auto has = [&](const std::string& bytes, const model::EmbeddedItem& item) {
        const auto items = list(folder, bytes);
        return std::ranges::find(items, item) != items.end();
    };
    const auto files = samples();
    CHECK(has(files[0], {"Software it was made with", "Studio 4", "ID3 TSSE"}));
    CHECK(has(files[0], {"Maker of the device", "Camera7", "ID3 APIC, EXIF Make"}));
    CHECK(has(files[0], {"Title", "One", "ID3 CHAP TIT2"}));
    CHECK(has(files[1], {"Who made the file", "Recorder", "bext Originator"}));
    CHECK(has(files[1], {"Project, scene and take", "Hush", "iXML NOTE"}));
    CHECK(has(files[2], {"Where it was recorded", "+51+000/", "MP4 udta ©xyz"}));
    CHECK(has(files[3], {"Who made the file", "Me", "Vorbis comment ARTIST"}));
    CHECK(has(files[4], {"Who made the file", "Me", "Opus comment ARTIST"}));
    CHECK(has(files[5], {"Who made the file", "Me", "CAF info artist"}));
    CHECK(has(files[6], {"Who made the file", "Me", "AIFF AUTH"}));
    CHECK(list(folder, files[2]).front().what == "Where it was recorded");  // what may hurt somebody most comes first
    CHECK(list(folder, files[1]).front().what == "Who made the file");
}

TEST_CASE("Files cut anywhere, and with any byte changed, are listed as far as they make sense") {
    const TemporaryFolder folder;
    std::mt19937 random(1);
    for (const auto& whole : samples()) {
        for (std::size_t length = 0; length < whole.size(); length += 1 + length / 16) {
            const auto items = list(folder, whole.substr(0, length));
            CHECK(items.size() < 40);
            CHECK(is_whole(items));
        }
        for (int i = 0; i < 200; ++i) {
            auto changed = whole;
            for (int k = 0; k < 3; ++k) changed[random() % changed.size()] = static_cast<char>(random());
            const auto items = list(folder, changed);
            CHECK(items.size() < 100);
            CHECK(is_whole(items));
        }
    }
}

TEST_CASE("Pictures cut anywhere, and with segments as short as can be, are listed as far as they make sense") {
    const auto has = [](std::string_view bytes, const model::EmbeddedItem& item) {
        const auto items = media::list_embedded_in_picture(bytes);
        return std::ranges::find(items, item) != items.end();
    };
    const auto whole = pictures();
    CHECK(has(whole[0], {"Who made the file", "Anna", "XMP dc:creator"}));
    CHECK(has(whole[0], {"Who made the file", "Me", "IPTC 2:80"}));
    CHECK(has(whole[0], {"Comment", "Hush", "JPEG comment"}));
    CHECK(has(whole[1], {"Who made the file", "Me", "PNG tEXt Author"}));
    CHECK(has(whole[1], {"When it was made", "2024-01-02 03:04", "PNG tIME"}));
    for (const auto& picture : whole)
        for (std::size_t length = 0; length <= picture.size(); ++length)
            CHECK(is_whole(media::list_embedded_in_picture(picture.substr(0, length))));
    const std::vector<std::pair<char, std::string>> segments{{'\xE2', std::string("ICC_PROFILE\0\1\1", 14)},
                                                             {'\xED', std::string("Photoshop 3.0\0", 14)},
                                                             {'\xE1', xmp_label},
                                                             {'\xE1', std::string("Exif\0\0", 6)}};
    for (const auto& [mark, body] : segments)
        for (std::size_t length = 0; length <= body.size(); ++length)
            CHECK(is_whole(media::list_embedded_in_picture("\xFF\xD8" + segment(mark, body.substr(0, length)) + "\xFF\xD9")));
}

TEST_CASE("Files that use up one look end there") {
    const TemporaryFolder folder;
    // Each read takes a page's or a chunk's head; the look ends at its 400 000th, and at its 64th million byte.
    std::string pages;
    for (int i = 0; i < 260'000; ++i) pages += std::string("OggS\0\2", 6) + std::string(20, '\0') + std::string("\1\0", 2);
    CHECK(is_whole(list(folder, pages)));
    std::string chunks = std::string("\x89PNG\r\n\x1A\n");
    const auto text = png_chunk("tEXt", "a" + std::string(1500, '\0'));
    for (int i = 0; i < 49'000; ++i) chunks += text;
    CHECK(is_whole(list(folder, id3(frame("APIC", std::string("\0image/png\0\3\0", 13) + chunks)))));
}

TEST_CASE("A recording that lost power, with zeros behind its end, hides nothing and is not taken for chunks") {
    const TemporaryFolder folder;
    const std::string head = "RIFF" + number(0, 4, false) + "WAVE" + chunk("fmt ", std::string(16, '\1'));
    const auto zeros = list(folder, head + "data" + number(0, 4, false) + std::string(8'000'000, '\0') + chunk("bext", "Me"));
    CHECK(zeros.empty());
    const auto sound = list(folder, head + "data" + number(0, 4, false) + std::string("\1\2\3\4\0\0\0\0\5\6\7\x08", 12));
    REQUIRE(sound.size() == 1);
    CHECK(sound[0] == model::EmbeddedItem{"Bytes behind the end", "12 bytes", "behind the last chunk"});
    std::string many = head;
    for (int i = 0; i < 60'000; ++i) many += chunk("fact", "");
    CHECK(list(folder, many + chunk("note", "secret words")).size() == 1);
}

TEST_CASE("Words behind the end of a file are told whole") {
    const TemporaryFolder folder;
    const std::string page = "OggS" + std::string("\0\4", 2) + std::string(20, '\0') + "\1\4" + "abcd";
    for (const std::string& file : {page, "caff" + number(1, 4, true) + "desc" + number(32, 8, true) + std::string(32, '\1'),
                                    "FORM" + number(12, 4, true) + "AIFFSSND" + number(4, 4, true) + "abcd"}) {
        INFO(file.substr(0, 4));
        const auto items = list(folder, file + "PSNtailing secret");
        REQUIRE(items.size() == 1);
        CHECK(items[0].what == "Bytes behind the end");
        CHECK(items[0].value.find("PSNtailing secret") != std::string::npos);
        CHECK(list(folder, file).empty());
    }
}

TEST_CASE("Numbers of an MP4 longer than any are told as bytes, and an empty text ends its box") {
    const TemporaryFolder folder;
    const auto item = [](const std::string& value) {
        return box("moov",
                   box("udta", box("meta", std::string(4, '\0') +
                                               box("ilst", box("tmpo", box("data", number(21, 4, true) + number(0, 4, true) + value))))));
    };
    const auto first = [&](const std::string& bytes) { return list(folder, box("ftyp", "M4A ") + bytes).at(0).value; };
    CHECK(first(item(std::string("\0\x78", 2))) == "120");
    CHECK(first(item("secret words")) == "12 bytes, among them “secret words”");
    const auto empty =
        box("\xA9"
            "cmt",
            std::string(4'000'000, '\0') + number(2, 2, true) + number(0, 2, true) + "Me");
    CHECK(list(folder, box("ftyp", "M4A ") + box("moov", box("udta", empty + box("auth", std::string(6, '\0') + "Anna")))).size() == 1);
}

TEST_CASE("A hostile XMP costs no more than its length") {
    std::string tag = "<x ";
    for (int i = 0; i < 1'000'000; ++i) tag += "a=''";
    const auto items = media::list_embedded_in_picture(std::string("\x89PNG\r\n\x1A\n") +
                                                       png_chunk("iTXt", std::string("XML:com.adobe.xmp\0\0\0\0\0", 22) + tag));
    CHECK(is_whole(items));
}

TEST_CASE("Things inside themselves come to an end") {
    const TemporaryFolder folder;
    std::string boxes = box("udta", box("name", "deep"));
    for (int i = 0; i < 2000; ++i) boxes = box("moov", boxes);
    CHECK(list(folder, boxes).size() < 3);
    std::string frames = frame("TIT2", "\3deep");
    for (int i = 0; i < 2000; ++i) frames = frame("CHAP", std::string("c\0", 2) + std::string(16, '\0') + frames);
    CHECK(list(folder, id3(frames)).size() < 5);
    std::string tags;
    for (int i = 0; i < 500; ++i) tags += id3(frame("TIT2", "\3again " + std::to_string(i)));
    CHECK(list(folder, tags).size() < 40);
    // Folders of an EXIF that point at each other.
    std::string loop = std::string("Exif\0\0MM\0*\0\0\0\x08", 14) + number(500, 2, true);
    for (int i = 0; i < 500; ++i) loop += number(0x8769, 2, true) + number(4, 2, true) + number(1, 4, true) + number(8, 4, true);
    CHECK(media::list_embedded_in_picture("\xFF\xD8\xFF\xE1" + number(loop.size() + 2, 2, true) + loop + "\xFF\xD9").size() < 100);
}

TEST_CASE("The last of many is not hidden by those before it") {
    const TemporaryFolder folder;
    std::string frames;
    for (int i = 0; i < 10'000; ++i) frames += frame("TXXX", std::string("\3n\0", 3) + std::to_string(i));
    const auto items = list(folder, id3(frames + frame("PRIV", std::string("owner\0", 6) + "secret words")));
    CHECK(items.size() < 50);
    CHECK(std::ranges::count(items, "Data of some program", &model::EmbeddedItem::what) == 1);
    CHECK(std::ranges::find(items, "and 9970 more like these", &model::EmbeddedItem::value) != items.end());
}
