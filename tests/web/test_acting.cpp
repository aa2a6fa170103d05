// From listening to acting: what pages send, what staff see and load.

#include <fmt/format.h>

#include "content/storage/statement.hpp"
#include "server/web/multipart.hpp"
#include "tests/support/catch.hpp"
#include "tests/web/site.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

http::Request press(std::string body, std::vector<http::Field> fields = {{"Sec-Fetch-Site", "same-origin"}}, std::string show = "code") {
    auto request = Site::get("/follows/" + show, {{"show", show}});
    request.method = http::Method::post;
    request.fields = std::move(fields);
    request.body = std::move(body);
    return request;
}

http::Request look(std::vector<http::Field> query = {}) {
    auto request = Site::get("/statistics/acting");
    request.query = std::move(query);
    request.identity = model::Identity{"ann", model::Role::analyst, true, "csrf-of-ann"};
    return request;
}

constexpr auto pressed = "link=https%3A%2F%2Fwww.gov.uk%2FACT&place=band&episode=one";

struct Campaign : Site {
    model::Show show{add_show("code", "Code")};
    model::Episode one{add_episode(show, {.slug = "one", .title = "Part <One>"})};
    Campaign() { publish(one, now - std::chrono::hours(1)); }
    std::uint64_t followed() {
        follows.flush();
        std::uint64_t sum = 0;
        analytics::Follows exact(statistics_database, 1, clock);
        for (const auto& link : exact.report(show.id.value, {}, "2026-11-24", "2026-11-24")) sum += *link.total.value;
        return sum;
    }
};

}  // namespace

TEST_CASE("one more is added for a call to action of the show, on a page of the show, at a place there is") {
    Campaign site;
    CHECK(status_of(web::follow(site.context, press(pressed))) == 204);
    CHECK(status_of(web::follow(site.context, press("link=tel%3A0800789321&place=notes"))) == 204);
    CHECK(site.followed() == 2);
    for (const auto* wrong : {"link=https%3A%2F%2Fevil.example&place=band&episode=one", "link=tel%3A999&place=band&episode=two",
                              "link=tel%3A999&place=top", "link=tel%3A999", "place=band", "", "%zz"}) {
        INFO(wrong);
        const auto status = status_of(web::follow(site.context, press(wrong)));
        CHECK(status >= 400);
        CHECK(status < 500);
    }
    CHECK(status_of(web::follow(site.context, press(pressed, {}, "other"))) == 404);
    CHECK(site.followed() == 2);
}

TEST_CASE("the answer does not tell whether somebody else followed the same link within the hour") {
    Campaign site;
    for (int i = 0; i < 1000; ++i)
        (void)site.follows.add({site.show.id.value, "", "band", i == 0 ? "https://www.gov.uk/ACT" : fmt::format("tel:{}", i)});
    const auto refused = site.follows.refused();
    CHECK(status_of(web::follow(site.context, press("link=tel%3A0800789321&place=notes"))) == 204);
    CHECK(site.follows.refused() == refused + 1);
    CHECK(status_of(web::follow(site.context, press("link=https%3A%2F%2Fwww.gov.uk%2FACT&place=band"))) == 204);
}

TEST_CASE("who opted out, and pages elsewhere, add nothing") {
    Campaign site;
    CHECK(status_of(web::follow(site.context, press(pressed, {{"Sec-GPC", "1"}}))) == 204);
    CHECK(status_of(web::follow(site.context, press(pressed, {{"DNT", "1"}}))) == 204);
    CHECK(status_of(web::follow(site.context, press(pressed, {{"Sec-Fetch-Site", "cross-site"}}))) == 403);
    CHECK(status_of(web::follow(site.context, press(pressed, {{"Origin", "https://evil.example"}}))) == 403);
    CHECK(site.followed() == 0);
}

TEST_CASE("pages name where follows are sent, and links stay the real addresses") {
    Campaign site;
    const auto page = body_of(web::episode_page(site.context, Site::get("/shows/code/one", {{"show", "code"}, {"episode", "one"}})));
    CHECK_THAT(page, Contains("data-follows=\"/follows/code\" data-episode=\"one\"") && Contains("href=\"https://www.gov.uk/ACT\"") &&
                         Contains("href=\"tel:0800789321\"") && Contains("/follow.js\""));
    const auto second = site.add_show("second", "Second");
    site.publish(site.add_episode(second, {.slug = "x", .title = "X"}));
    // Of a front page of several shows nobody could say whose call it was.
    CHECK_THAT(body_of(web::home(site.context, Site::get("/"))), !Contains("data-follows") && !Contains("follow.js"));
}

TEST_CASE("staff see follows beside downloads and what was loaded, small ones hidden") {
    Campaign site;
    for (int i = 0; i < 25; ++i) REQUIRE(site.follows.add({site.show.id.value, site.one.id.value, "band", "https://www.gov.uk/ACT"}));
    for (int i = 0; i < 3; ++i) REQUIRE(site.follows.add({site.show.id.value, "", "notes", "tel:999"}));
    site.follows.flush();
    REQUIRE(site.totals.load(site.show.id.value, analytics::parse_totals("day,calls <all>\n2026-11-24,1234\n", site.now).value()));
    site.now += std::chrono::days(1);
    const std::vector<http::Field> that_day{{"from", "2026-11-24"}, {"to", "2026-11-24"}};
    const auto page = body_of(web::acting(site.context, look(that_day)));
    CHECK_THAT(page, Contains("Together is not because") && Contains("Part &lt;One&gt;</th><td class=\"number\">25</td>"));
    CHECK_THAT(page, Contains("calls &lt;all&gt;") && Contains("<td class=\"number\">1,234</td>") &&
                         Contains("<td class=\"number few\">fewer than 10</td>"));
    CHECK_THAT(page, Contains("Report online") && Contains("Call 0800 789321") && Contains("class=\"chart-hidden\""));
    CHECK_THAT(page, Contains("href=\"/api/v1/statistics/shows/code/acting.csv?from=2026-11-24&amp;to=2026-11-24\""));
    CHECK(page.find("style=\"") == std::string::npos);
}

TEST_CASE("strip, card and table of a link say the same, also while a day runs") {
    Campaign site;
    for (int i = 0; i < 3; ++i) REQUIRE(site.follows.add({site.show.id.value, "", "notes", "https://www.gov.uk/ACT"}));
    site.follows.flush();
    const auto page_of = [&](const char* from, const char* to) {
        return body_of(web::acting(site.context, look({{"from", from}, {"to", to}})));
    };
    const auto running = page_of("2026-11-20", "2026-11-24");
    CHECK_THAT(running, Contains("<span class=\"meta\">0 on days that are over; today fewer than 10</span>") &&
                            Contains("Followed: <b>0 on days that are over; today fewer than 10</b>.") && !Contains("0 in all"));
    const auto noon = site.now;
    site.now = *model::parse_rfc3339("2026-11-25T00:05:00Z");  // yesterday still runs, and is not today
    CHECK_THAT(page_of("2026-11-23", "2026-11-24"), Contains("; on 24 Nov fewer than 10</b>.") && !Contains("today"));
    site.now = noon + std::chrono::days(1);
    CHECK_THAT(page_of("2026-11-24", "2026-11-24"), Contains("Followed: <b>fewer than 10</b>."));
    CHECK_THAT(page_of("2026-11-23", "2026-11-24"), Contains("Followed: <b>fewer than 10 a day</b>."));
    for (int i = 0; i < 25; ++i) REQUIRE(site.follows.add({site.show.id.value, "", "notes", "https://www.gov.uk/ACT"}));
    site.follows.flush();
    CHECK_THAT(page_of("2026-11-24", "2026-11-25"), Contains("Followed: <b>fewer than 10 on days that are over; today 20</b>."));
    site.now += std::chrono::days(1);
    CHECK_THAT(page_of("2026-11-24", "2026-11-25"), Contains("Followed: <b>at least 25 in all</b>."));
}

TEST_CASE("who looked at follows and totals is in the audit log, once an hour") {
    Campaign site;
    for (int i = 0; i < 2; ++i) (void)web::acting(site.context, look({{"from", "2026-11-24"}, {"to", "2026-11-24"}}));
    const auto trail = site.audit.list(10);
    REQUIRE(trail.size() == 1);
    CHECK(trail[0].who == "ann");
    CHECK(trail[0].what == "statistics.view");
    CHECK(trail[0].object == "/statistics/acting?from=2026-11-24&to=2026-11-24&show=code");
}

TEST_CASE("an analyst loads totals with a form, by file or pasted; others do not") {
    Campaign site;
    REQUIRE(site.accounts.create_account("ann", model::Role::analyst, "correct horse battery"));
    REQUIRE(site.accounts.create_account("pat", model::Role::producer, "correct horse battery"));
    const auto session_of = [&](const char* name) { return site.accounts.sign_in(name, "correct horse battery", "net").value(); };
    const auto send = [&](const storage::Accounts::Session& session, std::string body, std::string type) {
        auto request = Site::get("/statistics/acting");
        request.method = http::Method::post;
        request.fields = {{"Cookie", "earshot=" + session.secret}, {"Sec-Fetch-Site", "same-origin"}, {"Content-Type", std::move(type)}};
        request.body = std::move(body);
        return web::load_totals(site.context, request);
    };
    const std::string urlencoded = "application/x-www-form-urlencoded";
    const auto ann = session_of("ann"), pat = session_of("pat");
    const auto csrf = ann.identity.csrf_token;
    const std::string table = "table=day%2Ccalls%0A2026-11-24%2C41%0A";

    CHECK(status_of(send(ann, "show=code&csrf_token=forged&" + table, urlencoded)) == 403);
    CHECK(status_of(send(pat, "show=code&csrf_token=" + pat.identity.csrf_token + "&" + table, urlencoded)) == 403);
    CHECK(site.totals.list(site.show.id.value, "2026-11-24", "2026-11-24").empty());

    const auto done = send(ann, "show=code&csrf_token=" + csrf + "&" + table, urlencoded);
    CHECK(status_of(done) == 303);
    CHECK(field_of(done, "Location") == "/statistics/acting?show=code&loaded=1");
    const auto part = [](const char* name, const std::string& content) {
        return fmt::format("--XX\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"name=x.csv\"\r\n\r\n{}\r\n", name, content);
    };
    CHECK(status_of(send(ann,
                         part("csrf_token", csrf) + part("show", "code") + part("file", "day,calls\r\n2026-11-24,57\r\n") +
                             part("table", "") + "--XX--\r\n",
                         "multipart/form-data; boundary=XX")) == 303);
    CHECK(site.totals.list(site.show.id.value, "2026-11-24", "2026-11-24").at(0).days.at("2026-11-24") == 57);
    const auto entry = site.audit.list(1).at(0);
    CHECK(entry.who == "ann");
    CHECK(entry.what == "totals.load");
    CHECK(entry.object == "code 2026-11-24/2026-11-24");

    // Nothing is loaded of which no row could tell.
    site.database.write([](soci::session& session) {
        storage::Statement(session, "create trigger full before insert on audit_log begin select raise(abort, 'full'); end").run();
    });
    CHECK_THROWS(send(ann, "show=code&csrf_token=" + csrf + "&" + table, urlencoded));
    CHECK(site.totals.list(site.show.id.value, "2026-11-24", "2026-11-24").at(0).days.at("2026-11-24") == 57);
    site.database.write([](soci::session& session) { storage::Statement(session, "drop trigger full").run(); });

    const auto refused = send(ann, "show=code&csrf_token=" + csrf + "&table=day%2Ccalls%0Atomorrow%2C%3Cb%3E", urlencoded);
    CHECK(status_of(refused) == 400);
    CHECK_THAT(body_of(refused), Contains("Line 2: “tomorrow” is no day") && Contains("tomorrow,&lt;b&gt;</textarea>"));
}

TEST_CASE("the method says when a proxy stands in front, how floods are treated, and what the last audit came to") {
    Campaign site;
    CHECK_THAT(body_of(web::method(site.context, look())), Contains("All shows, ") && Contains("Counted as a download") &&
                                                               Contains("No proxy is named") && Contains("at most 500 downloads a day") &&
                                                               Contains("None has been run on this server yet"));
    CHECK_THAT(body_of(web::how_we_count(site.context, Site::get("/how-we-count"))), Contains("has not been audited by itself yet"));
    site.settings.server.trusted_proxies = {"192.0.2.0/24"};
    REQUIRE(site.audits.run());
    CHECK_THAT(body_of(web::method(site.context, look())),
               Contains("name a proxy in front of it") && Contains("24 November 2026, 12:00 UTC</time> this server counted"));
    CHECK_THAT(body_of(web::how_we_count(site.context, Site::get("/how-we-count"))),
               Contains("24 November 2026, 12:00 UTC") && Contains("counted all of them as documented"));
    CHECK_THAT(body_of(web::method(site.context, look())),
               !Contains("read anew") && Contains("None was lost since this server was started"));
    site.now += std::chrono::hours(1);
    REQUIRE(site.statistics.reload_lists());
    CHECK_THAT(body_of(web::method(site.context, look())), Contains("24 November 2026, 13:00 UTC</time>, after that audit"));
}

TEST_CASE("malformed multipart forms are refused") {
    const std::string type = "multipart/form-data; boundary=XX";
    CHECK(web::parse_multipart(type, "--XX\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\n--XX--")->front().value.empty());
    for (const auto* body :
         {"", "--XX", "--XX\r\n\r\nx\r\n--XX--", "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nnever ends",
          "--YY\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--YY--", "--XX\r\nContent-Disposition: form-data; nam"}) {
        INFO(body);
        CHECK_FALSE(web::parse_multipart(type, body));
    }
    CHECK_FALSE(web::parse_multipart("multipart/form-data", "--XX--"));
    CHECK_FALSE(web::parse_multipart("multipart/form-data; boundary", "--XX--"));
}
