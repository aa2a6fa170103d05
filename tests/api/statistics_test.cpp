// What analysts see: sums of what was public, small ones hidden, every export in the audit trail.

#include "server/api/handlers.hpp"
#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using Catch::Matchers::Contains;
using tests::Stage;

namespace {

// A published episode without audio: statistics do not ask for more.
model::Episode public_episode(Stage& stage, const model::Show& show, const std::string& title) {
    auto& catalogue = stage.context().catalogue;
    const auto episode = stage.make_episode(show, title);
    return catalogue.set_state(episode.id, model::EpisodeState::draft, model::EpisodeState::published, stage.context().clock()).value();
}

void listen(Stage& stage, const model::Episode& episode, int listeners) {
    for (int i = 0; i < listeners; ++i) {
        model::Delivery delivery;
        delivery.time = stage.context().clock();
        delivery.episode = episode.id;
        delivery.profile = "mp3";
        delivery.address = "192.0.2." + std::to_string(i + 1);
        delivery.user_agent = "AntennaPod/3.4.0";
        delivery.method = "GET";
        delivery.status = 200;
        delivery.file = {2'000'000, 1'000, 960'000};
        delivery.acknowledged = {{0, 2'000'000}};
        stage.context().statistics.submit(std::move(delivery));
    }
    stage.context().statistics.flush();
}

}  // namespace

TEST_CASE("statistics count what was public and hide small numbers") {
    Stage stage;
    const auto show = stage.make_show();
    const auto loud = public_episode(stage, show, "=Loud, \"they\" said");
    const auto quiet = public_episode(stage, show, "Quiet");
    const auto draft = stage.make_episode(show, "Secret plans");
    listen(stage, loud, 12);
    listen(stage, quiet, 3);

    const std::string day = model::format_utc_day(stage.context().clock());
    const auto running = stage.api("analyst", "GET", "/statistics?episode=" + loud.id.value + "&from=" + day + "&to=" + day);
    CHECK(running.at("episodes.0.days.0.downloads") == "10");
    CHECK(running.at("requests.by_reason.counted.requests") == "10");
    CHECK(running.at("rounded.from") == day);
    CHECK(running.at("rounded.steps_of") == "10");
    CHECK_THAT(running.body,
               Contains("\"apps\":[]") && Contains("\"devices\":[]") && Contains("\"countries\":[]") && Contains("\"sites\":[]"));
    CHECK_THAT(stage.api("analyst", "GET", "/statistics.csv?from=" + day + "&to=" + day).body, Contains("said\",10,running\r\n"));

    stage.clock_offset_ms = std::chrono::milliseconds(std::chrono::hours(25)).count();
    const auto one = stage.api("analyst", "GET", "/statistics?episode=" + loud.id.value + "&from=" + day + "&to=" + day);
    CHECK(one.status == 200);
    CHECK(one.at("episodes.0.days.0.day") == day);
    CHECK(one.at("episodes.0.days.0.downloads") == "12");
    CHECK(one.at("episodes.0.total.downloads") == "12");
    CHECK(one.at("requests.by_reason.counted.requests") == "12");
    CHECK(one.at("requests.by_episode.0.by_reason.counted.requests") == "12");
    CHECK(one.at("apps.0.downloads") == "12");
    CHECK_THAT(one.body, !Contains("rounded"));

    const auto all = stage.api("analyst", "GET", "/statistics?show=night-watch&from=" + day + "&to=" + day);
    const std::string hidden = all.at("episodes.0.id") == quiet.id.value ? "episodes.0" : "episodes.1";
    CHECK(all.at(hidden + ".days.0.downloads") == "null");
    CHECK(all.at(hidden + ".days.0.fewer_than") == "10");
    CHECK_THAT(all.body, !Contains("Secret plans"));
    CHECK(stage.api("analyst", "GET", "/statistics?episode=" + draft.id.value).status == 404);
    CHECK(stage.api("analyst", "GET", "/statistics").status == 200);

    const auto csv = stage.api("analyst", "GET", "/statistics.csv?from=" + day + "&to=" + day);
    CHECK(csv.field("content-type").starts_with("text/csv"));
    CHECK(csv.field("content-disposition") == "attachment; filename=\"downloads-" + day + "-" + day + ".csv\"");
    CHECK_THAT(csv.body, Contains(day + ",\"night-watch\",\"multiple-bombings\",\"'=Loud, \"\"they\"\" said\",12,\r\n"));
    CHECK_THAT(csv.body, Contains("\"Quiet\",\"fewer than 10\",\r\n"));
    CHECK(stage.context().audit.list(1).front().what == "statistics.export");
    CHECK(stage.context().audit.list(1).front().object == "/api/v1/statistics.csv?from=" + day + "&to=" + day);
    CHECK(stage.api("analyst", "GET", "/statistics.csv?episode=" + loud.id.value).status == 200);
    CHECK(stage.context().audit.list(1).front().object == "/api/v1/statistics.csv?episode=" + loud.id.value);
    CHECK(stage.context().audit.list(1).front().who == "token:analyst");
}

TEST_CASE("ages, reach, today and notes are in the API, and as hidden as on the pages") {
    Stage stage;
    const auto show = stage.make_show();
    const auto loud = public_episode(stage, show, "Loud"), quiet = public_episode(stage, show, "Quiet"),
               draft = stage.make_episode(show, "Secret plans");
    listen(stage, loud, 23);
    listen(stage, quiet, 4);
    const auto today = stage.api("analyst", "GET", "/statistics/today");
    CHECK(today.at("day") == model::format_utc_day(stage.context().clock()));
    CHECK(today.at("at_least") == "20");
    CHECK(stage.api("analyst", "GET", "/statistics/today?show=" + show.slug).body == today.body);
    CHECK(stage.api("analyst", "GET", "/statistics/today?show=none").status == 404);
    const auto of = [&](const model::Episode& episode) { return stage.api("analyst", "GET", "/statistics/episodes/" + episode.id.value); };
    CHECK(of(loud).at("so_far.downloads") == "20");
    CHECK(of(quiet).at("so_far.downloads") == "null");
    CHECK(of(quiet).at("so_far.fewer_than") == "10");
    CHECK(of(quiet).at("reach") == "null");
    CHECK(of(draft).status == 404);
    stage.clock_offset_ms += std::chrono::milliseconds(std::chrono::hours(49)).count();
    CHECK(of(loud).at("ages.1.days") == "2");
    CHECK(of(loud).at("ages.1.downloads") == "23");
    CHECK(of(quiet).at("ages.1.downloads") == "null");
    CHECK(stage.context().audit.list(1).front().object == "/api/v1/statistics/episodes/" + quiet.id.value);

    const auto day = model::format_utc_day(stage.context().clock());
    REQUIRE(stage.context().annotations.add({.show = show.id.value, .day = day, .words = "On the Today programme", .who = "ann"}));
    REQUIRE(stage.context().annotations.add({.day = day, .words = "Rain", .who = "ann"}));
    const auto notes = stage.api("analyst", "GET", "/statistics/shows/" + show.slug + "/notes");
    CHECK_THAT(notes.body, Contains("\"words\":\"On the Today programme\",\"who\":\"ann\",\"of_all_shows\":false") &&
                               Contains("\"words\":\"Rain\",\"who\":\"ann\",\"of_all_shows\":true"));
}

TEST_CASE("page, API, table and export of everything say the same, and hide the same") {
    Stage stage;
    const auto show = stage.make_show();
    const auto loud = public_episode(stage, show, "Loud"), quiet = public_episode(stage, show, "Quiet");
    (void)stage.make_episode(show, "Secret plans");
    listen(stage, loud, 23);
    listen(stage, quiet, 4);
    for (int i = 0; i < 11; ++i) REQUIRE(stage.context().follows.add({show.id.value, loud.id.value, "band", "tel:999"}));
    stage.context().follows.flush();
    const std::string day = model::format_utc_day(stage.context().clock()), period = "?from=" + day + "&to=" + day;
    REQUIRE(stage.api("analyst", "PUT", "/statistics/shows/night-watch/totals", "day,=calls\n2020-02-29,7\n" + day + ",41\n").status ==
            200);
    REQUIRE(stage.context().annotations.add({"", show.id.value, day, "@Today, \"live\"", "analyst"}));
    REQUIRE(stage.context().annotations.add({"", "", day, "Snow everywhere", "analyst"}));

    const auto running = stage.api("analyst", "GET", "/statistics/everything.csv");
    const std::string of_loud = day + ",\"night-watch\",\"" + loud.slug + "\",",
                      of_quiet = day + ",\"night-watch\",\"" + quiet.slug + "\",";
    CHECK_THAT(running.body, Contains("downloads," + of_loud + ",20,running\r\n") && !Contains("app," + of_loud));

    stage.clock_offset_ms = std::chrono::milliseconds(std::chrono::hours(25)).count();
    CHECK(stage.api("analyst", "GET", "/statistics" + period + "&episode=" + loud.id.value).at("episodes.0.total.downloads") == "23");
    CHECK_THAT(stage.ask("analyst", "GET", "/statistics/figures" + period).body,
               Contains(">23<") && Contains("fewer than 10") && !Contains(">27<"));
    CHECK_THAT(stage.api("analyst", "GET", "/statistics.csv" + period).body, Contains("\"Loud\",23,\r\n") && Contains("fewer than 10"));
    CHECK_THAT(stage.ask("analyst", "GET", "/statistics").body, Contains("href=\"/api/v1/statistics/everything.csv\""));
    const auto everything = stage.api("analyst", "GET", "/statistics/everything.csv");
    CHECK(everything.status == 200);
    CHECK(everything.field("transfer-encoding") == "chunked");
    CHECK(everything.field("content-disposition").starts_with("attachment; filename=\"statistics-"));
    CHECK_THAT(everything.body,
               Catch::Matchers::StartsWith("kind,day,show,episode,name,value,running\r\nnote," + day + ",,,\"Snow everywhere\",,\r\n"));
    CHECK_THAT(everything.body, Contains("downloads," + of_loud + ",23,\r\n") && Contains("app," + of_loud + "\"AntennaPod\",23,\r\n") &&
                                    Contains("requests," + of_loud + "\"counted\",23,\r\n"));
    CHECK_THAT(everything.body, Contains("downloads," + of_quiet + ",\"fewer than 10\",\r\n") &&
                                    Contains("requests," + of_quiet + "\"counted\",\"hidden\",\r\n") && !Contains("app," + of_quiet));
    CHECK_THAT(everything.body, Contains("followed," + day + ",\"night-watch\",,\"tel:999\",11,\r\n") &&
                                    Contains("total," + day + ",\"night-watch\",,\"'=calls\",41,\r\n") &&
                                    Contains("total,2020-02-29,\"night-watch\",,\"'=calls\",7,\r\n"));
    CHECK_THAT(everything.body, Contains("note," + day + ",\"night-watch\",,\"'@Today, \"\"live\"\"\",,\r\n") && !Contains("secret"));
    CHECK(stage.context().audit.list(1).front().object == "everything");
}

TEST_CASE("everything is made in pieces, however much there is") {
    Stage stage;
    const auto show = stage.make_show();
    const auto begin = std::chrono::milliseconds(std::chrono::days(-200));
    stage.clock_offset_ms = begin.count();
    std::vector<model::Episode> episodes;
    for (int i = 0; i < 4; ++i) {
        model::Episode episode;
        episode.show = show.id;
        episode.title = episode.slug = "part-" + std::to_string(i);
        auto& catalogue = stage.context().catalogue;
        episode = catalogue.create_episode(std::move(episode)).value();
        episodes.push_back(
            catalogue.set_state(episode.id, model::EpisodeState::draft, model::EpisodeState::published, stage.context().clock()).value());
    }
    for (int day = 0; day < 200; ++day) {
        stage.clock_offset_ms = (begin + std::chrono::days(day)).count();
        for (const auto& episode : episodes) listen(stage, episode, 11);
    }
    stage.clock_offset_ms = 0;
    http::Request request;
    request.identity = model::Identity{.name = "analyst", .role = model::Role::analyst};
    const auto answer = api::get_everything_csv(stage.context(), request);
    const auto& stream = std::get<http::TextStream>(answer);
    std::size_t longest = 0, pieces = 0;
    std::string whole;
    for (auto piece = stream.next(); piece; piece = stream.next()) {
        longest = std::max(longest, piece->size());
        whole += *piece;
        ++pieces;
    }
    CHECK(pieces > 8);
    CHECK(longest * 4 < whole.size());
    std::size_t lines = 0;
    for (auto at = whole.find("downloads,"); at != std::string::npos; at = whole.find("downloads,", at + 1)) ++lines;
    CHECK(lines >= 4 * 199);
    CHECK(stage.api("analyst", "GET", "/statistics/everything.csv").body == whole);
}

TEST_CASE("the report as text says what the report says, and hides the same") {
    Stage stage;
    const auto show = stage.make_show();
    const auto loud = public_episode(stage, show, "Loud"), quiet = public_episode(stage, show, "Quiet");
    listen(stage, loud, 23);
    listen(stage, quiet, 4);
    for (int i = 0; i < 11; ++i) REQUIRE(stage.context().follows.add({show.id.value, loud.id.value, "band", "tel:999"}));
    stage.context().follows.flush();
    const std::string day = model::format_utc_day(stage.context().clock()), period = "?from=" + day + "&to=" + day + "&show=night-watch";
    REQUIRE(stage.api("analyst", "PUT", "/statistics/shows/night-watch/totals", "day,calls\n" + day + ",41\n").status == 200);
    REQUIRE(stage.context().annotations.add({"", show.id.value, day, "Snow everywhere", "analyst"}));
    const auto running = stage.ask("analyst", "GET", "/statistics/report.txt" + period).body;
    CHECK_THAT(running,
               Contains("\n20 downloads in 1 day so far.\n") && Contains(" is not over yet: figures still grow, in steps of 10.\n"));
    CHECK_THAT(running, Contains("- tel:999: today 10\n"));
    stage.clock_offset_ms = std::chrono::milliseconds(std::chrono::hours(25)).count();

    const auto text = stage.ask("analyst", "GET", "/statistics/report.txt" + period);
    CHECK(text.status == 200);
    CHECK(text.field("content-type") == "text/plain; charset=utf-8");
    CHECK_THAT(text.body, Catch::Matchers::StartsWith("Night Watch: ") && Contains("\nAt least 23 downloads in 1 day.\n"));
    CHECK_THAT(text.body, Contains("- Loud: 23 (100\u202f% of all), 0 before (published ") && Contains("- Quiet: fewer than 10") &&
                              !Contains("27 downloads"));
    CHECK_THAT(text.body, Contains("- tel:999: 11 in all\n") && Contains("- calls: 41 in 1 day\n") && Contains("Snow everywhere"));
    // Sheet and text are of one source.
    const auto sheet = stage.ask("analyst", "GET", "/statistics/report" + period).body;
    for (const auto* both :
         {"At least 23 downloads in 1 day.", "tel:999", "11 in all", "41 in 1 day", "Together is not because", "Snow everywhere",
          "Notes on these days", "First 24 hours", "was delivered, not what was heard", "Figures of a day under 10", "Made on "}) {
        CHECK_THAT(sheet, Contains(both));
        CHECK_THAT(text.body, Contains(both));
    }
    CHECK_THAT(text.body, Contains("/statistics?from=" + day + "&to=" + day + "&show=night-watch"));
    CHECK(stage.ask("producer", "GET", "/statistics/report.txt").status == 403);
    CHECK(stage.ask("analyst", "GET", "/statistics/report.txt?from=never&to=never").status == 400);
}

TEST_CASE("a show of which nothing was ever public is not there for analysts, and what returns keeps its figures") {
    Stage stage;
    auto& context = stage.context();
    const auto secret = stage.make_show("aardvark"), show = stage.make_show();
    (void)stage.make_episode(secret, "Secret plans");
    const std::string day = model::format_utc_day(context.clock()), period = "?from=" + day + "&to=" + day;
    REQUIRE(context.totals.load(secret.id.value, analytics::parse_totals("day,calls\n" + day + ",41\n", context.clock()).value()));
    const auto unknown = stage.api("analyst", "GET", "/statistics?show=nothing");
    for (const std::string& name : {secret.slug, secret.id.value}) {
        const auto answer = stage.api("analyst", "GET", "/statistics?show=" + name);
        CHECK(answer.status == 404);
        CHECK(answer.body == unknown.body);
        for (const std::string path : {"/acting", "/acting.csv"})
            CHECK(stage.api("analyst", "GET", "/statistics/shows/" + name + path + period).status == 404);
        CHECK(stage.api("analyst", "PUT", "/statistics/shows/" + name + "/totals", "day,calls\n2026-01-02,5\n").status == 404);
    }
    CHECK_THAT(stage.api("analyst", "GET", "/statistics/everything.csv").body, !Contains("aardvark"));

    using enum model::EpisodeState;
    const auto one = public_episode(stage, show, "One");
    listen(stage, one, 12);
    stage.clock_offset_ms = std::chrono::milliseconds(std::chrono::hours(25)).count();
    const auto shown = [&] {
        return stage.api("analyst", "GET", "/statistics" + period).at("episodes.0.total.downloads") +
               stage.api("analyst", "GET", "/statistics/shows/night-watch/acting" + period).at("downloads.0.count");
    };
    CHECK(shown() == "1212");
    context.catalogue.set_state(one.id, published, withdrawn, one.publish_at).value();
    context.catalogue.set_state(one.id, withdrawn, scheduled, context.clock() + std::chrono::hours(1)).value();
    CHECK(shown() == "1212");
    context.catalogue.set_state(one.id, scheduled, model::EpisodeState::draft, std::nullopt).value();
    CHECK(shown() == "1212");
}

TEST_CASE("who looked at which figures is in the audit trail, once an hour") {
    Stage stage;
    const auto looks = [&] {
        std::vector<std::string> objects;
        for (const auto& entry : stage.context().audit.list(100))
            if (entry.what == "statistics.view") objects.push_back(entry.who + " " + entry.object);
        return objects;
    };
    for (int i = 0; i < 3; ++i) REQUIRE(stage.ask("analyst", "GET", "/statistics?from=2026-01-01&to=2026-01-31").status == 200);
    REQUIRE(stage.api("admin", "GET", "/statistics").status == 200);
    CHECK(looks() == std::vector<std::string>{"token:admin /api/v1/statistics", "token:analyst /statistics?from=2026-01-01&to=2026-01-31"});
    for (const std::string day : {"2026-01-01", "2026-01-02"})
        REQUIRE(stage.api("analyst", "GET", "/statistics?from=" + day + "&from=" + std::string(300, 'x') + "&to=" + day).status == 200);
    CHECK(looks().size() == 4);
    CHECK(looks().front() == "token:analyst /api/v1/statistics?from=2026-01-02&to=2026-01-02");
    REQUIRE(stage.api("producer", "GET", "/statistics").status == 403);
    REQUIRE(stage.api("analyst", "GET", "/statistics?from=never").status == 400);
    CHECK(looks().size() == 4);
    stage.clock_offset_ms = std::chrono::milliseconds(std::chrono::hours(1)).count();
    REQUIRE(stage.api("admin", "GET", "/statistics").status == 200);
    CHECK(looks().size() == 5);
}

TEST_CASE("statistics refuse impossible questions") {
    Stage stage;
    const std::vector<std::pair<std::string, std::string>> rows{{"?from=yesterday", "\"from\" must be a UTC day"},
                                                                {"?to=2026-02-30", "\"to\" must be a UTC day"},
                                                                {"?from=2026-02-02&to=2026-02-01", "The first day is after the last one"},
                                                                {"?from=2020-01-01&to=2026-01-01", "at most 366 days"},
                                                                {"?shows=x", "Known parameters are"},
                                                                {"?show=nothing", "There is no such show"}};
    for (const auto& [query, sentence] : rows) {
        CAPTURE(query);
        for (const std::string path : {"/statistics", "/statistics.csv"}) {
            const auto answer = stage.api("analyst", "GET", path + query);
            CHECK((answer.status == 400 || answer.status == 404));
            CHECK_THAT(answer.at("detail"), Contains(sentence));
        }
    }
}

TEST_CASE("who am I, and what was done") {
    Stage stage;
    const auto me = stage.api("analyst", "GET", "/me");
    CHECK(me.at("name") == "token:analyst");
    CHECK(me.at("role") == "analyst");
    CHECK(me.at("csrf_token").empty());
    REQUIRE(stage.api("producer", "POST", "/shows", R"({"title": "T", "description": "D"})").status == 201);
    const auto trail = stage.api("admin", "GET", "/audit");
    CHECK(trail.at("whole") == "true");
    CHECK(trail.at("entries.0.what") == "show.create");
    CHECK(trail.at("entries.0.who") == "token:producer");
    CHECK_THAT(stage.api("producer", "GET", "/audit").at("detail"), Contains("Only admins"));
}
