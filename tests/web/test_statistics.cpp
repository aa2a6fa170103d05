#include <fmt/format.h>

#include "tests/support/catch.hpp"
#include "tests/web/site.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

http::Request ask(std::vector<http::Field> query) {
    auto request = Site::get("/statistics");
    request.query = std::move(query);
    request.identity = model::Identity{"ann", model::Role::analyst, true, "csrf-of-ann"};
    return request;
}

// One whole download by a listener of that number.
void listen(Site& site, const model::Episode& episode, int listener) {
    const auto& rendition = episode.renditions.front();
    model::Delivery delivery{.time = site.now, .episode = episode.id, .profile = rendition.profile};
    delivery.address = fmt::format("198.51.{}.{}", listener / 250, listener % 250 + 1);
    delivery.user_agent = "AntennaPod/3.5.0";
    delivery.method = "GET";
    delivery.status = 200;
    delivery.acknowledged = {{0, rendition.byte_length}};
    delivery.file = {rendition.byte_length, rendition.audio_start, rendition.bytes_for_60s};
    site.statistics.submit(std::move(delivery));
}

}  // namespace

TEST_CASE("the statistics page shows what may be shown and hides the rest") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto one = site.add_episode(show, {.slug = "one", .title = "=One<b>"}),
               two = site.add_episode(show, {.slug = "two", .title = "Two"});
    const auto draft = site.add_episode(show, {.slug = "draft", .title = "Draft"});
    site.publish(one, site.now - std::chrono::hours(1));
    site.publish(two);
    for (int i = 0; i < 25; ++i) listen(site, one, i);
    for (int i = 0; i < 3; ++i) listen(site, two, i);
    site.statistics.flush();

    const auto running = body_of(web::statistics(site.context, ask({})));
    CHECK_THAT(running, Contains("Figures from 2026-11-24 on still change") && Contains("rise in steps of 10") &&
                            Contains("<td class=\"number\">20</td>"));
    CHECK_THAT(running, Contains("Shown when the day has ended.") && !Contains("AntennaPod") && !Contains("<td class=\"number\">25</td>"));

    site.now += std::chrono::hours(13);
    const auto page = body_of(web::statistics(site.context, ask({{"from", "2026-10-28"}, {"to", "2026-11-24"}})));
    CHECK_THAT(page, !Contains("still change") && !Contains("Shown when the day has ended."));
    CHECK_THAT(page,
               Contains("name=\"from\" type=\"date\" value=\"2026-10-28\"") && Contains("name=\"to\" type=\"date\" value=\"2026-11-24\""));
    CHECK_THAT(page, Contains("=One&lt;b&gt;") && Contains("Two") && !Contains("Draft") && !Contains("<b>\""));
    CHECK_THAT(page, Contains("<td class=\"number\">25</td>") && Contains("<td class=\"number few\">fewer than 10</td>"));
    CHECK_THAT(page, Contains("class=\"chart-bar bar-1\"") && Contains("class=\"chart-hidden\""));
    CHECK_THAT(page, Contains("AntennaPod") && Contains("How we count") && Contains("Counted as a download"));
    CHECK_THAT(
        page,
        Contains("All requests shown</th><td class=\"number\">25</td><td class=\"number few\">hidden</td><td class=\"number\">25</td>"));
    CHECK_THAT(page, !Contains("Hour by hour"));
    const auto today = body_of(web::statistics(site.context, ask({{"from", "2026-11-24"}, {"to", "2026-11-24"}})));
    CHECK_THAT(today, Contains("Hour by hour") && Contains("<th scope=\"row\">23:00</th>"));
    CHECK_THAT(page, Contains("name=\"csrf_token\" value=\"csrf-of-ann\"") && Contains("content=\"noindex\""));
    CHECK(page.find("style=\"") == std::string::npos);
    CHECK(field_of(web::statistics(site.context, ask({})), "Referrer-Policy") == "same-origin");

    CHECK_THAT(page, Contains("href=\"/api/v1/statistics.csv?from=2026-10-28&amp;to=2026-11-24\""));
}

TEST_CASE("the page says when a proxy stands in front, and how floods are treated") {
    Site site;
    const auto show = site.add_show("code", "Code");
    site.publish(site.add_episode(show, {.slug = "one", .title = "One"}));
    CHECK_THAT(body_of(web::statistics(site.context, ask({}))), !Contains("proxy") && Contains("at most 500 downloads a day"));
    site.settings.server.trusted_proxies = {"192.0.2.0/24"};
    CHECK_THAT(body_of(web::statistics(site.context, ask({}))), Contains("name a proxy in front of it"));
}

TEST_CASE("impossible periods are answered with a sentence") {
    Site site;
    const auto page_of = [&](const char* from, const char* to) {
        return body_of(web::statistics(site.context, ask({{"from", from}, {"to", to}})));
    };
    CHECK_THAT(page_of("2026-11-24", "2026-11-01"), Contains("The first day is after the last one.") && Contains("value=\"2026-10-28\""));
    CHECK_THAT(page_of("2020-01-01", "2026-11-01"), Contains("At most 366 days"));
    for (const auto* bad : {"yesterday", "2026-02-30", "2026-1-1", "\"><script>", "99999-01-01", "2026-11-2x"}) {
        CHECK_THAT(page_of(bad, "2026-11-24"), Contains("year-month-day") && !Contains("<script>"));
    }
    CHECK_THAT(page_of("2026-11-01", ""), Contains("from 2026-11-01 to 2026-11-24"));
}

TEST_CASE("one show can be picked") {
    Site site;
    for (const auto* slug : {"first", "second"}) {
        const auto show = site.add_show(slug, std::string("Show ") + slug);
        site.publish(site.add_episode(show, {.slug = "one", .title = std::string("Episode of ") + slug}));
    }
    const auto page = body_of(web::statistics(site.context, ask({{"show", "second"}})));
    CHECK_THAT(page, Contains("Episode of second") && !Contains("Episode of first"));
    CHECK_THAT(page, Contains("<option value=\"second\" selected>"));
    CHECK_THAT(page, Contains("&amp;show=second\""));
    CHECK_THAT(body_of(web::statistics(site.context, ask({{"show", "no-such"}}))), Contains("Episode of first"));
}
