// Small pure parts of publishing: languages, categories, chapters, plain notes, fingerprints.

#include "server/publishing/categories.hpp"
#include "server/publishing/editing.hpp"
#include "server/publishing/tagging.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::publishing;

TEST_CASE("Apple's categories are all there") {
    CHECK(categories().size() == 19);
    std::size_t below = 0;
    for (const Category& category : categories()) below += category.below.size();
    CHECK(below == 91);
    REQUIRE(find_category("TV & Film") != nullptr);
    CHECK(find_category("tv & film") == nullptr);
}

TEST_CASE("language tags") {
    for (const auto& [given, wanted] : std::vector<std::pair<const char*, const char*>>{
             {"en", "en"}, {"EN-gb", "en-GB"}, {"cy", "cy"}, {"pa-arab-pk", "pa-Arab-PK"}, {"es-419", "es-419"}}) {
        CAPTURE(given);
        CHECK(tidy_language(given).value() == wanted);
    }
    for (const char* bad : {"", "e", "eng", "zz", "en_GB", "en-", "en--GB", "en-GB-x", "en-gbr", "x\ny", "english"}) {
        CAPTURE(bad);
        CHECK(tidy_language(bad).error().code == model::Errc::invalid_input);
    }
}

TEST_CASE("a producer's file name is for showing only") {
    CHECK(tidy_file_name("C:\\studio\\mix.wav") == "mix.wav");
    CHECK(tidy_file_name("../../etc/passwd") == "passwd");
    CHECK(tidy_file_name("a\x01\n b.wav") == "a b.wav");
    CHECK(tidy_file_name("") == "master");
    CHECK(tidy_file_name(std::string(5000, 'x')).size() == 255);
}

TEST_CASE("notes as plain text") {
    CHECK(
        plain_notes("# What to do\n\nCall **now**: [the hotline](tel:0800789321) or `999`.\n* one\n* two_three\n2 * 3 = *six*\n> said\n") ==
        "What to do\n\nCall now: the hotline (tel:0800789321) or 999.\n* one\n* two_three\n2 * 3 = six\nsaid\n");
    CHECK(plain_notes("[https://www.gov.uk/ACT](https://www.gov.uk/ACT)") == "https://www.gov.uk/ACT");
    CHECK(plain_notes("[open and [nested](x") == "[open and [nested](x");
    CHECK(plain_notes("") == "");
}

TEST_CASE("chapters with a byte-order mark and Windows line ends") {
    const auto chapters = parse_chapters(
                              "\xEF\xBB\xBF"
                              "0:00\tOne\r\n1:02:03.500 Two  words\r\n",
                              std::nullopt)
                              .value();
    REQUIRE(chapters.size() == 2);
    CHECK(chapters[1].start == std::chrono::milliseconds(3723500));
    CHECK(chapters[1].title == "Two words");
    const auto linked =
        parse_chapters("0:00 One \t https://www.gov.uk/ACT\n0:22 https://b.example\n0:30 At https://c.example now", {}).value();
    CHECK(linked[0] == model::Chapter{{}, "One", "https://www.gov.uk/ACT"});
    CHECK(linked[1] == model::Chapter{std::chrono::seconds(22), "https://b.example", ""});
    CHECK(linked[2].title == "At https://c.example now");
    CHECK(parse_chapters("", std::nullopt).value().empty());
    CHECK_FALSE(parse_chapters("0:00 One\n2:00 Two", std::chrono::seconds(60)));
}

TEST_CASE("equal fingerprints mean equal tags") {
    media::AudioTags tags;
    tags.title = "a";
    tags.show = "b";
    const std::string first = fingerprint(tags);
    CHECK(fingerprint(tags) == first);
    std::vector<media::AudioTags> others(9, tags);
    others[0].title = "ab";
    others[0].show = "";
    others[1].date = model::Timestamp{};
    others[2].season = 0;
    others[3].artwork_jpeg = "x";
    others[4].transcript = "x";
    others[5].chapters.push_back({});
    others[6].people.push_back({});
    others[7].page_url = "x";
    others[8].number = 0;
    for (std::size_t i = 0; i < others.size(); ++i) {
        CAPTURE(i);
        CHECK(fingerprint(others[i]) != first);
        for (std::size_t j = 0; j < i; ++j) CHECK(fingerprint(others[i]) != fingerprint(others[j]));
    }
}
