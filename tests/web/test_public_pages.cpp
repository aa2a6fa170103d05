#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/put.hpp"
#include "tests/web/site.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

const std::string evil = R"(<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{TITLE}} & ]]> 🎧)";
const std::string evil_link = "javascript:alert(3)";

// Nothing that was typed may become markup: the pages' own scripts are external files and one JSON-LD block.
void check_harmless(const std::string& page) {
    CHECK(page.find("<script>alert") == std::string::npos);
    CHECK(page.find("<img src=x") == std::string::npos);
    CHECK(page.find("href=\"javascript:") == std::string::npos);
    CHECK(page.find("{{") != 0);
    std::size_t scripts = 0, allowed = 0;
    for (auto at = page.find("<script"); at != std::string::npos; at = page.find("<script", at + 1)) {
        ++scripts;
        const auto tag = page.substr(at, page.find('>', at) - at);
        if (tag == "<script type=\"application/ld+json\"" || tag.starts_with("<script type=\"module\" src=\"/assets/")) ++allowed;
    }
    CHECK(scripts == allowed);
}

model::Episode evil_episode() {
    model::Episode episode{
        .slug = "evil", .title = evil, .summary = evil, .notes = evil + "\n\n[click](javascript:alert(4)) <b onclick=x>b</b>"};
    episode.number = 1;
    episode.people = {{evil, evil, evil, evil_link}};
    episode.chapters = {{std::chrono::milliseconds(0), evil, evil_link}, {std::chrono::seconds(30), "Two " + evil, ""}};
    episode.transcript = model::Transcript{
        "text/vtt", "en\"><script>",
        "WEBVTT\n\n00:00.000 --> 00:05.000\n<v A&lt;script&gt;alert(1)&lt;/script&gt;>&lt;script&gt;alert(1)&lt;/script&gt; & more\n"};
    return episode;
}

}  // namespace

TEST_CASE("hostile text stays text on every public page") {
    Site site;
    auto show = site.add_show("evil", evil);
    show.description = show.notice = show.author = show.category = evil;
    show.people = {{evil, evil, "cast", evil_link}};
    show.actions = {{evil, evil_link, evil, false}, {evil, "data:text/html,<script>alert(5)</script>", evil, true}};
    show.artwork = model::Artwork{evil, {{600, std::string(64, 'a'), 1}}};
    show = tests::put(site.catalogue, show).value();
    site.publish(site.add_episode(show, evil_episode()));
    auto other = evil_episode();
    other.slug = "evil-too";
    site.publish(site.add_episode(show, other));

    const auto home = body_of(web::home(site.context, Site::get("/")));
    const auto page = body_of(web::show_page(site.context, Site::get("/shows/evil", {{"show", "evil"}})));
    const auto episode = body_of(web::episode_page(site.context, Site::get("/shows/evil/evil", {{"show", "evil"}, {"episode", "evil"}})));
    for (const auto& each : {home, page, episode, body_of(web::privacy(site.context, Site::get("/privacy"))),
                             body_of(web::show_page(site.context, Site::get("/shows/" + evil, {{"show", evil}}))),
                             body_of(web::sign_in_form(site.context, Site::get("/sign-in")))}) {
        check_harmless(each);
    }
    CHECK_THAT(page, Contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    CHECK_THAT(page, Contains("{{TITLE}} &amp; ]]&gt; 🎧"));
    CHECK_THAT(page, Contains("\\u003cscript\\u003e"));  // in the JSON-LD
    CHECK_THAT(episode, Contains("href=\"#\""));         // what the evil links became

    const auto second = site.add_show("second", "Second");
    site.view.refresh();
    CHECK(body_of(web::home(site.context, Site::get("/"))).find("Second") == std::string::npos);  // nothing to hear yet
    site.publish(site.add_episode(second, {.slug = "one", .title = "One"}));
    const auto list = body_of(web::home(site.context, Site::get("/")));
    CHECK_THAT(list, Contains("/shows/second"));
    check_harmless(list);
}

TEST_CASE("what to do stands on every public page, with the real addresses, before the content") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto episode = site.add_episode(show, {.slug = "one", .title = "One"});
    site.publish(episode);
    for (const auto& answer :
         {web::home(site.context, Site::get("/")), web::show_page(site.context, Site::get("/shows/code", {{"show", "code"}})),
          web::episode_page(site.context, Site::get("/shows/code/one", {{"show", "code"}, {"episode", "one"}})),
          web::privacy(site.context, Site::get("/privacy")), web::sign_in_form(site.context, Site::get("/sign-in")),
          web::show_page(site.context, Site::get("/shows/none", {{"show", "none"}}))}) {
        const auto page = body_of(answer);
        const auto main = page.find("<main");
        for (const auto* link : {"href=\"https://www.gov.uk/ACT\"", "href=\"tel:0800789321\"", "href=\"tel:999\""}) {
            CHECK(page.find(link) < main);
        }
        CHECK_THAT(page, Contains("href=\"/privacy\""));
        CHECK(field_of(answer, "Set-Cookie").empty());
    }
}

TEST_CASE("drafts and scheduled episodes are invisible until their instant") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto draft = site.add_episode(show, {.slug = "draft", .title = "SecretDraft"});
    const auto scheduled = site.add_episode(
        show, {.slug = "later", .title = "SecretLater", .chapters = {{std::chrono::milliseconds(0), "SecretChapter", ""}}});
    site.publish(scheduled, site.now + std::chrono::hours(1));

    const auto all = [&] {
        std::string text;
        for (const auto* slug : {"draft", "later"}) {
            const std::map<std::string, std::string> params{{"show", "code"}, {"episode", slug}};
            const auto base = std::string("/shows/code/") + slug;
            text += body_of(web::episode_page(site.context, Site::get(base, params)));
            text += body_of(web::transcript(site.context, Site::get(base + "/transcript.vtt", params)));
            text += body_of(web::chapters(site.context, Site::get(base + "/chapters.json", params)));
        }
        for (auto* const handler : {&web::home, &web::show_page, &web::feed})
            text += body_of(handler(site.context, Site::get("/", {{"show", "code"}})));
        return text;
    };
    CHECK(all().find("Secret") == std::string::npos);
    for (const auto* episode : {&draft, &scheduled}) {
        for (const auto& rendition : episode->renditions)
            CHECK(status_of(web::media_file(site.context, Site::get(rendition.url_path))) == 404);
    }
    site.now += std::chrono::hours(1);
    site.view.refresh();
    const auto after = all();
    CHECK_THAT(after, Contains("SecretLater"));
    CHECK_THAT(after, Contains("SecretChapter"));
    CHECK(after.find("SecretDraft") == std::string::npos);
    CHECK(std::get<http::FileReply>(web::media_file(site.context, Site::get(scheduled.renditions[0].url_path))).file->size() ==
          scheduled.renditions[0].byte_length);
}

TEST_CASE("a show does not exist for the public until its first episode, and stays when that is withdrawn") {
    Site site;
    auto show = site.add_show("code", "SecretShow");
    const auto key = site.store_bytes("its cover");
    show.artwork = model::Artwork{"A lamp", {{1400, key, 9}}};
    REQUIRE(tests::put(site.catalogue, show));
    const auto episode = site.add_episode(show, {.slug = "one", .title = "One"});
    const auto statuses = [&] {
        const auto status = [&](auto* handler, const std::string& path, std::map<std::string, std::string> params) {
            const auto answer = handler(site.context, Site::get(path, std::move(params)));
            CHECK_THAT(std::holds_alternative<http::Reply>(answer) && status_of(answer) != 200 ? body_of(answer) : "",
                       !Contains("SecretShow"));
            return std::holds_alternative<http::FileReply>(answer) ? 200 : status_of(answer);
        };
        return std::vector{status(&web::show_page, "/shows/code", {{"show", "code"}}),
                           status(&web::feed, "/shows/code/feed.xml", {{"show", "code"}}),
                           status(&web::image, "/images/" + key + ".jpg", {{"file", key + ".jpg"}})};
    };
    CHECK(statuses() == std::vector{404, 404, 404});
    site.publish(episode, site.now + std::chrono::hours(1));
    CHECK(statuses() == std::vector{404, 404, 404});  // announced by nothing but the clock
    site.now += std::chrono::hours(1);
    site.view.refresh();
    CHECK(statuses() == std::vector{200, 200, 200});
    (void)site.catalogue.set_state(episode.id, model::EpisodeState::scheduled, model::EpisodeState::withdrawn, {});
    site.view.refresh();
    CHECK(statuses() == std::vector{200, 200, 200});  // subscribers are not told that their feed never was
}

TEST_CASE("a withdrawn episode is gone: page, files and audio answer 410, the feed forgets it") {
    Site site;
    const auto show = site.add_show("code", "Code");
    auto episode = site.add_episode(show, {.slug = "one", .title = "Withdrawn"});
    site.publish(episode);
    const std::map<std::string, std::string> params{{"show", "code"}, {"episode", "one"}};
    CHECK_THAT(body_of(web::feed(site.context, Site::get("/shows/code/feed.xml", params))), Contains("Withdrawn"));
    site.withdraw(episode);
    CHECK(status_of(web::episode_page(site.context, Site::get("/shows/code/one", params))) == 410);
    CHECK(status_of(web::transcript(site.context, Site::get("/shows/code/one/transcript.vtt", params))) == 410);
    CHECK(status_of(web::chapters(site.context, Site::get("/shows/code/one/chapters.json", params))) == 410);
    for (const auto& rendition : episode.renditions) CHECK(status_of(web::media_file(site.context, Site::get(rendition.url_path))) == 410);
    for (std::size_t i = episode.renditions.size(); i < 12; ++i)
        (void)web::media_file(site.context, Site::get(episode.renditions[0].url_path));
    site.statistics.flush();
    const auto day = model::format_utc_day(site.now);
    CHECK(site.statistics.tallies({day, day, {episode.id}}).all.reasons.at("withdrawn").value == 10);  // the day still runs: in tens
    site.now += std::chrono::days(1);
    CHECK(site.statistics.tallies({day, day, {episode.id}}).all.reasons.at("withdrawn").value == 12);
    const auto feed = web::feed(site.context, Site::get("/shows/code/feed.xml", params));
    CHECK(body_of(feed).find("Withdrawn") == std::string::npos);
    CHECK(field_of(feed, "Last-Modified").empty());  // the date could not tell of a withdrawal; the ETag can
}

TEST_CASE("what is not there answers in its own show's name, or in nobody's") {
    Site site;
    const auto other = site.add_show("code", "Code Severe");
    site.publish(site.add_episode(other, {.slug = "one", .title = "One"}));
    const auto show = site.add_show("harbour-lights", "Harbour Lights");
    const auto episode = site.add_episode(show, {.slug = "talk", .title = "Talk"});
    const auto ask = [&](const std::string& slug, const std::string& name) {
        return body_of(web::episode_page(site.context, Site::get("/shows/" + slug + '/' + name, {{"show", slug}, {"episode", name}})));
    };
    for (const auto* slug : {"harbour-lights", "nothing"}) {
        INFO(slug);
        CHECK_THAT(ask(slug, "talk"), Contains("Error 404") && Contains("This page does not exist · The Press Office") &&
                                          !Contains("Code Severe") && !Contains("Harbour"));
    }
    site.publish(episode);
    site.withdraw(episode);
    const auto gone = ask("harbour-lights", "talk");
    CHECK_THAT(gone, Contains("Error 410") && Contains("withdrawn · Harbour Lights") && Contains("Report online") &&
                         Contains("href=\"/shows/harbour-lights\">Go to the show") && !Contains("Code Severe"));
    CHECK_THAT(ask("harbour-lights", "nothing"), Contains("Error 404") && Contains("· Harbour Lights"));
    CHECK_THAT(ask("code", "nothing"), Contains("Error 404") && Contains("· Code Severe"));
    const auto page = body_of(web::show_page(site.context, Site::get("/shows/harbour-lights", {{"show", "harbour-lights"}})));
    CHECK_THAT(page, Contains("All episodes of this show have been withdrawn.") && !Contains("Code Severe"));
}

TEST_CASE("an episode page has player, chapters, transcript, people and neighbours") {
    Site site;
    const auto show = site.add_show("code", "Code");
    model::Episode episode{.slug = "one", .title = "One", .notes = "Hello **there**"};
    episode.chapters = {{std::chrono::milliseconds(0), "Start", ""}, {std::chrono::milliseconds(61'500), "Middle", "https://example.org/"}};
    episode.transcript = model::Transcript{"text/vtt", "en-GB",
                                           "WEBVTT\n\n00:00.000 --> 00:02.000\n[a door]\n\n00:02.000 --> 00:04.000\n<v Ann>Hello.\n\n"
                                           "00:04.000 --> 00:06.000\n<v Ann>Again.\n\n00:06.000 --> 00:08.000\n<v Bob>Yes.\n"};
    site.publish(site.add_episode(show, episode), site.now - std::chrono::hours(2));
    const auto second = site.add_episode(show, {.slug = "two", .title = "Two"});
    site.publish(second);
    const auto made = site.catalogue.find_episode_by_slug(show.id, "one").value();
    const auto page = body_of(web::episode_page(site.context, Site::get("/shows/code/one", {{"show", "code"}, {"episode", "one"}})));
    const auto& audio = made.renditions[0].url_path;
    CHECK_THAT(page, Contains("<audio id=\"player\" controls preload=\"none\""));
    CHECK_THAT(page, Contains("<source src=\"" + audio + "\" type=\"audio/mpeg\">"));
    CHECK_THAT(page, Contains("<source src=\"" + made.renditions[1].url_path + "\" type=\"audio/mp4\">"));
    CHECK_THAT(page, Contains("href=\"" + audio + "#t=61.500\" data-seek=\"61.500\""));
    CHECK_THAT(page, Contains("Hello <strong>there</strong>"));
    CHECK_THAT(page, Contains("[a door]"));
    CHECK_THAT(page, Contains("<p class=\"turn-text\">Hello. Again.</p>"));
    CHECK_THAT(page, Contains("<b>Bob</b>"));
    CHECK_THAT(page, Contains("rel=\"next\" class=\"next\" href=\"/shows/code/two\""));
    CHECK(page.find("rel=\"prev\"") == std::string::npos);
    CHECK_THAT(page, Contains("<link rel=\"canonical\" href=\"" + site.settings.server.public_url + "/shows/code/one\">"));
    CHECK_THAT(page, Contains("type=\"application/rss+xml\""));
    CHECK_THAT(page, Contains("\"@type\":\"PodcastEpisode\""));
}

TEST_CASE("text goes in unescaped at one place only: the notes, which are cleaned") {
    std::size_t places = 0;
    for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(EARSHOT_SOURCE_DIR) / "server/web/templates")) {
        std::ifstream stream(file.path());
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        CHECK_THAT(text, Catch::Matchers::StartsWith("{{%AUTOESCAPE context=\"HTML\"}}"));
        for (auto at = text.find(":none}}"); at != std::string::npos; at = text.find(":none}}", at + 1)) {
            ++places;
            CHECK(text.substr(at - 7, 14) == "{{NOTES:none}}");
        }
    }
    CHECK(places == 1);
}
