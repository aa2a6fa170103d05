// What real podcast software makes of our feeds. The golden files hold what each of them saw: a changed line there is a changed experience.
#include <random>

#include "content/model/text.hpp"
#include "feeds/rss.hpp"
#include "tests/feeds/files.hpp"
#include "tests/feeds/fixture.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace earshot;

constexpr std::string_view base = "https://pod.example.org";

// Everything a person can write into a show, set to `text`.
std::pair<model::Show, std::vector<model::Episode>> written_with(const std::string& text) {
    auto show = tests::full_show();
    auto episodes = tests::full_episodes(show);
    show.title = show.description = show.notice = show.author = show.owner_name = show.owner_email = show.copyright = show.category =
        show.subcategory = show.language = show.artwork->alt = text;
    show.people = {{.name = text, .role = text, .group = text, .href = text}};
    show.actions = {{.label = text, .href = text, .detail = text}, {.label = text, .href = "https://" + text, .detail = ""}};
    for (auto& episode : episodes) {
        episode.title = episode.summary = episode.notes = episode.guid = text;
        episode.people = show.people;
        episode.chapters = {{std::chrono::milliseconds(0), text, text}};
        episode.transcript = model::Transcript{"text/vtt", text, text};
        episode.artwork = show.artwork;
    }
    return {show, episodes};
}

std::string nasty_text(unsigned seed) {
    static const std::vector<std::string> pieces{"]]>",
                                                 "<![CDATA[",
                                                 "&",
                                                 "&amp;",
                                                 "&#0;",
                                                 "&#x1F;",
                                                 "<",
                                                 ">",
                                                 "\"",
                                                 "'",
                                                 "--",
                                                 "-->",
                                                 "<!--",
                                                 "<?xml",
                                                 "\x01",
                                                 "\x0B",
                                                 "\x1F",
                                                 "\x7F",
                                                 "\xC2\x85",
                                                 "\xEF\xBF\xBE",
                                                 "\xEF\xBF\xBF",
                                                 "\xED\xA0\x80",
                                                 "\xFF",
                                                 "\xC3",
                                                 "\xF0\x9F\x8E",
                                                 "🎧",
                                                 "👩‍👩‍👧",
                                                 "é",
                                                 "\r",
                                                 "\n",
                                                 "\t",
                                                 " ",
                                                 std::string(1, '\0'),
                                                 "word",
                                                 "[a](b)",
                                                 "![",
                                                 "`",
                                                 "**",
                                                 "# ",
                                                 "<b>",
                                                 "</item>",
                                                 "\u2028",
                                                 "\uFEFF",
                                                 "\u202E"};
    std::mt19937 random(seed);
    std::string text;
    for (auto count = 1 + random() % 60; count-- > 0;) text += pieces[random() % pieces.size()];
    return text;
}

}  // namespace

TEST_CASE("podcast software reads the feed as it is meant") {
    const auto show = tests::full_show();
    const tests::TemporaryFolder folder;
    const auto feed = (folder.path() / "feed.xml").string();
    tests::write_file(feed, feeds::render_rss(show, tests::full_episodes(show), base).xml);
    const auto seen_by = [&](const std::string& program, const std::string& golden) {
        const auto ran = tests::run(program + " '" + feed + "'");
        INFO(ran.output);
        CHECK(ran.status == 0);
        tests::check_golden(golden, ran.output);
    };
    // Debian's python, whatever other one comes first in the path: its packages are the readers.
    seen_by("/usr/bin/python3 -B tests/feeds/read_as_feedparser.py", "seen-by-feedparser.txt");
    seen_by("/usr/bin/python3 -B tests/feeds/read_as_podcastparser.py", "seen-by-podcastparser.txt");
    seen_by("node tests/feeds/read_as_feedsmith.mjs", "seen-by-feedsmith.txt");
    seen_by("node tests/feeds/read_as_partytime.mjs", "seen-by-partytime.txt");
}

TEST_CASE("whatever people write, the feed is well-formed") {
    const tests::TemporaryFolder folder;
    std::string files;
    for (unsigned seed = 1; seed <= 10; ++seed) {
        const auto [show, episodes] = written_with(nasty_text(seed));
        const auto file = folder.path() / (std::to_string(seed) + ".xml");
        tests::write_file(file, feeds::render_rss(show, episodes, base).xml);
        files += " '" + file.string() + "'";
    }
    const auto ran = tests::run("xmllint --noout" + files);
    INFO(ran.output);
    CHECK(ran.status == 0);
    CHECK(ran.output.empty());
}

TEST_CASE("a hostile title arrives as it was written, less what XML forbids") {
    const tests::TemporaryFolder folder;
    const auto file = (folder.path() / "feed.xml").string();
    for (const std::string title :
         {"]]> <b>&amp; \"it's\" 🎧", "a\x01\x1F\xFF b", "<![CDATA[x]]>", " \r\n many\t\tspaces ", "&#0; &lt; \xEF\xBF\xBE!"}) {
        const auto [show, episodes] = written_with(title);
        tests::write_file(file, feeds::render_rss(show, episodes, base).xml);
        for (const std::string where : {"//channel/title", "//item[1]/title", "//item[2]/*[local-name()=\"person\"]", "//@alt"}) {
            const auto ran = tests::run("xmllint --xpath 'string(" + where + ")' '" + file + "'");
            INFO(title << " at " << where);
            CHECK(ran.status == 0);
            CHECK(ran.output == model::clean_line(title) + "\n");
        }
    }
}

TEST_CASE("]]> in notes survives its CDATA section") {
    const tests::TemporaryFolder folder;
    const auto file = (folder.path() / "feed.xml").string();
    auto show = tests::bare_show();
    auto episodes = tests::full_episodes(show);
    episodes[0].notes = "`x[y[0]]>z` and ]]>";
    const auto xml = feeds::render_rss(show, episodes, base).xml;
    tests::write_file(file, xml);
    const auto ran = tests::run("xmllint --xpath 'string(//item[1]/*[local-name()=\"encoded\"])' '" + file + "'");
    CHECK(ran.output == "<p><code>x[y[0]]&gt;z</code> and ]]&gt;</p>\n");
    show.notice = "plain ]]> notice";
    tests::write_file(file, feeds::render_rss(show, {}, base).xml);
    CHECK(tests::run("xmllint --xpath 'string(//channel/description)' '" + file + "'").output == "Bare\n\nplain ]]> notice\n");
}
