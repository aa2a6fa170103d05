#include <fmt/format.h>

#include "tests/support/catch.hpp"
#include "tests/web/site.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

std::string figures(Site& site, std::vector<http::Field> query) {
    auto request = Site::get("/statistics/figures");
    request.query = std::move(query);
    request.identity = model::Identity{"ann", model::Role::analyst, true, "csrf-of-ann"};
    return body_of(web::statistics_figures(site.context, request));
}

std::string column(int episode) {
    return fmt::format("<th scope=\"col\" class=\"number\">Episode {}</th>", episode);
}

}  // namespace

TEST_CASE("all figures of many episodes are shown in parts, each under an address that stays") {
    Site site;
    const auto show = site.add_show("code", "Code");
    auto add = [&, number = 0](int count) mutable {
        for (int i = 0; i < count; ++i) {
            ++number;
            const auto episode = site.add_episode(show, {.slug = fmt::format("e{}", number), .title = fmt::format("Episode {}", number)});
            site.publish(episode, site.now - std::chrono::hours(100 - number));
        }
    };
    add(60);
    CHECK_THAT(figures(site, {}), Contains(column(1)) && Contains(column(60)) && !Contains("upto="));
    CHECK_THAT(figures(site, {{"upto", "20"}}), Contains(column(60)));
    add(5);
    CHECK_THAT(figures(site, {}),
               !Contains(column(5)) && Contains(column(6)) && Contains(column(65)) && Contains("Episodes 6 to 65 of 65"));

    const std::string year = "/statistics/figures?from=2025-11-25&amp;to=2026-11-24&amp;upto=";
    const auto link = [&](int upto, const char* words, bool is_this = false) {
        return fmt::format("<a href=\"{}{}\"{}>{}</a>", year, upto, is_this ? " aria-current=\"page\"" : "", words);
    };
    const http::Field from{"from", "2025-11-25"}, to{"to", "2026-11-24"};
    const auto newest = figures(site, {from, to});
    CHECK_THAT(newest, !Contains(column(57)) && Contains(column(58)) && Contains(column(65)));
    CHECK_THAT(newest, Contains(link(65, "58 to 65", true)) && Contains(link(57, "50 to 57")) && Contains(link(1, "1 to 1")));
    const auto older = figures(site, {from, to, {"upto", "20"}});
    CHECK_THAT(older, !Contains(column(12)) && Contains(column(13)) && Contains(column(20)) && !Contains(column(21)));
    CHECK_THAT(older, Contains(link(20, "13 to 20", true)) && Contains(link(65, "58 to 65")) && Contains(link(60, "53 to 60")) &&
                          Contains(link(4, "1 to 4")));
    CHECK_THAT(older, Contains("upto=28\" rel=\"next\">Newer ones") && Contains("upto=12\" rel=\"prev\">Older ones"));
    CHECK_THAT(newest, !Contains("Newer ones") && Contains("upto=57\" rel=\"prev\">Older ones"));
    CHECK_THAT(older, Contains("/api/v1/statistics.csv?from=2025-11-25&amp;to=2026-11-24\""));
    for (const auto* wrong : {"0", "66", "-3", "3x", ""}) CHECK(figures(site, {from, to, {"upto", wrong}}) == newest);
}
