// Calls to action that were followed: sums, suppression, limits. And the totals that staff load beside them.

#include <fmt/format.h>

#include "content/storage/statement.hpp"
#include "server/analytics/daily_totals.hpp"
#include "server/analytics/follows.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

using analytics::DailyTotals;
using analytics::Follow;
using analytics::Follows;

namespace {

constexpr auto act = "https://www.gov.uk/ACT";

struct Desk {
    TemporaryFolder folder;
    model::Timestamp now{*model::parse_rfc3339("2026-11-24T09:00:00Z")};
    storage::Database database{{.file = folder.path() / "statistics.db", .migrations = storage::statistics_migrations()}};

    Follows follows(unsigned suppress_below = 10, analytics::FollowLimits limits = {}) {
        return {database, suppress_below, [this] { return now; }, limits};
    }
    std::uint64_t rows() {
        std::uint64_t count = 0;
        database.read([&](soci::session& session) {
            storage::Statement query(session, "select count(*) from follows");
            (void)query.into(count).next();
        });
        return count;
    }
};

void follow(Follows& follows, int times, const char* episode = "e1", const char* place = "band", const char* link = act) {
    for (int i = 0; i < times; ++i) REQUIRE(follows.add({"s1", episode, place, link}));
}

std::uint64_t figure(const analytics::Statistics::Breakdown& rows, std::string_view name) {
    for (const auto& [value, figure] : rows) {
        if (value == name) return figure.value.value_or(0);
    }
    return 0;
}

}  // namespace

TEST_CASE("follows are summed by page, place, link and hour, and survive the object") {
    Desk desk;
    {
        auto follows = desk.follows();
        follow(follows, 12);
        follow(follows, 15, "", "band");
        follow(follows, 11, "e1", "notes");
        desk.now += std::chrono::hours(1);
        follow(follows, 1);
    }
    CHECK(desk.rows() == 4);
    desk.now += std::chrono::days(1);
    auto follows = desk.follows();
    const auto links = follows.report("s1", {act}, "2026-11-23", "2026-11-24");
    REQUIRE(links.size() == 1);
    CHECK(links[0].link == act);
    CHECK(links[0].days.size() == 2);
    CHECK(links[0].days[1].downloads.value == 39);
    CHECK(links[0].total.value == 39);
    CHECK_FALSE(links[0].total_is_partial);
    CHECK(figure(links[0].episodes, "e1") == 24);
    CHECK(figure(links[0].episodes, "") == 15);
    CHECK(figure(links[0].places, "band") == 28);
    CHECK(figure(links[0].places, "notes") == 11);
    CHECK(follows.report("another show", {}, "2026-11-23", "2026-11-24").empty());
}

TEST_CASE("a link's small day is hidden, small parts go into other, and a running day rises in steps") {
    Desk desk;
    auto follows = desk.follows();
    follow(follows, 25);
    follow(follows, 4, "e2");
    follow(follows, 9, "e1", "band", "tel:0800789321");
    follows.flush();

    const auto running = follows.report("s1", {act}, "2026-11-24", "2026-11-24");
    CHECK(running.at(0).total.value == 20);
    CHECK(running.at(0).episodes.empty());
    CHECK(running.at(1).total.value == std::nullopt);
    CHECK(running.at(1).total_is_partial);

    desk.now += std::chrono::days(1);
    const auto closed = follows.report("s1", {act}, "2026-11-24", "2026-11-24");
    CHECK(closed.at(0).total.value == 29);
    // 25 beside a total of 29 would tell the 4.
    CHECK(figure(closed.at(0).episodes, "e1") == 0);
    CHECK(figure(closed.at(0).episodes, "other") == 29);
    CHECK(closed.at(1).days.at(0).downloads.value == std::nullopt);
}

TEST_CASE("no part of a day's follows can be had by subtraction") {
    unsigned seed = 1;
    const auto random = [&seed](unsigned below) { return (seed = seed * 1664525U + 1013904223U) / 65536U % below; };
    Desk desk;
    auto follows = desk.follows(10, {.a_second = 1e9, .at_once = 1e9});
    std::map<std::string, std::map<std::string, std::uint64_t>> truth;
    for (int day = 0; day < 40; ++day) {
        for (const auto* episode : {"", "e1", "e2", "e3"}) {
            const int times = static_cast<int>(random(4) == 0 ? random(60) : random(14));
            follow(follows, times, episode, random(2) == 0 ? "band" : "notes");
            truth[model::format_utc_day(desk.now)][episode] += static_cast<std::uint64_t>(times);
        }
        desk.now += std::chrono::days(1);
    }
    follows.flush();
    for (const auto& [day, parts] : truth) {
        INFO(day);
        const auto links = follows.report("s1", {act}, day, day);
        const auto& link = links.front();
        std::uint64_t hidden = link.total.value.value_or(0);
        for (const auto& [name, value] : link.episodes) {
            CHECK(value.value.value_or(0) >= 10);
            if (name != "other") {
                CHECK(*value.value == parts.at(name));
                hidden -= *value.value;
            }
        }
        CHECK((hidden == 0 || hidden >= 10));
    }
}

TEST_CASE("a flood of follows fills nothing") {
    Desk desk;
    SECTION("no more at once than the limit, no more a second") {
        auto follows = desk.follows(1, {.a_second = 0, .at_once = 50});
        int taken = 0;
        for (int i = 0; i < 10'000; ++i) taken += follows.add({"s1", "e1", "band", act});
        CHECK(taken == 50);
        CHECK(follows.refused() == 9'950);
        follows.flush();
        CHECK(desk.rows() == 1);
    }
    SECTION("different ones are bounded by the hour") {
        auto follows = desk.follows(1, {.a_second = 0, .at_once = 1e6, .cells_an_hour = 20});
        for (int i = 0; i < 5'000; ++i) (void)follows.add({"s1", fmt::format("e{}", i), "band", act});
        follows.flush();
        CHECK(desk.rows() == 20);
        CHECK(follows.add({"s1", "e3", "band", act}));  // known ones go on
        desk.now += std::chrono::hours(1);
        CHECK(follows.add({"s1", "e100", "band", act}));
    }
}

TEST_CASE("tables of totals are read as spreadsheets write them") {
    const auto now = *model::parse_rfc3339("2026-11-24T09:00:00Z");
    for (const auto* text : {"day,calls,reports\n2026-11-23,41,18\n2026-11-24,57,\n",
                             "\xEF\xBB\xBF"
                             "Date;calls;reports\r\n2026-11-23;41;18\r\n\r\n2026-11-24;57;\r\n",
                             "day\t\"calls\"\treports\n2026-11-23\t41\t18\n2026-11-24\t57\t"}) {
        INFO(text);
        const auto table = analytics::parse_totals(text, now);
        REQUIRE(table);
        CHECK(table->series == std::vector<std::string>{"calls", "reports"});
        CHECK(table->days.at("2026-11-23") == std::vector<std::string>{"41", "18"});
        CHECK(table->days.at("2026-11-24") == std::vector<std::string>{"57", ""});
    }
    CHECK(analytics::parse_totals("day,\"calls, all\"\n2026-11-23,7", now)->series.front() == "calls, all");
}

TEST_CASE("what is wrong in a table is said line by line") {
    const auto now = *model::parse_rfc3339("2026-11-24T09:00:00Z");
    const auto wrong = [&](std::string_view text) {
        const auto table = analytics::parse_totals(text, now);
        REQUIRE_FALSE(table);
        CHECK(table.error().code == model::Errc::invalid_input);
        return table.error().message;
    };
    using Catch::Matchers::Contains;
    CHECK_THAT(wrong(""), Contains("no day in this table"));
    CHECK_THAT(wrong("day,calls\n"), Contains("no day in this table"));
    CHECK(wrong("calls\n1") == "Line 1: the first column must be headed “day”.");
    CHECK_THAT(wrong("day\n2026-11-23"), Contains("Line 1: there must be a column of figures"));
    CHECK_THAT(wrong("day,a,a\n2026-11-23,1,2"), Contains("two columns are headed “a”"));
    CHECK_THAT(wrong("day,\n2026-11-23,1"), Contains("every column needs a heading"));
    CHECK_THAT(wrong("day,\"a\n2026-11-23,1"), Contains("quotation mark"));
    CHECK_THAT(wrong(std::string("day,\xff\n2026-11-23,1")), Contains("UTF-8"));
    CHECK(wrong("day,calls\n24/11/2026,1\n2026-11-23,1\n2026-11-25,4\n2026-11-22,1.5\n2026-11-23,2\n2026-11-21\n2026-11-20,-1\n") ==
          "Line 2: “24/11/2026” is no day; write it as in 2026-11-24.\n"
          "Line 4: 2026-11-25 is still to come.\n"
          "Line 5: “1.5” under “calls” is no whole number; write it with digits only, as in 1234.\n"
          "Line 6: 2026-11-23 is there twice.\n"
          "Line 7: there are 1 cells, but 2 headings.\n"
          "Line 8: “-1” under “calls” is no whole number; write it with digits only, as in 1234.");
    std::string many = "day,calls\n";
    for (int i = 0; i < 15; ++i) many += "x,1\n";
    CHECK_THAT(wrong(many), Contains("And 5 more lines are wrong."));
}

TEST_CASE("loading totals replaces the same days of the same columns, all or nothing") {
    Desk desk;
    DailyTotals totals(desk.database);
    const auto load = [&](std::string_view text, const char* show = "s1") {
        return totals.load(show, analytics::parse_totals(text, desk.now).value());
    };
    REQUIRE(load("day,calls,reports\n2026-11-22,1,2\n2026-11-23,3,4\n"));
    REQUIRE(load("day,calls\n2026-11-22,9\n", "s2"));
    REQUIRE(load("day,calls\n2026-11-23,30\n2026-11-24,50\n"));
    auto series = totals.list("s1", "2026-11-01", "2026-11-30");
    REQUIRE(series.size() == 2);
    CHECK(series[0].name == "calls");
    CHECK(series[0].days == std::map<std::string, std::uint64_t>{{"2026-11-22", 1}, {"2026-11-23", 30}, {"2026-11-24", 50}});
    CHECK(series[1].days == std::map<std::string, std::uint64_t>{{"2026-11-22", 2}, {"2026-11-23", 4}});
    REQUIRE(load("day,reports\n2026-11-22,\n"));
    CHECK(totals.list("s1", "2026-11-22", "2026-11-22").at(1).days.empty());
    CHECK(totals.list("s2", "2026-11-22", "2026-11-22").at(0).days.at("2026-11-22") == 9);

    std::string wide = "day";
    for (int i = 0; i < 11; ++i) wide += fmt::format(",column {}", i);
    wide += "\n2026-11-24,1,1,1,1,1,1,1,1,1,1,1\n";
    const auto refused = load(wide);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Matchers::Contains("13 columns"));
    CHECK(totals.list("s1", "2026-11-24", "2026-11-24").size() == 2);
}

}  // namespace earshot::tests
