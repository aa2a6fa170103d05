#include <fmt/format.h>

#include "content/storage/statement.hpp"
#include "server/web/figure_words.hpp"
#include "server/web/session.hpp"
#include "tests/support/catch.hpp"
#include "tests/web/site.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

http::Request ask(std::vector<http::Field> query, std::map<std::string, std::string> params = {}) {
    auto request = Site::get("/statistics", std::move(params));
    request.query = std::move(query);
    request.identity = model::Identity{"ann", model::Role::analyst, true, "csrf-of-ann"};
    return request;
}

// One download by a listener of that number, of so much of the file.
void listen(Site& site, const model::Episode& episode, int listener, double share = 1) {
    const auto& rendition = episode.renditions.front();
    model::Delivery delivery{.time = site.now, .episode = episode.id, .profile = rendition.profile};
    delivery.address = fmt::format("198.51.{}.{}", listener / 250, listener % 250 + 1);
    delivery.user_agent = "AntennaPod/3.5.0";
    delivery.method = "GET";
    delivery.status = 200;
    delivery.acknowledged = {{0, static_cast<std::uint64_t>(static_cast<double>(rendition.byte_length) * share)}};
    delivery.file = {rendition.byte_length, rendition.audio_start, rendition.bytes_for_60s};
    site.statistics.submit(std::move(delivery));
}

}  // namespace

TEST_CASE("the page of all figures shows what may be shown and hides the rest") {
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

    const auto running = body_of(web::statistics_figures(site.context, ask({})));
    CHECK_THAT(running, Contains("Figures from Tue 24 Nov 2026 on still change") && Contains("rise in steps of 10") &&
                            Contains("<td class=\"number\">20</td>"));
    CHECK_THAT(running, Contains("As long as a day runs, “hidden” may be none."));
    CHECK_THAT(running, Contains("Shown when the day has ended.") && !Contains("AntennaPod") && !Contains("<td class=\"number\">25</td>"));

    site.now += std::chrono::hours(13);
    const auto page = body_of(web::statistics_figures(site.context, ask({{"from", "2026-10-28"}, {"to", "2026-11-24"}})));
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
    const auto today = body_of(web::statistics_figures(site.context, ask({{"from", "2026-11-24"}, {"to", "2026-11-24"}})));
    CHECK_THAT(today, Contains("Hour by hour") && Contains("<th scope=\"row\">23:00</th>"));
    CHECK_THAT(page, Contains("name=\"csrf_token\" value=\"csrf-of-ann\"") && Contains("content=\"noindex\""));
    CHECK(page.find("style=\"") == std::string::npos);
    CHECK(field_of(web::statistics_figures(site.context, ask({})), "Referrer-Policy") == "same-origin");

    CHECK_THAT(page, Contains("href=\"/api/v1/statistics.csv?from=2026-10-28&amp;to=2026-11-24\""));
}

TEST_CASE("the page says when a proxy stands in front, and how floods are treated") {
    Site site;
    const auto show = site.add_show("code", "Code");
    site.publish(site.add_episode(show, {.slug = "one", .title = "One"}));
    CHECK_THAT(body_of(web::statistics_figures(site.context, ask({}))), !Contains("proxy") && Contains("at most 500 downloads a day"));
    site.settings.server.trusted_proxies = {"192.0.2.0/24"};
    CHECK_THAT(body_of(web::statistics_figures(site.context, ask({}))), Contains("name a proxy in front of it"));
}

TEST_CASE("impossible periods are answered with a sentence") {
    Site site;
    const auto page_of = [&](const char* from, const char* to) {
        return body_of(web::statistics_figures(site.context, ask({{"from", from}, {"to", to}})));
    };
    CHECK_THAT(page_of("2026-11-24", "2026-11-01"), Contains("The first day is after the last one.") && Contains("value=\"2026-10-28\""));
    CHECK_THAT(page_of("2020-01-01", "2026-11-01"), Contains("At most 366 days"));
    for (const auto* bad : {"yesterday", "2026-02-30", "2026-1-1", "\"><script>", "99999-01-01", "2026-11-2x"}) {
        CHECK_THAT(page_of(bad, "2026-11-24"), Contains("year-month-day") && !Contains("<script>"));
    }
    CHECK_THAT(page_of("2026-11-01", ""), Contains("Downloads, 1 Nov – 24 Nov 2026."));
}

TEST_CASE("one show can be picked") {
    Site site;
    for (const auto* slug : {"first", "second"}) {
        const auto show = site.add_show(slug, std::string("Show ") + slug);
        site.publish(site.add_episode(show, {.slug = "one", .title = std::string("Episode of ") + slug}));
    }
    const auto page = body_of(web::statistics_figures(site.context, ask({{"show", "second"}})));
    CHECK_THAT(page, Contains("Episode of second") && !Contains("Episode of first"));
    CHECK_THAT(page, Contains("<option value=\"second\" selected>"));
    CHECK_THAT(page, Contains("&amp;show=second\""));
    CHECK_THAT(body_of(web::statistics_figures(site.context, ask({{"show", "no-such"}}))),
               Contains("Episode of first") && Contains("There is no published show of that name. Here are the figures of all shows."));
    const auto wrong = body_of(web::statistics(site.context, ask({{"show", "second"}, {"by", "shoe:42"}})));
    CHECK_THAT(wrong, Contains("but not of &quot;shoe:42&quot;. Here are all.") && !Contains("name=\"by\""));
    const auto limited = body_of(web::statistics(site.context, ask({{"show", "second"}, {"by", "app:Overcast"}})));
    CHECK_THAT(limited, Contains("<input type=\"hidden\" name=\"by\" value=\"app:Overcast\">"));
}

TEST_CASE("figures are compared as far as what is hidden allows, and never the wrong way round") {
    using Total = analytics::Statistics::Total;
    const auto words = [](Total now, Total before) { return web::change_words(now, before, 10); };
    const auto hidden = [](std::uint64_t shown, std::uint64_t cells) { return Total{shown, true, false, cells}; };
    CHECK(words({50}, {40}) == "25\u202f% more");
    CHECK(words({40}, {40}) == "as many");
    CHECK(words({1001}, {1000}) == "slightly more");
    CHECK(words({140}, {40}) == "3.5 times as many");
    CHECK(words({50}, {0}).empty());
    CHECK(words(hidden(10, 6), {20}).empty());  // up to 64 in truth
    CHECK(words(hidden(30, 6), {20}) == "at least 50\u202f% more");
    CHECK(words({20}, hidden(40, 3)) == "at least 50\u202f% fewer");
    CHECK(words(hidden(40, 1), {10}) == "at least 4.0 times as many");
    CHECK(words(hidden(60, 1), hidden(40, 1)) == "at least 22\u202f% more");
    CHECK(words(hidden(607, 1), hidden(640, 1)) == "about 5\u202f% fewer");
    CHECK(words(hidden(607, 1), hidden(612, 1)) == "about as many");
    const auto unbounded = [](std::uint64_t shown, std::uint64_t cells) { return Total{shown, true, false, cells, true}; };
    CHECK(words(unbounded(20, 0), {40}).empty());
    CHECK(words({40}, unbounded(20, 1)).empty());
    CHECK(words(unbounded(60, 1), {40}) == "at least 50\u202f% more");
    CHECK(words({20}, unbounded(40, 0)) == "at least 50\u202f% fewer");
    CHECK(words(unbounded(60, 0), unbounded(40, 0)).empty());
    CHECK(web::change_words(unbounded(60, 0), {40}, 10, 7, 28) == "at least 6.0 times as many a day");
    CHECK(web::change_words(hidden(10, 6), {20}, 1) == "50\u202f% fewer");  // nothing is ever hidden
    CHECK(web::compared_words("about as many", "Monday") == "about as many as Monday");
    CHECK(web::compared_words("at least 5\u202f% more", "Monday") == "at least 5\u202f% more than Monday");
}

TEST_CASE("the overview says in words what changed, and its tables as files") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto one = site.add_episode(show, {.slug = "one", .title = "=One<b>"}),
               two = site.add_episode(show, {.slug = "two", .title = "Two"});
    site.publish(one, site.now - std::chrono::hours(30));
    const auto start = site.now;
    for (int i = 0; i < 20; ++i) listen(site, one, i);
    site.statistics.flush();
    CHECK_THAT(body_of(web::statistics(site.context, ask({}))), Contains("20 downloads so far today.") && Contains(">20+<"));

    site.now = start + std::chrono::days(7);
    site.publish(two, site.now - std::chrono::hours(1));
    for (int i = 0; i < 15; ++i) listen(site, one, i);
    for (int i = 0; i < 43; ++i) listen(site, two, i);
    site.statistics.flush();
    site.now += std::chrono::days(1);
    const auto page = body_of(web::statistics(site.context, ask({})));
    CHECK_THAT(page,
               Contains("58 downloads in the last 7 days; “Two” brought most of them (43)."));  // of all the week before nothing was out
    CHECK_THAT(page, Contains("under 10 in this hour; 58 in all on 1 Dec") || Contains("too few yet in this hour; 58 in all on 1 Dec"));
    CHECK_THAT(page, Contains("“Two” was published: Tue 1 Dec 2026, 11:00 (UTC time).") && Contains("=One&lt;b&gt;") && !Contains("<b>\""));
    CHECK_THAT(page, Contains("href=\"/statistics/shows/code/two\"") && Contains("mark-publication"));
    CHECK(page.find("style=\"") == std::string::npos);
    const auto file = web::statistics_table(site.context, ask({}, {{"table", "episodes.csv"}}));
    CHECK_THAT(body_of(file), Contains("\"Two\",43,") && Contains("\"'=One<b>\",35,"));
    CHECK_THAT(field_of(file, "Content-Disposition"), Contains("episodes.csv"));
    CHECK(status_of(web::statistics_table(site.context, ask({}, {{"table", "nothing.csv"}}))) == 404);
    const auto compared = body_of(web::statistics(
        site.context, ask({{"from", "2026-12-01"}, {"to", "2026-12-01"}, {"before_from", "2026-11-24"}, {"before_to", "2026-11-24"}})));
    CHECK_THAT(compared, Contains("Tue 1 Dec 2026: <b>58</b>. Compared with Tue 24 Nov 2026: <b>20</b>."));
    CHECK_THAT(
        compared,
        Contains("/statistics/tables/days.csv?from=2026-12-01&amp;to=2026-12-01&amp;before_from=2026-11-24&amp;before_to=2026-11-24"));
}

TEST_CASE("the usual period is of days that are over, the same on every page") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto one = site.add_episode(show, {.slug = "one", .title = "One"});
    site.publish(one);
    CHECK_THAT(body_of(web::statistics_figures(site.context, ask({}))),
               Contains("type=\"date\" value=\"2026-11-24\""));  // nothing else yet
    for (int i = 0; i < 43; ++i) listen(site, one, i);
    site.statistics.flush();
    site.now += std::chrono::days(1);
    for (int i = 0; i < 20; ++i) listen(site, one, i);
    site.statistics.flush();
    for (const auto handler : {&web::statistics, &web::statistics_report, &web::statistics_figures, &web::acting}) {
        const auto page = body_of(handler(site.context, ask({})));
        CHECK_THAT(page, Contains("28 Oct – 24 Nov 2026") && Contains("43") && !Contains("not over yet"));
        if (handler != &web::statistics_report) CHECK_THAT(page, Contains("?from=2026-10-29&amp;to=2026-11-25"));  // with today
    }
    const std::vector<http::Field> with_today{{"from", "2026-11-24"}, {"to", "2026-11-25"}};
    for (const auto& page : {body_of(web::statistics(site.context, ask(with_today))),
                             body_of(web::statistics_episode(site.context, ask(with_today, {{"show", "code"}, {"episode", "one"}})))}) {
        CHECK_THAT(page, Contains("Wed 25 Nov 2026 is not over yet: figures still grow, in steps of 10.") &&
                             Contains("Wed 25 Nov 2026 is not over yet, so not among these:"));
    }
    CHECK_THAT(body_of(web::statistics_table(site.context, ask(with_today, {{"table", "days.csv"}}))),
               Contains("\"Downloads then\",\"Running\"\r\n\"2026-11-25\",20,\"2026-11-23\",0,\"running\"\r\n") &&
                   Contains("\"2026-11-24\",43,\"2026-11-22\",0,\"\"\r\n"));
    CHECK_THAT(body_of(web::statistics_table(site.context, ask({}, {{"table", "hours.csv"}}))), Contains("20,\"running\"\r\n"));
}

TEST_CASE("only what can be compared is compared") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto one = site.add_episode(show, {.slug = "one", .title = "One"}), two = site.add_episode(show, {.slug = "two", .title = "Two"});
    site.publish(one);
    for (int day = 0; day < 14; ++day) {
        if (day == 6) site.publish(two);
        for (int i = 0; i < (day < 7 ? 20 : 30); ++i) listen(site, one, i);
        for (int i = 0; day >= 6 && i < 40; ++i) listen(site, two, i);
        site.statistics.flush();
        site.now += std::chrono::days(1);
    }
    for (int i = 0; i < 30; ++i) listen(site, one, i);
    site.statistics.flush();
    // Out on the last of "those" days.
    CHECK_THAT(body_of(web::statistics(site.context, ask({}))),
               Contains("“Two”: 280 in the last 7 days after 40 in those before, published 30 Nov.") &&
                   Contains("“One”: 210 in the last 7 days after 140 in those before, published 24 Nov."));
    const auto report = [&](const char* from, const char* to, const char* before_from, const char* before_to) {
        return body_of(web::statistics_report(site.context,
                                              ask({{"from", from}, {"to", to}, {"before_from", before_from}, {"before_to", before_to}})));
    };
    CHECK_THAT(report("2026-12-01", "2026-12-07", "2026-11-27", "2026-11-29"),
               Contains("490 downloads in 7 days, 250\u202f% more a day than in 27 Nov – 29 Nov 2026 (60 in 3 days).") ||
                   Contains("3.5 times as many a day as in 27 Nov – 29 Nov 2026 (60 in 3 days)."));
    CHECK_THAT(report("2026-12-01", "2026-12-07", "2026-11-24", "2026-11-30"),
               Contains("490 downloads in 7 days; 180 in 24 Nov – 30 Nov 2026 (the first episode published 24 Nov).") &&
                   Contains("published 24 Nov"));
    CHECK_THAT(report("2026-11-26", "2026-11-26", "2026-11-25", "2026-11-25"),
               Contains("20 downloads in 1 day, as many as on Wed 25 Nov 2026 (20).") && !Contains("Two"));
    CHECK_THAT(report("2026-12-08", "2026-12-08", "2026-12-07", "2026-12-07"),
               Contains("30 downloads in 1 day so far.") && !Contains("% more") && !Contains("fewer than on"));
    const auto page = body_of(web::statistics(
        site.context, ask({{"from", "2026-12-01"}, {"to", "2026-12-07"}, {"before_from", "2026-11-27"}, {"before_to", "2026-11-29"}})));
    CHECK_THAT(page, Contains("<b>60</b> (7 days against 3).") && Contains("50\u202f% more a day") &&
                         Contains("7 days against 3: changes are of a day’s average."));
}

TEST_CASE("a hidden day is no zero on the line") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto one = site.add_episode(show, {.slug = "one", .title = "One"});
    site.publish(one);
    for (const int listeners : {30, 4, 0}) {
        for (int i = 0; i < listeners; ++i) listen(site, one, i);
        site.statistics.flush();
        site.now += std::chrono::days(1);
    }
    const auto lines = [&](const char* to) { return body_of(web::statistics(site.context, ask({{"from", "2026-11-24"}, {"to", to}}))); };
    CHECK_THAT(lines("2026-11-24"), !Contains("hidden-point") && !Contains("not shown: fewer than 10"));
    const auto page = lines("2026-11-26");
    CHECK_THAT(page, Contains("Wed 25 Nov 2026: fewer than 10</title>") && Contains("Thu 26 Nov 2026: 0 downloads</title>") &&
                         Contains("not shown: fewer than 10</li>") && Contains("the line has a gap and a hollow mark"));
}

TEST_CASE("of several episodes no sum is said to be fewer than what it may be") {
    Site site;
    const auto show = site.add_show("code", "Code");
    for (int i = 0; i < 22; ++i) {
        const auto slug = fmt::format("e{}", i);
        const auto episode = site.add_episode(show, {.slug = slug, .title = slug});
        site.publish(episode);
        for (int listener = 0; i < 3 && listener < 9; ++listener) listen(site, episode, listener);
    }
    site.statistics.flush();
    site.now += std::chrono::days(1);
    const auto query = ask({{"from", "2026-11-24"}, {"to", "2026-11-24"}});
    const auto overview = body_of(web::statistics(site.context, query));
    CHECK_THAT(overview, Contains("Tue 24 Nov 2026: too few of each episode to be shown</title>") &&
                             Contains("<b>too few of each episode to be shown</b>. Compared with") &&
                             Contains("The first 20 of 22 episodes; choose a show to see its others."));
    const auto report = body_of(web::statistics_report(site.context, query));
    CHECK_THAT(report, Contains("Too few downloads of each episode to be shown in 1 day") && Contains("And 16 more.") &&
                           !Contains("of 22 episodes"));
    const auto acting = body_of(web::acting(site.context, query));
    CHECK_THAT(acting, Contains("<td class=\"number few\">too few of each episode to be shown</td>") &&
                           Contains("<span class=\"meta\">too few of each episode to be shown</span>"));
    // Of one app there may have been any number.
    const auto filtered =
        body_of(web::statistics(site.context, ask({{"from", "2026-11-24"}, {"to", "2026-11-24"}, {"by", "app:Overcast"}})));
    CHECK_THAT(filtered, Contains("not shown: none, or too few to tell apart</li>") && Contains("<b>not shown</b>. Compared with"));
    const auto own = body_of(web::statistics_episode(site.context, ask({}, {{"show", "code"}, {"episode", "e0"}})));
    CHECK_THAT(own, Contains("e0, after 1 day: too few to be shown</title>"));
}

TEST_CASE("a page says when its days begin on the show's clock, all year round and the day before where that is so") {
    const auto rule = [](const char* zone, const char* first, const char* last) {
        return web::day_rule(storage::TimeZone::find(zone).value(), first, last);
    };
    CHECK(rule("Europe/London", "2026-11-01", "2026-11-24") == "Days are counted in UTC: in London they begin at 00:00.");
    CHECK(rule("Europe/London", "2026-10-01", "2026-11-24") ==
          "Days are counted in UTC: in London they begin at 01:00 until 25 Oct, at 00:00 from 26 Oct on.");
    CHECK(
        rule("Europe/London", "2026-01-01", "2026-12-31") ==
        "Days are counted in UTC: in London they begin at 00:00 until 29 Mar, at 01:00 from 30 Mar until 25 Oct, at 00:00 from 26 Oct on.");
    CHECK(rule("America/New_York", "2026-11-10", "2026-11-24") ==
          "Days are counted in UTC: in New York they begin at 19:00 the day before.");
}

TEST_CASE("analysts hear of no show of which nothing was ever public") {
    Site site;
    const auto show = site.add_show("code", "Code"), secret = site.add_show("aardvark", "Aardvark");
    const auto in_zone = [&](const model::Show& of, const char* zone) {
        REQUIRE(site.catalogue.edit_show(of.id, [&](model::Show& it) {
            it.time_zone = zone;
            return model::Status();
        }));
    };
    in_zone(show, "Europe/London");
    in_zone(secret, "Asia/Tokyo");
    site.publish(site.add_episode(show, {.slug = "one", .title = "One"}));
    const auto planned = site.add_episode(secret, {.slug = "planned", .title = "Planned"});
    site.publish(planned, site.now + std::chrono::hours(24));
    for (const auto handler : {&web::statistics, &web::statistics_report, &web::statistics_figures, &web::acting}) {
        for (const auto* wanted : {"", "aardvark"}) {
            const auto page = body_of(handler(site.context, ask({{"show", wanted}})));
            CHECK_THAT(page, !Contains("Aardvark") && !Contains("aardvark") && !Contains("Planned"));
        }
    }
    CHECK_THAT(body_of(web::statistics(site.context, ask({}))), Contains("London time"));
    CHECK_THAT(body_of(web::statistics_report(site.context, ask({}))), Contains("<h1>Code</h1>"));
    CHECK_THAT(body_of(web::acting(site.context, ask({}))), Contains("Load for Code"));
    site.now += std::chrono::hours(25);
    CHECK_THAT(body_of(web::statistics(site.context, ask({}))), Contains("Aardvark") && Contains("Planned"));
}

TEST_CASE("an episode that waits for its return keeps its figures") {
    using enum model::EpisodeState;
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto one = site.add_episode(show, {.slug = "one", .title = "One"});
    site.publish(one);
    for (int i = 0; i < 43; ++i) listen(site, one, i);
    site.statistics.flush();
    site.now += std::chrono::days(2);
    site.withdraw(one);
    const auto says_all = [&] {
        const auto page = body_of(web::statistics_figures(site.context, ask({})));
        CHECK_THAT(page, Contains("<td class=\"number\">43</td>"));
        const auto own = web::statistics_episode(site.context, ask({}, {{"show", "code"}, {"episode", "one"}}));
        REQUIRE(status_of(own) == 200);
        CHECK_THAT(body_of(own), Contains("“One” had 43 downloads in its first 2 days") && Contains("Published Tue 24 Nov 2026, 12:00"));
    };
    says_all();
    site.catalogue.set_state(one.id, withdrawn, scheduled, site.now + std::chrono::hours(1)).value();
    says_all();
    site.catalogue.set_state(one.id, scheduled, draft, std::nullopt).value();
    says_all();
    site.catalogue.set_state(one.id, draft, published, std::nullopt).value();
    says_all();
}

TEST_CASE("an episode's page answers whether it was more than the one before, and how far it got") {
    Site site;
    auto show = site.add_show("code", "Code");
    show = site.catalogue
               .edit_show(show.id,
                          [](model::Show& it) {
                              it.time_zone = "Europe/London";
                              it.topics = "What to look for: notice\nFear of being wrong: wrong";
                              return model::Status();
                          })
               .value();
    const std::vector<model::Chapter> chapters{
        {{}, "Before", ""}, {std::chrono::seconds(65), "What people notice", ""}, {std::chrono::seconds(195), "Might be WRONG", ""}};
    const auto one = site.add_episode(show, {.slug = "one", .title = "One", .chapters = chapters}),
               two = site.add_episode(show, {.slug = "two", .title = "Two", .chapters = chapters});
    site.publish(one);
    for (int i = 0; i < 40; ++i) listen(site, one, i);
    site.statistics.flush();
    site.now += std::chrono::days(1);
    site.publish(two);
    for (int i = 0; i < 30; ++i) listen(site, two, i);
    for (int i = 30; i < 60; ++i) listen(site, two, i, 0.6);
    site.statistics.flush();
    const auto page_of = [&](const char* slug, std::vector<http::Field> query = {}) {
        return body_of(web::statistics_episode(site.context, ask(std::move(query), {{"show", "code"}, {"episode", slug}})));
    };
    CHECK_THAT(page_of("two"), Contains("“Two” is less than a day old: 60 downloads so far.") &&
                                   Contains("Shown when a day with enough downloads has ended."));
    site.now += std::chrono::hours(25);
    site.statistics.flush();  // closes the day
    const auto page = page_of("two");
    CHECK_THAT(page, Contains("“Two” had 60 downloads in its first 24 hours, at least 50\u202f% more than “One” (40)."));
    CHECK_THAT(page, Contains("Of 60 deliveries (rounded down to a multiple of 10), 100\u202f% got the middle of the episode and 50\u202f% "
                              "its last 5 s."));
    CHECK_THAT(page, Contains("<p class=\"topic-share\">85\u202f%</p><p class=\"topic-name\">What to look for</p>") &&
                         Contains("<p class=\"topic-share\">50\u202f%</p><p class=\"topic-name\">Fear of being wrong</p>"));
    CHECK_THAT(page, Contains("AntennaPod") && Contains("Of 60 requests for the audio 60 counted as a download."));
    CHECK_THAT(body_of(web::statistics(site.context, ask({{"by", "app:AntennaPod"}}))), Contains("Only downloads by <b>AntennaPod</b>"));
    CHECK_THAT(page_of("two", {{"by", "app:AntennaPod"}}), Contains("Only downloads by <b>AntennaPod</b>"));
    CHECK_THAT(
        body_of(web::statistics_episode_table(site.context, ask({}, {{"show", "code"}, {"episode", "two"}, {"table", "chapters.csv"}}))),
        Contains("\"2. What people notice\",\"1:05\",\"What to look for\",\"0.85\""));
    CHECK_THAT(
        body_of(web::statistics_episode_table(site.context, ask({}, {{"show", "code"}, {"episode", "two"}, {"table", "curve.csv"}}))),
        Contains("\"After\",\"Two\",\"One\"\r\n\"1 day\",60,40\r\n\"2 days\",\"\",40\r\n"));
    const auto hours =
        body_of(web::statistics_episode_table(site.context, ask({{"from", "2026-11-25"}, {"to", "2026-11-25"}},
                                                                {{"show", "code"}, {"episode", "two"}, {"table", "request-hours.csv"}})));
    CHECK_THAT(hours, Contains("\"Hour (UTC)\",\"Counted as a download\",") && Contains("\r\n\"12:00\",60,"));
    CHECK_THAT(page, !Contains("hour by hour"));
    CHECK(status_of(web::statistics_episode(site.context, ask({}, {{"show", "code"}, {"episode", "three"}}))) == 404);
    const auto draft = site.add_episode(show, {.slug = "draft", .title = "Draft"});
    CHECK(status_of(web::statistics_episode(site.context, ask({}, {{"show", "code"}, {"episode", "draft"}}))) == 404);
}

TEST_CASE("a filter is said beside every figure it is applied to, and other pages do not apply it") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto one = site.add_episode(show, {.slug = "one", .title = "One"});
    site.publish(one);
    for (int i = 0; i < 43; ++i) listen(site, one, i);
    site.statistics.flush();
    site.now += std::chrono::days(1);
    const auto query = ask({{"from", "2026-11-24"}, {"to", "2026-11-24"}, {"by", "app:Overcast"}});
    const auto overview = body_of(web::statistics(site.context, query));
    CHECK_THAT(overview, Contains("days.csv?from=2026-11-24&amp;to=2026-11-24&amp;by=app%3AOvercast"));
    CHECK_THAT(overview, Contains("href=\"/statistics/report?from=2026-11-24&amp;to=2026-11-24\""));
    const auto top = overview.substr(overview.find("id=\"episodes-title\""));
    CHECK_THAT(top, Contains("Only downloads by <b>Overcast</b>"));
    CHECK_THAT(body_of(web::statistics_report(site.context, query)), Contains("43 downloads in 1 day"));
    CHECK_THAT(body_of(web::statistics_figures(site.context, query)), Contains("<td class=\"number\">43</td>") && Contains("AntennaPod"));
    CHECK_THAT(body_of(web::acting(site.context, query)), Contains("<td class=\"number\">43</td>"));
    for (const auto handler : {&web::statistics_report, &web::statistics_figures, &web::acting})
        CHECK_THAT(body_of(handler(site.context, query)), Contains("This page has no figures of one app, device, country or site alone."));
    CHECK(status_of(web::statistics_report_text(site.context, query)) == 400);
}

TEST_CASE("analysts note what happened on a day, on the line and in the audit log") {
    Site site;
    const auto show = site.add_show("code", "Code");
    site.publish(site.add_episode(show, {.slug = "one", .title = "One"}));
    REQUIRE(site.accounts.create_account("ann", model::Role::analyst, "correct horse battery"));
    REQUIRE(site.accounts.create_account("pat", model::Role::producer, "correct horse battery"));
    const auto session_of = [&](const char* name) { return site.accounts.sign_in(name, "correct horse battery", "net").value(); };
    const auto ann = session_of("ann"), pat = session_of("pat");
    const auto send = [&](const auto& session, const std::string& form, const std::string& csrf) {
        auto request = Site::get("/statistics/annotations");
        request.method = http::Method::post;
        request.query = {{"show", "code"}};
        request.fields = {{"Sec-Fetch-Site", "same-origin"},
                          {"Cookie", std::string(web::session_cookie_name(site.settings)) + "=" + session.secret}};
        request.body = "csrf_token=" + csrf + "&" + form;
        return web::annotate(site.context, request);
    };
    const std::string form = "act=add&show=code&day=2026-11-23&words=On+the+%3Cb%3EToday%3C%2Fb%3E+programme";
    CHECK(status_of(send(ann, form, "forged")) == 403);
    CHECK(status_of(send(pat, form, pat.identity.csrf_token)) == 403);
    const auto added = send(ann, form, ann.identity.csrf_token);
    CHECK(status_of(added) == 303);
    CHECK(field_of(added, "Location") == "/statistics?show=code#annotations");
    // A note of a day that the page does not show is told to be there.
    const auto far = send(ann, "act=add&day=2030-01-01&words=Later", ann.identity.csrf_token);
    CHECK(field_of(far, "Location") == "/statistics?show=code&noted=2030-01-01#annotations");
    CHECK_THAT(body_of(web::statistics(site.context, ask({{"show", "code"}, {"noted", "2030-01-01"}}))),
               Contains("Saved for Tue 1 Jan 2030 (not in the days shown).") &&
                   Contains("/statistics?from=2029-12-05&amp;to=2030-01-01&amp;show=code#annotations"));
    CHECK_THAT(body_of(web::statistics(site.context, ask({{"noted", "<b>"}}))), !Contains("Saved for"));
    REQUIRE(site.context.annotations.remove(site.context.annotations.list("", "2030-01-01", "2030-01-01").front().id));
    const auto page = body_of(web::statistics(site.context, ask({})));
    CHECK_THAT(page, Contains("On the &lt;b&gt;Today&lt;/b&gt; programme") && Contains("mark-annotation") && !Contains("<b>Today"));
    const auto noted = site.context.annotations.list("", "2026-11-01", "2026-11-30").front();
    CHECK(noted.who == "ann");
    CHECK(noted.show == show.id.value);
    CHECK(status_of(send(ann, "act=edit&id=" + noted.id + "&day=2026-11-22&words=", ann.identity.csrf_token)) == 400);
    CHECK_THAT(body_of(send(ann, "act=edit&id=" + noted.id + "&day=2026-11-22&words=", ann.identity.csrf_token)),
               Contains("Say in a few words what happened that day."));
    CHECK(status_of(send(ann, "act=edit&id=" + noted.id + "&day=2026-11-22&words=Rain", ann.identity.csrf_token)) == 303);
    CHECK(site.context.annotations.find(noted.id)->words == "Rain");
    CHECK(status_of(send(ann, "act=delete&id=" + noted.id, ann.identity.csrf_token)) == 303);
    CHECK(site.context.annotations.list("", "2026-11-01", "2026-11-30").empty());
    std::string audit;
    for (const auto& entry : site.audit.list(20))
        if (entry.what.starts_with("annotation.")) audit += entry.who + " " + entry.what + ";";
    CHECK(audit == "ann annotation.delete;ann annotation.edit;ann annotation.add;ann annotation.add;");
    // What was overwritten and what is gone can still be read there.
    const auto trail = site.audit.list(20);
    const auto object_of = [&](const char* what) { return std::ranges::find(trail, what, &storage::AuditEntry::what)->object; };
    CHECK(object_of("annotation.add") == "2030-01-01: Later");
    CHECK(std::ranges::find(trail.rbegin(), trail.rend(), "annotation.add", &storage::AuditEntry::what)->object ==
          "2026-11-23: On the <b>Today</b> programme");
    CHECK(object_of("annotation.edit") == noted.id + " 2026-11-22: Rain, was 2026-11-23: On the <b>Today</b> programme by ann");
    CHECK(object_of("annotation.delete") == noted.id + " 2026-11-22: Rain by ann");
    // No change without its row.
    site.database.write([](soci::session& session) {
        storage::Statement(session, "create trigger full before insert on audit_log begin select raise(abort, 'full'); end").run();
    });
    CHECK_THROWS(send(ann, form, ann.identity.csrf_token));
    CHECK(site.context.annotations.list("", "2026-11-01", "2026-11-30").empty());
    site.database.write([](soci::session& session) { storage::Statement(session, "drop trigger full").run(); });
    (void)web::statistics_table(site.context, ask({}, {{"table", "days.csv"}}));
    CHECK(site.audit.list(1).front().what == "statistics.export");

    // Who looked is noted once an hour.
    auto looks = [&] { return std::ranges::count(site.audit.list(1000), "statistics.view", &storage::AuditEntry::what); };
    const auto before = looks();
    (void)web::statistics(site.context, ask({}));
    CHECK(looks() == before);
    site.now += std::chrono::hours(1);
    for (int i = 0; i < 2; ++i) (void)web::statistics(site.context, ask({}));
    CHECK(looks() == before + 1);
    // What else stands in an address changes nothing, however long.
    const auto with = [&](std::vector<http::Field> query) {
        query.insert(query.begin(), {"x", std::string(400, 'x')});
        auto request = ask(query);
        for (const auto& field : query) request.target += (&field == query.data() ? '?' : '&') + field.name + '=' + field.value;
        return request;
    };
    (void)web::statistics(site.context, with({}));
    CHECK(looks() == before + 1);
    for (const auto* day : {"2026-11-22", "2026-11-23"}) (void)web::statistics(site.context, with({{"from", day}, {"to", day}}));
    CHECK(looks() == before + 3);
    CHECK(site.audit.list(1).front().object == "/statistics?from=2026-11-23&to=2026-11-23");
    (void)web::statistics_table(site.context, [&] {
        auto request = with({{"from", "2026-11-23"}, {"to", "2026-11-23"}});
        request.params = {{"table", "days.csv"}};
        return request;
    }());
    CHECK(site.audit.list(1).front().object == "/statistics/tables/days.csv?from=2026-11-23&to=2026-11-23");
    // Nor does it help to ask with a form that is refused.
    site.now += std::chrono::hours(1);
    const auto again = session_of("ann");
    CHECK(status_of(send(again, "act=add&day=&words=", again.identity.csrf_token)) == 400);
    CHECK(looks() == before + 4);
}
