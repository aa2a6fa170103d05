// From listening to acting, over the wire: beacons, figures, totals, the audit trail.

#include <boost/json/parse.hpp>

#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

model::Show with_action(Stage& stage) {
    const auto show = stage.make_show();
    REQUIRE(
        stage.api("producer", "PATCH", "/shows/" + show.slug, R"({"actions":[{"label":"Report online","href":"https://www.gov.uk/ACT"}]})")
            .status == 200);
    return show;
}

}  // namespace

TEST_CASE("totals are loaded as CSV by analysts, and stand beside downloads and follows") {
    Stage stage;
    const auto show = with_action(stage);
    REQUIRE(stage.context().catalogue.set_state(stage.make_episode(show).id, model::EpisodeState::draft, model::EpisodeState::published,
                                                std::nullopt));
    const std::string path = "/statistics/shows/" + show.slug;
    const Fields csv{{"Content-Type", "text/csv"}};
    CHECK(stage.api("producer", "PUT", path + "/totals", "day,calls\n2026-01-02,5\n", csv).status == 403);
    CHECK(stage.api("none", "PUT", path + "/totals", "day,calls\n2026-01-02,5\n", csv).status == 401);
    const auto refused = stage.api("analyst", "PUT", path + "/totals", "day,calls\nsoon,5\n2026-01-02,many\n", csv);
    CHECK(refused.status == 400);
    CHECK_THAT(refused.body, Contains("Line 2: ") && Contains("Line 3: "));
    const auto loaded = stage.api("analyst", "PUT", path + "/totals", "day,calls\n2026-01-02,5\n2026-01-03,7\n", csv);
    CHECK(loaded.status == 200);
    CHECK(loaded.body == R"({"days":2,"from":"2026-01-02","to":"2026-01-03","series":["calls"]})");

    for (int i = 0; i < 12; ++i) REQUIRE(stage.context().follows.add({show.id.value, "", "band", "https://www.gov.uk/ACT"}));
    stage.context().follows.flush();
    const auto today = model::format_utc_day(model::system_now());
    const auto answer = boost::json::parse(stage.api("analyst", "GET", path + "/acting?from=" + today + "&to=" + today).body).as_object();
    const auto& link = answer.at("follows").at(0);
    CHECK(link.at("href") == "https://www.gov.uk/ACT");
    CHECK(link.at("label") == "Report online");
    CHECK(link.at("total").at("count") == 10);  // of a running day, in steps
    const auto table = stage.api("analyst", "GET", path + "/acting.csv?from=2026-01-01&to=2026-01-03");
    CHECK(table.field("content-type") == "text/csv; charset=utf-8; header=present");
    CHECK(table.body ==
          "day,downloads,\"followed: Report online\",\"calls\",running\r\n2026-01-01,0,0,,\r\n2026-01-02,0,0,5,\r\n2026-01-03,0,0,7,\r\n");

    const auto trail = stage.api("admin", "GET", "/audit").body;
    CHECK_THAT(trail, Contains("totals.load") && Contains("night-watch 2026-01-02/2026-01-03") && Contains("acting.export"));
}

TEST_CASE("what a page sends is taken by the server without looking at who sends it") {
    Stage stage;
    const auto show = with_action(stage);
    const auto send = [&](const char* body, Fields fields = {}) {
        fields.emplace_back("Content-Type", "application/x-www-form-urlencoded");
        return stage.ask("none", "POST", "/follows/" + show.slug, body, fields);
    };
    // Nothing of the show is public yet, so nobody outside may learn of it.
    CHECK(send("link=https%3A%2F%2Fwww.gov.uk%2FACT&place=band").status == 404);
    const auto opted_out = send("link=https%3A%2F%2Fwww.gov.uk%2FACT&place=band", {{"Sec-GPC", "1"}});
    CHECK(opted_out.status == 204);
    CHECK(opted_out.field("set-cookie").empty());
    CHECK(send(std::string(5000, 'x').c_str()).status == 413);
    CHECK(stage.ask("none", "GET", "/follows/" + show.slug).status == 405);
}
