#include "content/model/chapter.hpp"

#include "content/model/episode.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace earshot::model;
using Catch::Matchers::Contains;
using std::chrono::milliseconds;
using std::chrono::seconds;

// "start title href" a chapter.
std::string shown(const std::vector<Chapter>& chapters) {
    std::string out;
    for (const auto& chapter : chapters)
        out += (out.empty() ? "" : "\n") + std::to_string(chapter.start.count()) + " " + chapter.title + (chapter.href.empty() ? "" : " ") +
               chapter.href;
    return out;
}

void ok(std::string_view notes, const std::string& expected) {
    INFO(notes);
    const auto found = chapters_in_notes(notes);
    CHECK(shown(found.chapters) == expected);
    CHECK(found.remarks.empty());
    if (!found.chapters.empty()) CHECK(check_chapters(found.chapters, std::nullopt).has_value());
}

std::string fault(std::string_view notes) {
    const auto found = chapters_in_notes(notes);
    CHECK(found.chapters.empty());
    REQUIRE(found.remarks.size() == 1);
    return found.remarks[0];
}

}  // namespace

TEST_CASE("lists of times in show notes become chapters") {
    const std::string plain = "0 Intro\n90000 What happened\n3723000 Title";
    ok("00:00 Intro\n1:30 What happened\n1:02:03 – Title", plain);
    ok("# Today\n\nWords.\n\n- 00:00:00 Intro\n- 00:01:30 What happened\n- 01:02:03 - Title\n\nMore words.", plain);
    ok("* (0:00) Intro\r\n* (1:30) What happened\r\n* (1:02:03) Title\r\n", plain);
    ok("1. [00:00] **Intro**\n2. [01:30] __What happened__\n3. [1:02:03] Title", plain);
    ok("**00:00** Intro\n\n**01:30** | What happened\n\n**1:02:03**: *Title*\n", plain);
    ok("00:00 Intro\n1:30 What *happened*\n1:02:03 *Title*", plain);
    ok("00:00 5 * 3\n1:30 2 * 2 * 2\n1:02:03 x*y", "0 5 * 3\n90000 2 * 2 * 2\n3723000 x*y");
    ok("> 00:00 — Intro\n> 01:30 · What happened\n> 1:02:03 → Title", plain);
    ok("00:00\tIntro\n01:30\u00A0What happened\n01:02:03)  Title  ", plain);
    ok("[0:00](https://example.org/?t=0) Intro\n[1:30](https://example.org/?t=90) What happened\n[1:02:03](x) Title", plain);
    ok("### 00:00 Intro\n### 01:30 What happened\n### 1:02:03 Title", plain);
    ok("00:00 [Intro](https://www.gov.uk/ACT)\n01:30 What [really](https://b.example) \\*was\\*\n1:02:03.250 [x](http://c.example) `y`",
       "0 Intro https://www.gov.uk/ACT\n90000 What really *was* https://b.example\n3723250 x y");
    ok("00:00 - 01:30 Intro\n1:30–1:02:03 What happened\n(1:02:03 - 1:03:00) Title", plain);
    ok("- **00:00** – **01:30** Intro\n- [1:30](x)-[1:40](y) | What happened\n- `1:02:03 — 1:02:04`: Title", plain);
    ok("00:00 Intro\n1:30 - 1:20 on a clock\n1:02:03 24-7", "0 Intro\n90000 1:20 on a clock\n3723000 24-7");
    ok("00:00 _Intro_\n1:30 What _happened_\n1:02:03 – *Title*", plain);
    ok("00:00 _It_ is snake_case_here\n1:30 *So* it (_is_) _\n1:02:03 a_b_ _c d",
       "0 It is snake_case_here\n90000 So it (is)\n3723000 a_b_ _c d");
    ok("1:00 Elsewhere\n2:00 in time\n3:00 first\n\nwords\n00:00 Intro\n1:30 What happened\n1:02:03 Title\nwords\n19:00 Doors open", plain);
}

TEST_CASE("other times in show notes are no chapters") {
    ok("", "");
    ok("00:00 Intro\n01:30 Only two", "");
    ok("0:30 Starts late\n1:30 Two\n2:30 Three", "");
    ok("00:00 Intro\nwords between\n01:30 Two\n02:30 Three", "");
    ok("00:00\n01:30\n02:30", "");
    ok("00:00pm A\n01:30pm B\n02:30pm C", "");
    ok("At 00:00 Intro\nat 01:30 Two\nat 02:30 Three", "");
    ok("00 Intro\n30 Two\n60 Three", "");
    ok("00:00 Intro\n01:75 Two\n02:30 Three", "");
    ok("[", "");
    ok("00:00 [\n[1:30](\n**2:00", "");
}

TEST_CASE("a list of times that cannot be used gets a sentence") {
    CHECK(fault("00:00 A\n02:00 B\n01:00 C\n03:00 D") ==
          "The times in the notes became no chapters: 1:00 comes after 2:00. Put them in order of time.");
    CHECK_THAT(fault("00:00 A\n02:00 B\n02:00 C"), Contains("2:00 comes after 2:00"));
    std::string many;
    for (int i = 0; i < 300; ++i) many += std::to_string(i / 60) + ":" + std::to_string(i / 10 % 6) + std::to_string(i % 10) + " Title\n";
    CHECK_THAT(fault(many), Contains("there are 300, and audio files hold at most 255"));
}

TEST_CASE("chapters that a file tells are put right, and what was wrong is said") {
    const auto at = [](int start, int end, std::string title) { return ChapterMark{seconds(start), seconds(end), std::move(title), ""}; };
    const auto fine = tidy_marks({at(0, 10, "One"), at(10, 20, "Two"), at(30, 0, "Three")});
    CHECK(shown(fine.chapters) == "0 One\n10000 Two\n30000 Three");
    CHECK(fine.remarks.empty());

    const auto mess = tidy_marks({at(40, 50, "Four\x01\n \x1B[31m!"),
                                  at(0, 10, "One"),
                                  at(10, 35, "Two"),
                                  at(30, 40, "Three"),
                                  at(30, 40, "Three again"),
                                  at(60, 70, " \x02 "),
                                  {seconds(50), {}, std::string(400, 'x') + "é", "javascript:x"}});
    CHECK(shown(mess.chapters) == "0 One\n10000 Two\n30000 Three again\n40000 Four [31m!\n50000 " + std::string(255, 'x'));
    CHECK(check_chapters(mess.chapters, std::nullopt).has_value());
    REQUIRE(mess.remarks.size() == 4);
    CHECK_THAT(mess.remarks[0], Contains("not in order of time"));
    CHECK_THAT(mess.remarks[1], Contains("One chapter in this recording had no title and was left out."));
    CHECK_THAT(mess.remarks[2], Contains("One chapter in this recording lasted no time, as another starts at once, and was left out."));
    CHECK_THAT(mess.remarks[3], Contains("One chapter in this recording started before the one above had ended"));

    std::vector<ChapterMark> many;
    for (int i = 0; i < 10'000; ++i) many.push_back(at(i, i + 1, "Title"));
    const auto none = tidy_marks(many);
    CHECK(none.chapters.empty());
    REQUIRE(none.remarks.size() == 1);
    CHECK_THAT(none.remarks[0], Contains("10000 chapters; audio files hold at most 255, so none was taken"));
    many.resize(255);
    CHECK(tidy_marks(many).chapters.size() == 255);
}

TEST_CASE("found chapters are fitted to the audio") {
    const std::vector<Chapter> found{{seconds(5), "Five", ""}, {seconds(50), "Fifty", ""}, {seconds(70), "Beyond", ""}};
    CHECK(shown(fit_chapters(found, seconds(60), "The title")) == "0 The title\n5000 Five\n50000 Fifty");
    CHECK(shown(fit_chapters(found, std::nullopt, "")) == "0 Five\n50000 Fifty\n70000 Beyond");
    CHECK(shown(fit_chapters({{milliseconds(24), "A", ""}, {seconds(2), "B", ""}}, seconds(60), "T")) == "0 A\n2000 B");
    CHECK(fit_chapters(found, seconds(5), "T").empty());
    std::vector<Chapter> full;
    for (int i = 0; i < 255; ++i) full.push_back({seconds(i + 5), "x", ""});
    CHECK(check_chapters(fit_chapters(full, std::nullopt, "T"), std::nullopt).has_value());
}

TEST_CASE("a producer's chapters go before the recording's, and those before the notes'") {
    Episode episode{.title = "T", .notes = "00:00 N1\n00:10 N2\n00:20 N3"};
    choose_chapters(episode);
    CHECK(shown(episode.chapters) == "0 N1\n10000 N2\n20000 N3");
    CHECK(episode.chapters_origin == ChaptersOrigin::notes);

    episode.master = Master{.info = MasterInfo{.chapters = {{seconds(0), "M1", ""}, {seconds(15), "M2", ""}}}};
    choose_chapters(episode);
    CHECK(shown(episode.chapters) == "0 M1\n15000 M2");
    CHECK(episode.chapters_origin == ChaptersOrigin::master);

    episode.renditions = {{.duration = seconds(12)}};
    choose_chapters(episode);
    CHECK(shown(episode.chapters) == "0 M1");

    episode.chapters.clear();
    episode.chapters_origin = ChaptersOrigin::producer;
    choose_chapters(episode);
    CHECK(episode.chapters.empty());

    episode.chapters_origin = ChaptersOrigin::none;
    episode.master->info->chapters.clear();
    choose_chapters(episode);
    CHECK(shown(episode.chapters) == "0 N1\n10000 N2");
    episode.notes.clear();
    choose_chapters(episode);
    CHECK(episode.chapters.empty());
    CHECK(episode.chapters_origin == ChaptersOrigin::none);
}
