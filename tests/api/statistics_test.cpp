// What analysts see: sums of what was public, small ones hidden, every export in the audit trail.

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
    CHECK_THAT(stage.api("analyst", "GET", "/statistics.csv?from=" + day + "&to=" + day).body, Contains("said\",10\r\n"));

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
    CHECK_THAT(csv.body, Contains(day + ",\"night-watch\",\"multiple-bombings\",\"'=Loud, \"\"they\"\" said\",12\r\n"));
    CHECK_THAT(csv.body, Contains("\"Quiet\",\"fewer than 10\"\r\n"));
    CHECK(stage.context().audit.list(1).front().what == "statistics.export");
    CHECK(stage.context().audit.list(1).front().who == "analyst");
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
    CHECK(me.at("name") == "analyst");
    CHECK(me.at("role") == "analyst");
    CHECK(me.at("csrf_token").empty());
    REQUIRE(stage.api("producer", "POST", "/shows", R"({"title": "T", "description": "D"})").status == 201);
    const auto trail = stage.api("admin", "GET", "/audit");
    CHECK(trail.at("whole") == "true");
    CHECK(trail.at("entries.0.what") == "show.create");
    CHECK(trail.at("entries.0.who") == "producer");
    CHECK_THAT(stage.api("producer", "GET", "/audit").at("detail"), Contains("Only admins"));
}
