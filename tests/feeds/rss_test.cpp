#include "feeds/rss.hpp"

#include <algorithm>

#include "feeds/addresses.hpp"
#include "feeds/chapters_json.hpp"
#include "tests/feeds/files.hpp"
#include "tests/feeds/fixture.hpp"

namespace {

using namespace earshot;
using tests::at;

constexpr std::string_view base = "https://pod.example.org";

std::string full_feed() {
    const auto show = tests::full_show();
    return feeds::render_rss(show, tests::full_episodes(show), base).xml;
}

std::size_t count(std::string_view text, std::string_view piece) {
    std::size_t found = 0;
    for (auto pos = text.find(piece); pos != std::string_view::npos; pos = text.find(piece, pos + piece.size())) ++found;
    return found;
}

// What stands between <name> and </name> for the first time behind `from`, as in the file.
std::string inside(const std::string& xml, const std::string& name, std::size_t from = 0) {
    const auto begin = xml.find("<" + name + ">", from) + name.size() + 2;
    return xml.substr(begin, xml.find("</" + name + ">", begin) - begin);
}
std::string of_item(const std::string& xml, const std::string& name) {
    return inside(xml, name, xml.find("<item>"));
}

}  // namespace

TEST_CASE("a feed with everything is what it was") {
    tests::check_golden("code-severe.xml", full_feed());
}

TEST_CASE("a feed with only what it must have is what it was") {
    auto show = tests::bare_show();
    model::Episode episode;
    episode.guid = "g";
    episode.slug = "one";
    episode.title = "One";
    episode.publish_at = at("2026-01-02T03:04:05Z");
    episode.renditions = {tests::rendition(model::Codec::mp3, "/media/k/one.mp3", 1, std::chrono::milliseconds(1))};
    tests::check_golden("bare.xml", feeds::render_rss(show, std::vector{episode}, base).xml);
}

TEST_CASE("a show without episodes has a feed") {
    const auto feed = feeds::render_rss(tests::full_show(), {}, base);
    CHECK(count(feed.xml, "<item") == 0);
    CHECK(feed.last_modified == at("2026-11-01T00:00:00Z"));
}

TEST_CASE("chapters as JSON are what they were") {
    const auto show = tests::full_show();
    tests::check_golden("chapters.json", feeds::render_chapters_json(show, tests::full_episodes(show).back()) + "\n");
}

TEST_CASE("the same content gives the same bytes, whatever the clock says") {
    CHECK(full_feed() == full_feed());
}

TEST_CASE("Last-Modified is the latest of show, episodes, their dates and tags") {
    auto show = tests::full_show();
    auto episodes = tests::full_episodes(show);
    const auto modified = [&] { return feeds::render_rss(show, episodes, base).last_modified; };
    CHECK(modified() == at("2026-12-01T07:00:00Z"));  // the second episode went public
    episodes[1].updated_at = at("2026-12-02T00:00:00Z");
    CHECK(modified() == at("2026-12-02T00:00:00Z"));
    episodes[1].renditions[1].tagged_at = at("2026-12-03T00:00:00Z");
    CHECK(modified() == at("2026-12-03T00:00:00Z"));
    show.updated_at = at("2026-12-04T00:00:00Z");
    CHECK(modified() == at("2026-12-04T00:00:00Z"));
    CHECK(inside(feeds::render_rss(show, episodes, base).xml, "lastBuildDate") == "Fri, 04 Dec 2026 00:00:00 +0000");
}

TEST_CASE("episodes without a rendition are left out") {
    auto show = tests::full_show();
    auto episodes = tests::full_episodes(show);
    episodes[0].renditions.clear();
    episodes[0].updated_at = at("2030-01-01T00:00:00Z");
    const auto feed = feeds::render_rss(show, episodes, base);
    CHECK(count(feed.xml, "<item>") == 1);
    CHECK(count(feed.xml, "The Second Call") == 0);
    CHECK(feed.last_modified < at("2030-01-01T00:00:00Z"));
}

TEST_CASE("a show is called a serial only when apps can order it") {
    auto show = tests::full_show();
    auto episodes = tests::full_episodes(show);
    show.type = model::ShowType::serial;
    const auto type = [&] { return inside(feeds::render_rss(show, episodes, base).xml, "itunes:type"); };
    episodes[0].number = 1;
    episodes[1].number = 2;
    CHECK(type() == "serial");
    episodes[0].number.reset();
    episodes[0].type = model::EpisodeType::trailer;
    CHECK(type() == "serial");
    episodes[0].type = model::EpisodeType::full;
    CHECK(type() == "episodic");
}

TEST_CASE("a title of 4,000 characters becomes one of 255") {
    auto show = tests::full_show();
    auto episodes = tests::full_episodes(show);
    std::string title;
    for (int i = 0; i < 4000; ++i) title += "é";
    episodes[0].title = show.title = title;
    const auto xml = feeds::render_rss(show, episodes, base).xml;
    for (const auto& written : {inside(xml, "title"), of_item(xml, "title"), of_item(xml, "itunes:title")}) {
        CHECK(written.size() == 254 * 2 + std::string("…").size());
        CHECK(written.ends_with("é…"));
    }
    episodes[0].title = title.substr(0, 510);
    CHECK(of_item(feeds::render_rss(show, episodes, base).xml, "title") == title.substr(0, 510));
}

TEST_CASE("a description is at most 4,000 bytes and always ends in what to do") {
    auto show = tests::full_show();
    auto episodes = tests::full_episodes(show);
    for (const std::string piece : {"long words ", "é", "a\n\n", "[x](https://e.org) ", "\xF0\x9F\x8E\xA7"}) {
        std::string notes;
        while (notes.size() < 9000) notes += piece;
        episodes[0].notes = show.description = notes;
        const auto xml = feeds::render_rss(show, episodes, base).xml;
        const auto text = of_item(xml, "description");
        CHECK(text.size() <= 4000);
        CHECK(text.size() > 3900);
        CHECK_THAT(
            text,
            Catch::Contains("…\n\nThis is a demonstration, read by a speech synthesiser.\nIn an emergency call 999\n") &&
                Catch::EndsWith("Report online at gov.uk/ACT (https://www.gov.uk/ACT). In confidence, day or night.\nCall 0800 789321. The "
                                "confidential Anti-Terrorist Hotline"));
        CHECK(inside(xml, "description").size() <= 4000);
        CHECK_THAT(inside(xml, "description"), Catch::EndsWith("…"));
        CHECK(of_item(xml, "content:encoded").size() > 9000);
    }
}

TEST_CASE("what to do ends the notes of every episode, with real addresses") {
    const auto xml = full_feed();
    CHECK(count(xml,
                "<p><a href=\"https://www.gov.uk/ACT\"><strong>Report online at gov.uk/ACT</strong></a> (https://www.gov.uk/ACT). In "
                "confidence, "
                "day or night.</p>") == 2);
    CHECK(count(xml, "<p><a href=\"tel:999\"><strong>In an emergency call 999</strong></a></p>") == 2);
    CHECK(count(xml, "<p><strong>This is a demonstration, read by a speech synthesiser.</strong></p>") == 2);
    CHECK(count(xml, "The confidential Anti-Terrorist Hotline</p>]]></content:encoded>") == 2);
    CHECK(count(xml, "Report online at gov.uk/ACT (https://www.gov.uk/ACT)") == 3);  // channel and both descriptions
}

TEST_CASE("an address that is no safe link is shown by its words only") {
    auto show = tests::full_show();
    show.actions = {{.label = "Click", .href = "javascript:alert(1)", .detail = "", .emergency = false}};
    show.people[0].href = "javascript:alert(2)";
    auto episodes = tests::full_episodes(show);
    episodes[1].chapters[1].href = "data:text/html,x";
    const auto xml = feeds::render_rss(show, episodes, base).xml;
    CHECK(count(xml, "javascript:") == 0);
    CHECK(count(xml, "data:") == 0);
    CHECK(count(xml, "<p><strong>Click</strong></p>") == 2);
    CHECK(feeds::render_chapters_json(show, episodes[1]).find("data:") == std::string::npos);
}

TEST_CASE("words that look like HTML stay words in a description") {
    auto show = tests::full_show();
    show.description = "AT&T &amp; 1 < 2 <script>";
    CHECK(
        inside(feeds::render_rss(show, {}, base).xml, "description").starts_with("AT&amp;T &amp;amp;amp; 1 &amp;lt; 2 &amp;lt;script&gt;"));
}

TEST_CASE("addresses") {
    const auto show = tests::full_show();
    auto episode = tests::full_episodes(show)[1];
    CHECK(feeds::show_path(show) == "/shows/code-severe");
    CHECK(feeds::feed_path(show) == "/shows/code-severe/feed.xml");
    CHECK(feeds::episode_path(show, episode) == "/shows/code-severe/multiple-bombings");
    CHECK(feeds::chapters_path(show, episode) == "/shows/code-severe/multiple-bombings/chapters.json");
    CHECK(feeds::transcript_path(show, episode) == "/shows/code-severe/multiple-bombings/transcript.vtt");
    CHECK(feeds::transcript_path(show, episode, "srt") == "/shows/code-severe/multiple-bombings/transcript.srt");
    CHECK(feeds::image_path(show.artwork->sizes[0]) == "/images/c0ffee3000.jpg");
    CHECK(feeds::pick_size(*show.artwork, 3000)->pixels == 3000);
    CHECK(feeds::pick_size(*show.artwork, 2999)->pixels == 1400);
    CHECK(feeds::pick_size(*show.artwork, 100)->pixels == 300);
    CHECK(feeds::pick_size({}, 3000) == nullptr);
    CHECK(feeds::main_rendition(episode) == &episode.renditions[0]);
    CHECK(feeds::main_rendition({}) == nullptr);
}
