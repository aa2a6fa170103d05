// What producers send: every bad value gets its sentence, and the old state is untouched.

#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using Catch::Matchers::Contains;
using tests::Stage;

namespace {

struct Bad {
    std::string body, sentence;
    int status{400};
};

void refuses_all(Stage& stage, const std::string& method, const std::string& path, const std::string& look_at,
                 const std::vector<Bad>& rows) {
    const std::string before = stage.api("producer", "GET", look_at).body;
    for (const Bad& row : rows) {
        CAPTURE(method, path, row.body.substr(0, 200));
        const auto answer = stage.api("producer", method, path, row.body);
        CHECK(answer.status == row.status);
        CHECK(answer.field("content-type") == "application/problem+json");
        CHECK_THAT(answer.at("detail"), Contains(row.sentence));
        CHECK(stage.api("producer", "GET", look_at).body == before);
    }
}

// The PNG as its header would have it.
std::string with_size(std::string png, std::uint32_t width, std::uint32_t height) {
    const auto put = [&](std::size_t at, std::uint32_t number) {
        for (int i = 0; i < 4; ++i) png[at + static_cast<std::size_t>(i)] = static_cast<char>(number >> (24 - 8 * i));
    };
    put(16, width);
    put(20, height);
    return png;
}

// As far as a head goes: a JPEG for a printing press.
std::string cmyk_jpeg() {
    const std::string frame("\xFF\xC0\0\x14\x08\x05\x78\x05\x78\4", 10);  // 1400 × 1400, four components
    return "\xFF\xD8" + frame + std::string(12, '\1') + std::string("\xFF\xDA\0\2", 4) + "\xFF\xD9";
}

std::string show_with(const std::string& members) {
    return R"({"title": "T", "description": "D")" + (members.empty() ? "" : ", " + members) + "}";
}

}  // namespace

TEST_CASE("a show is created, read by slug and id, and edited") {
    Stage stage;
    const auto made = stage.api("producer", "POST", "/shows", R"({
        "title": " Code \u0001 Severe ]]> \ud83d\ude00 ", "description": "What\r\nhappened.\n", "language": "en-gb", "category": "Society & Culture",
        "subcategory": "Documentary", "type": "serial", "explicit": true, "website": "https://www.gov.uk/ACT",
        "people": [{"name": "Ann", "role": "Narrator"}],
        "actions": [{"label": "Report", "href": "https://www.gov.uk/ACT"}, {"label": "Call", "href": "tel:0800-789321", "emergency": true}]})");
    CHECK(made.status == 201);
    CHECK(made.field("location") == "/api/v1/shows/code-severe");
    CHECK(made.at("title") == "Code Severe ]]> 😀");
    CHECK(made.at("description") == "What\nhappened.");
    CHECK(made.at("language") == "en-GB");
    CHECK(made.at("people.0.role") == "narrator");
    CHECK(made.at("people.0.group") == "cast");
    CHECK(made.at("actions.1.emergency") == "true");
    CHECK(made.at("podcast_guid").size() == 36);
    CHECK(made.at("feed_url") == stage.context().settings.server.public_url + "/shows/code-severe/feed.xml");
    CHECK(stage.api("producer", "GET", "/shows/code-severe").body == made.body);
    CHECK(stage.api("producer", "GET", "/shows/" + made.at("id")).body == made.body);
    CHECK(stage.api("producer", "POST", "/shows", show_with(R"("slug": "code-severe")")).status == 409);

    const auto edited = stage.api("producer", "PATCH", "/shows/code-severe",
                                  R"({"category": "News", "people": [], "time_zone": "Europe/London", "topics": "Signs: notice\n\n"})");
    CHECK(edited.status == 200);
    CHECK(edited.at("category") == "News");
    CHECK(edited.at("subcategory").empty());
    CHECK(edited.at("people") == "[]");
    CHECK(edited.at("time_zone") == "Europe/London");
    CHECK(edited.at("topics") == "Signs: notice");
    CHECK(stage.api("producer", "PATCH", "/shows/code-severe", R"({"time_zone": "Europe/Nowhere"})").status == 400);
    CHECK(edited.at("title") == made.at("title"));
    CHECK(edited.at("podcast_guid") == made.at("podcast_guid"));
    CHECK(stage.api("producer", "GET", "/shows").at("shows.0.category") == "News");
    CHECK(stage.context().audit.list(10).front().what == "show.edit");
    CHECK(stage.context().audit.list(10).front().who == "token:producer");
}

TEST_CASE("shows of the same title get addresses of their own, unless one is asked for") {
    Stage stage;
    const auto slug_of = [&](const std::string& members) {
        return stage.api("producer", "POST", "/shows", R"({"description": "D", "category": "News", )" + members + "}").at("slug");
    };
    CHECK(slug_of(R"("title": "Night Watch")") == "night-watch");
    CHECK(slug_of(R"("title": "Night watch!")") == "night-watch-2");
    CHECK(slug_of(R"("title": "Привет мир", "slug": "")") == "privet-mir");
    CHECK(slug_of(R"("title": "日本語")") == "show");
    CHECK(slug_of(R"("title": "日本語")") == "show-2");
    const auto taken =
        stage.api("producer", "POST", "/shows", R"({"title": "T", "description": "D", "category": "News", "slug": "show-2"})");
    CHECK(taken.status == 409);
    CHECK(taken.at("detail") == "The address \"show-2\" belongs to another show. Choose another one.");
    std::set<std::string> guids;
    for (const auto* slug : {"night-watch", "night-watch-2", "privet-mir", "show", "show-2"})
        guids.insert(stage.api("producer", "GET", std::string("/shows/") + slug).at("podcast_guid"));
    CHECK(guids.size() == 5);
}

TEST_CASE("what is asked for twice with one key is made once") {
    Stage stage;
    const auto make = [&](const std::string& token, const std::string& path, const std::string& body, const std::string& key) {
        return stage.api(token, "POST", path, body, {{"Idempotency-Key", key}});
    };
    const std::string show = R"({"title": "Night Watch", "description": "D", "category": "News"})";
    const auto made = make("producer", "/shows", show, "k1"), again = make("producer", "/shows", show, "k1");
    CHECK(made.status == 201);
    CHECK(again.status == 201);
    CHECK(again.body == made.body);
    CHECK(again.field("location") == "/api/v1/shows/night-watch");
    CHECK(make("producer", "/shows", show, "k2").at("slug") == "night-watch-2");
    CHECK(make("admin", "/shows", show, "k1").at("slug") == "night-watch-3");  // a key is its sender's own

    const std::string path = "/shows/night-watch/episodes", dup = R"({"title": "Dup"})";
    const auto episode = make("producer", path, dup, "k1");
    CHECK(episode.at("slug") == "dup");
    CHECK(make("producer", path, dup, "k1").body == episode.body);
    const auto other = make("producer", path, R"({"title": "Dup, better"})", "k1");
    CHECK(other.status == 422);
    CHECK_THAT(other.at("detail"), Contains("“Dup” was made already"));
    CHECK(make("producer", "/shows", R"({"title": "Day Watch", "description": "D", "category": "News"})", "k1").status == 422);
    CHECK(make("producer", path, dup, "k2").at("slug") == "dup-2");
    CHECK(make("producer", "/shows/night-watch-2/episodes", dup, "k1").at("slug") == "dup");
    const auto trail = stage.context().audit.list(100);
    CHECK(std::ranges::count_if(
              trail, [&](const auto& entry) { return entry.what == "episode.create" && entry.object == episode.at("id"); }) == 1);
    CHECK(make("producer", path, dup, std::string(256, 'k')).status == 400);
    // After the draft is removed the wish counts again.
    CHECK(stage.api("producer", "DELETE", "/episodes/" + episode.at("id")).status == 204);
    CHECK(make("producer", path, dup, "k1").at("id") == episode.at("id"));
}

TEST_CASE("a bad show is refused with a sentence") {
    Stage stage;
    refuses_all(
        stage, "POST", "/shows", "/shows",
        {{"", "The title must not be empty"},
         {"[]", "must be a JSON object"},
         {"{\"title\":", "not valid JSON"},
         {std::string(9, '[') + std::string(9, ']'), "not valid JSON"},
         {show_with(R"("titel": "x")"), "There is no member \"titel\" here; known are: slug, title"},
         {show_with(R"("explicit": "no")"), "\"explicit\" must be true or false"},
         {show_with(R"("notice": 5)"), "\"notice\" must be text"},
         {R"({"title": ")" + std::string(4000, 'x') + R"(", "description": "D"})",
          "The title may have at most 255 characters; this one has 4000"},
         {R"({"title": "\u0001\u0002", "description": "D"})", "The title must not be empty"},
         {R"({"title": "T"})", "The description must not be empty"},
         {R"({"title": "T", "description": ")" + std::string(4001, 'x') + "\"}", "The description may have at most 4000 bytes"},
         {show_with(R"("slug": "Not A Slug")"), "The address may have lower-case letters, digits and single hyphens"},
         {show_with(R"("language": "english")"), "\"english\" is not a language tag"},
         {show_with(R"("language": "zz")"), "\"zz\" is not a language tag"},
         {show_with(R"("category": "Crime")"), "\"Crime\" is not a category; use one of: Arts, Business"},
         {show_with(R"("category": "News", "subcategory": "Documentary")"), "not a subcategory of \"News\"; use one of: Business News"},
         {show_with(R"("category": "History", "subcategory": "Old")"), "has no subcategories"},
         {show_with(R"("type": "weekly")"), "\"type\" must be \"episodic\" or \"serial\""},
         {show_with(R"("website": "javascript:alert")"), "The website must be a web address that begins with https://"},
         {show_with(R"("owner_email": "nobody")"), "must look like name@example.org"},
         {show_with(R"("people": [{"role": "host"}])"), "Person 1: the name must not be empty"},
         {show_with(R"("people": [{"name": "A"}, {"name": "B", "group": "choir"}])"), "Person 2: \"choir\" is not a group"},
         {show_with(R"("people": [{"name": "A", "age": 3}])"), "There is no member \"people[0].age\" here"},
         {show_with(R"("people": ["A"])"), "\"people\" must be a list of objects"},
         {show_with(R"("people": "A")"), "\"people\" must be a list"},
         {show_with(R"("actions": [{"label": "L", "href": "http://x.example"}])"), "the address must begin with https://, tel: or mailto:"},
         {show_with(R"("actions": [{"label": "L", "href": "javascript:alert"}])"), "the address must begin with https://, tel: or mailto:"},
         {show_with(R"("actions": [{"label": "L", "href": "tel:call-me"}])"), "a telephone address is tel: and digits"},
         {show_with(R"("actions": [{"label": "L", "href": "mailto:x"}])"), "a mail address looks like"},
         {show_with(R"("actions": [{"label": "L", "href": "https://"}])"), "the address must begin with"},
         {show_with(R"("actions": [{"label": "L", "href": "https://user@host.example/"}])"), "the address must begin with"},
         {show_with(R"("actions": [{"href": "tel:999"}])"), "Action 1: the label must not be empty"}});
    const auto show = stage.make_show();
    refuses_all(stage, "PATCH", "/shows/night-watch", "/shows",
                {{R"({"slug": "other"})", "There is no member \"slug\" here"},
                 {R"({"podcast_guid": "x"})", "There is no member \"podcast_guid\""}});
    CHECK(stage.api("producer", "PATCH", "/shows/other", "{}").status == 404);
}

TEST_CASE("an episode is created, edited and removed") {
    Stage stage;
    (void)stage.make_show();
    const auto made =
        stage.api("producer", "POST", "/shows/night-watch/episodes", R"({"title": "Multiple Bombings", "season": 1, "number": 2})");
    CHECK(made.status == 201);
    CHECK(made.at("slug") == "multiple-bombings");
    CHECK(made.at("state") == "draft");
    CHECK(made.at("show.slug") == "night-watch");
    CHECK(made.at("obstacles.0") == "There is no audio yet. Upload a master.");
    CHECK(made.at("advice") != "[]");
    CHECK(made.field("location") == "/api/v1/episodes/" + made.at("id"));
    const std::string path = "/episodes/" + made.at("id");
    CHECK(stage.api("producer", "POST", "/shows/night-watch/episodes", R"({"title": "Multiple Bombings"})").at("slug") ==
          "multiple-bombings-2");

    const auto edited = stage.api("producer", "PATCH", path, R"({"number": null, "notes": "Call **now**", "type": "bonus"})");
    CHECK(edited.at("number") == "null");
    CHECK(edited.at("season") == "1");
    CHECK(edited.at("type") == "bonus");
    CHECK(edited.at("guid") == made.at("guid"));

    refuses_all(stage, "PATCH", path, path,
                {{R"({"title": ""})", "The title must not be empty"},
                 {R"({"title": ")" + std::string(4000, 'x') + "\"}", "The title may have at most 255 characters; this one has 4000"},
                 {R"({"season": 0})", "The season must be a number from 1"},
                 {R"({"number": -1})", "\"number\" must be a whole number"},
                 {R"({"number": 1.5})", "\"number\" must be a whole number"},
                 {R"({"number": 99999999999})", "\"number\" must be a whole number"},
                 {R"({"type": "extra"})", "\"type\" must be \"full\", \"trailer\" or \"bonus\""},
                 {R"({"guid": "mine"})", "There is no member \"guid\" here"},
                 {R"({"state": "published"})", "There is no member \"state\" here"},
                 {R"({"notes": ")" + std::string(20'001, 'n') + "\"}", "The notes may have at most 20000 bytes"}});
    refuses_all(stage, "POST", "/shows/night-watch/episodes", "/shows/night-watch/episodes", {{"{}", "The title must not be empty"}});
    CHECK(stage.api("producer", "DELETE", path).status == 204);
    CHECK(stage.api("producer", "GET", path).status == 404);
    CHECK(stage.api("producer", "GET", path).at("detail") == "There is no such episode.");
}

TEST_CASE("transcripts and chapters are checked before they replace the old ones") {
    Stage stage;
    const auto show = stage.make_show();
    const std::string path = "/episodes/" + stage.make_episode(show).id.value;
    const std::string vtt = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v Ann>Hello & you.\n";
    const auto stored = stage.api("producer", "PUT", path + "/transcript?language=cy", vtt, {{"Content-Type", "text/vtt"}});
    CHECK(stored.status == 200);
    CHECK(stored.at("transcript.mime_type") == "text/vtt");
    CHECK(stored.at("transcript.language") == "cy");
    CHECK(stage.api("producer", "GET", path + "/transcript").body == vtt);
    CHECK(stage.api("producer", "GET", path + "/transcript").field("content-type") == "text/vtt; charset=utf-8");

    const auto json_form = stage.api("producer", "GET", path + "/transcript?format=json");
    CHECK(json_form.field("content-type") == "application/json; charset=utf-8");
    CHECK(json_form.at("segments.0.speaker") == "Ann");
    CHECK(stage.api("producer", "GET", path + "/transcript?format=doc").status == 400);
    const auto html_form = stage.api("producer", "GET", path + "/transcript?format=html");
    CHECK_THAT(html_form.field("content-disposition"), Contains("attachment; filename=\"") && Contains(".html\""));
    for (const auto& form : {json_form.body, html_form.body}) {
        const auto again = stage.api("producer", "PUT", path + "/transcript?language=cy", form);
        CHECK(again.status == 200);
        CHECK(again.at("transcript.mime_type") == "text/vtt");
        CHECK(again.at("transcript.files.3.mime_type") == "text/html");
        CHECK(again.at("transcript.source") == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v Ann>Hello &amp; you.\n");
    }

    const auto chapters = stage.api("producer", "PUT", path + "/chapters", "00:00:00 Start\n\n1:30 What to look for\r\n");
    CHECK(chapters.status == 200);
    CHECK(chapters.at("chapters.1.start_seconds") == "9E1");
    CHECK(chapters.at("chapters.1.title") == "What to look for");
    const auto json = stage.api(
        "producer", "PUT", path + "/chapters",
        R"({"version": "1.2.0", "chapters": [{"startTime": 0, "title": "A"}, {"startTime": 2.5, "title": "B", "url": "https://www.gov.uk/ACT"}]})");
    CHECK(json.at("chapters.1.start_seconds") == "2.5E0");
    CHECK(json.at("chapters.1.href") == "https://www.gov.uk/ACT");

    refuses_all(stage, "PUT", path + "/chapters", path,
                {{"00:00:10 Late start", "The first chapter must start at 00:00:00"},
                 {"00:00:00 A\n00:00:00 B", "Chapter 2 starts at"},
                 {"00:00:00", "Line 1 of the chapters is not like"},
                 {"Intro 0:00", "Line 1 of the chapters is not like"},
                 {R"({"chapters": [{"startTime": -1, "title": "A"}]})", "\"startTime\" must be seconds"},
                 {R"({"chapters": [{"startTime": 0}]})", "Chapter 1 needs a \"title\""},
                 {R"({"chapters": [{"startTime": 0, "title": "A", "url": "javascript:x"}]})", "the address must begin with https://"},
                 {R"({"chapter": []})", "need a list named \"chapters\""},
                 {"{", "not valid JSON"}});
    refuses_all(stage, "PUT", path + "/transcript", path, {{"Just some words.", "", 422}, {"", "", 422}});
    refuses_all(stage, "PUT", path + "/transcript?language=klingon", path, {{vtt, "is not a language tag"}});
    // How its times fit is told of one episode; a list does not read every transcript.
    const auto overlapping = "WEBVTT\n\n00:01.000 --> 00:03.000\nA\n\n00:02.000 --> 00:03.000\nB\n";
    const auto advised = stage.api("producer", "PUT", path + "/transcript", overlapping).body;
    CHECK_THAT(advised, Contains("before the one above has ended"));
    const auto listed = stage.api("producer", "GET", "/shows/night-watch/episodes");
    CHECK(listed.at("episodes.0.transcript.mime_type") == "text/vtt");
    CHECK_THAT(listed.body, !Contains("before the one above has ended") && !Contains("Add a transcript"));
    CHECK(stage.api("producer", "DELETE", path + "/transcript").at("transcript") == "null");
    CHECK(stage.api("producer", "GET", path + "/transcript").status == 404);
}

TEST_CASE("artwork is taken with words or not at all") {
    Stage stage;
    const auto show = stage.make_show();
    const std::string path = "/episodes/" + stage.make_episode(show).id.value;
    const auto stored =
        stage.api("producer", "PUT", "/shows/night-watch/artwork?alt=A%20lamp", tests::picture_png(1500), {{"Content-Type", "image/png"}});
    CHECK(stored.status == 200);
    CHECK(stored.at("artwork.alt") == "A lamp");
    CHECK(stored.at("artwork.sizes.0.pixels") == "1500");
    CHECK(stored.at("artwork.sizes.3.pixels") == "300");
    CHECK_THAT(stored.at("artwork.sizes.3.webp.url"), Contains("/images/") && Contains(".webp"));
    CHECK(stage.api("producer", "PUT", path + "/artwork", tests::picture_png(1400), {{"X-Artwork-Alt", "A window"}}).at("artwork.alt") ==
          "A window");
    refuses_all(stage, "PUT", "/shows/night-watch/artwork", "/shows",
                {{tests::picture_png(1400), "Say in a few words what the picture shows"}});
    refuses_all(stage, "PUT", "/shows/night-watch/artwork?alt=x", "/shows",
                {{tests::picture_png(300), "a cover needs at least 1400 × 1400", 422},
                 {with_size(tests::picture_png(1500), 3000, 1500), "a cover must be square", 422},
                 {with_size(tests::picture_png(1500), 10'000, 10'000), "hand in at most 6000 × 6000", 422},
                 {cmyk_jpeg(), "The picture is in CMYK colours, made for printing; export it in RGB", 422},
                 {"not a picture", "", 415},
                 {std::string((10U << 20) + 1, 'x'), "", 413}});
    CHECK(stage.api("producer", "PUT", "/shows/nothing/artwork?alt=x", "y").status == 404);
    CHECK(std::filesystem::is_empty(stage.folder() / "work"));
}
