// The running statistics: the documented cases with restarts, suppression, the queue, the day's end.

#include <atomic>
#include <fstream>
#include <thread>

#include "content/storage/statement.hpp"
#include "server/analytics/dimensions.hpp"
#include "server/analytics/ledger.hpp"
#include "server/analytics/statistics.hpp"
#include "server/analytics/tallies.hpp"
#include "tests/analytics/cases.hpp"
#include "tests/analytics/room.hpp"
#include "tests/support/catch.hpp"

namespace earshot::tests {

using analytics::Statistics;

namespace {

constexpr const char* only_twelve_by_app =
    "update days set parts = (select json_group_object(key, 12) from json_each(parts) join names on number = key where dimension = 'app')";

}  // namespace

TEST_CASE("the documented cases count the same through database, journal and restart") {
    const auto long_journal = GENERATE(std::uint64_t{64 << 20}, std::uint64_t{1});  // as it grew, or always written anew
    for (const auto& one : documented_cases()) {
        INFO(one.name);
        Room room({.lists = documented_lists(), .long_journal = long_journal});
        for (const auto& step : one.steps) {
            room.set_clock(std::max(room.now(), step.front().time));
            for (auto delivery : step) room.statistics().submit(std::move(delivery));
            room.statistics().flush();
            room.restart();
        }
        const Statistics::Query query{"2026-11-23", "2026-11-29", {{"e1"}, {"e2"}}};
        std::map<std::string, std::uint64_t> downloads, by_app, not_counted;
        for (const auto& report : room.statistics().report(query)) {
            for (const auto& day : report.days) {
                if (*day.downloads.value > 0) downloads[day.day] += *day.downloads.value;
            }
        }
        CHECK(downloads == one.downloads);
        const auto tally = room.statistics().tallies(query).all;
        for (const auto& [reason, figure] : tally.reasons) {
            if (reason != "counted" && *figure.value > 0) not_counted[reason] = *figure.value;
        }
        CHECK(not_counted == one.not_counted);
        CHECK(*tally.requests.value == one.requests());
        std::uint64_t all = 0;
        for (const auto& [day, count] : one.downloads) all += count;
        for (const auto& dimension : analytics::dimensions()) {
            std::uint64_t sum = 0;
            for (const auto& [value, figure] : room.statistics().breakdown(dimension.name, query)) sum += *figure.value;
            CHECK(sum == all);
        }
        CHECK(*tally.reasons.at("counted").value == all);
    }
}

TEST_CASE("small numbers are hidden, and no sum gives them away") {
    Room room({.suppress_below = 10});
    room.set_clock("2026-11-25T12:00:00Z");
    const auto listen = [&room](const char* episode, const char* time, const char* agent, int listeners) {
        for (int i = 0; i < listeners; ++i) room.statistics().submit(room.download(episode, time, agent));
    };
    listen("e1", "2026-11-23T10:00:00Z", "Overcast/3.0", 25);
    listen("e1", "2026-11-23T11:00:00Z", "AntennaPod/3.1.2", 9);
    listen("e1", "2026-11-24T10:00:00Z", "Overcast/3.0", 9);
    listen("e1", "2026-11-25T10:00:00Z", "Overcast/3.0", 10);
    listen("e2", "2026-11-24T10:00:00Z", "Overcast/3.0", 1);
    room.statistics().flush();
    room.set_clock("2026-11-26T12:00:00Z");

    const auto reports = room.statistics().report({"2026-11-22", "2026-11-25", {{"e2"}, {"e1"}, {"never heard"}}});
    REQUIRE(reports.size() == 3);
    CHECK(reports[0].episode.value == "e2");
    const auto& e1 = reports[1];
    REQUIRE(e1.days.size() == 4);
    CHECK(e1.days[0].day == "2026-11-22");
    CHECK(e1.days[0].downloads.value == 0);
    CHECK(e1.days[1].downloads.value == 34);
    CHECK(e1.days[2].downloads.value == std::nullopt);
    CHECK(e1.days[3].downloads.value == 10);
    CHECK(e1.total.value == 44);
    CHECK(e1.total_is_partial);
    CHECK(reports[0].total.value == std::nullopt);
    CHECK(reports[2].total.value == 0);
    CHECK_FALSE(reports[2].total_is_partial);

    using Row = std::pair<std::string, Statistics::Figure>;
    // 9 of AntennaPod are too few to be shown, so Overcast's figure, which would give them away, is folded too.
    CHECK(room.statistics().breakdown("app", {"2026-11-23", "2026-11-23", {{"e1"}}}) == std::vector<Row>{{"other", {34}}});
    CHECK(room.statistics().breakdown("app", {"2026-11-22", "2026-11-25", {{"e1"}}}) ==
          std::vector<Row>{{"Overcast", {10}}, {"other", {34}}});
    CHECK(room.statistics().breakdown("app", {"2026-11-24", "2026-11-24", {{"e1"}, {"e2"}}}) ==
          std::vector<Row>{{"other", {std::nullopt}}});
    CHECK(room.statistics().breakdown("app", {"2026-11-01", "2026-11-02", {{"e1"}}}).empty());

    const auto tally = room.statistics().tallies({"2026-11-22", "2026-11-25", {{"e1"}, {"e2"}}}).all;
    CHECK(tally.reasons.at("counted").value == 44);  // the same as the report's days that are shown
    CHECK(tally.reasons.at("bot").value == 0);
    CHECK(tally.requests.value == 44);
    CHECK(tally.is_partial);
    const auto one_day = room.statistics().tallies({"2026-11-24", "2026-11-24", {{"e1"}, {"e2"}}}).all;
    CHECK(one_day.reasons.at("counted").value == std::nullopt);
    CHECK(one_day.requests.value == std::nullopt);
}

TEST_CASE("who is on no page is told apart unless beside it few on a page could be computed") {
    Room room({.suppress_below = 10});
    room.set_clock("2026-11-23T12:00:00Z");
    constexpr auto browser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    const auto listen = [&room](const char* episode, const char* agent, const char* referrer, int listeners) {
        for (int i = 0; i < listeners; ++i) {
            auto delivery = room.download(episode, "2026-11-23T10:00:00Z", agent);
            delivery.referrer = referrer;
            room.statistics().submit(std::move(delivery));
        }
    };
    for (const auto* episode : {"none", "few", "many"}) listen(episode, "Overcast/3.0", "", 30);
    listen("none", browser, "", 3);
    listen("few", browser, "https://www.facebook.com/", 3);
    listen("many", browser, "https://www.facebook.com/", 12);
    room.statistics().flush();
    room.set_clock("2026-11-24T12:00:00Z");
    using Row = std::pair<std::string, Statistics::Figure>;
    const auto sites = [&](const char* episode) { return room.statistics().breakdown("site", {"2026-11-23", "2026-11-23", {{episode}}}); };
    CHECK(sites("none") == std::vector<Row>{{"none", {33}}});
    CHECK(sites("few") == std::vector<Row>{{"other", {33}}});
    CHECK(sites("many") == std::vector<Row>{{"none", {30}}, {"Facebook", {12}}});
}

TEST_CASE("a dimension that is younger than its day gives no small number away") {
    Room room({.suppress_below = 10});
    room.set_clock("2026-11-23T12:00:00Z");
    for (int i = 0; i < 30; ++i) room.statistics().submit(room.download("e1", "2026-11-23T10:00:00Z", "Overcast/3.0"));
    for (int i = 0; i < 30; ++i) room.statistics().submit(room.download("e1", "2026-11-24T10:00:00Z", "Overcast/3.0"));
    room.statistics().flush();
    room.stop();
    {  // as an upgrade leaves it: of the first day 12 since the dimension is there, of the second nothing
        storage::Database database(
            {.file = room.data() / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false});
        database.write([](soci::session& session) {
            storage::Statement(session, only_twelve_by_app).run();
            storage::Statement(session, "update days set parts = '{}' where day >= 20781").run();
        });
    }
    room.set_clock("2026-11-25T12:00:00Z");
    room.restart();
    using Row = std::pair<std::string, Statistics::Figure>;
    CHECK(room.statistics().breakdown("app", {"2026-11-23", "2026-11-23", {{"e1"}}}) ==
          std::vector<Row>{{"Overcast", {12}}, {"other", {18}}});
    CHECK(room.statistics().breakdown("app", {"2026-11-24", "2026-11-24", {{"e1"}}}) == std::vector<Row>{{"other", {30}}});
    CHECK(room.statistics().breakdown("app", {"2026-11-23", "2026-11-24", {{"e1"}}}) ==
          std::vector<Row>{{"Overcast", {12}}, {"other", {48}}});
}

TEST_CASE("beside the downloads before a dimension was there, its small cells are hidden as always") {
    Room room({.suppress_below = 10});
    room.set_clock("2026-11-23T12:00:00Z");
    for (int i = 0; i < 21; ++i) room.statistics().submit(room.download("e1", "2026-11-23T10:00:00Z", "Overcast/3.0"));
    room.statistics().flush();
    room.stop();
    {
        storage::Database database(
            {.file = room.data() / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false});
        database.write([](soci::session& session) { storage::Statement(session, only_twelve_by_app).run(); });
    }
    room.set_clock("2026-11-25T12:00:00Z");
    room.restart();
    // 21 less 12 would tell that 9 came before.
    CHECK(room.statistics().breakdown("app", {"2026-11-23", "2026-11-23", {{"e1"}}}) ==
          std::vector<std::pair<std::string, Statistics::Figure>>{{"other", {21}}});
}

TEST_CASE("a query that makes no sense gives nothing") {
    Room room;
    CHECK(room.statistics().report({"2026-11-32", "2026-11-25", {{"e1"}}}).empty());
    CHECK(room.statistics().report({"2026-11-26", "2026-11-25", {{"e1"}}}).empty());
    CHECK(room.statistics().report({"", "'; drop table downloads; --", {{"e1"}}}).empty());
    CHECK(room.statistics().report({"2020-01-01", "2026-11-25", {{"e1"}}}).front().days.size() == 366);
    CHECK(room.statistics().tallies({"x", "y", {{"e1"}}}).all.requests.value == 0);
}

TEST_CASE("an unlisted agent's own name is not stored") {
    Room room;
    room.set_clock("2026-11-23T12:00:00Z");
    room.statistics().submit(room.download("e1", "2026-11-23T10:00:00Z", "Janes Own Player/1.0"));
    room.statistics().flush();
    CHECK(room.statistics().breakdown("app", {"2026-11-23", "2026-11-23", {{"e1"}}}) ==
          std::vector<std::pair<std::string, Statistics::Figure>>{{"other", {1}}});
}

TEST_CASE("what was foreseen of one batch is not taken for another that lies in the same place") {
    Room room;
    room.set_clock("2026-11-23T12:00:00Z");
    storage::Database database(
        {.file = room.data() / "other.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false});
    const FolderUnder runtime("/dev/shm");
    analytics::Warnings warnings;
    analytics::Ledger ledger(database, runtime.path(), warnings, room.now(), {.suppress_below = 1});
    const auto recognition = analytics::Recognition::load({}).value();
    std::vector<model::Delivery> batch(2);
    for (int i = 0; i < 50; ++i) {
        batch[0] = room.download("e1", "2026-11-23T10:00:00Z", "AntennaPod/3.1.2");
        batch[1] = room.download("e1", "2026-11-23T10:00:00Z", "AntennaPod/3.1.2");
        auto later = batch[1];
        if (i % 2 == 0) batch[1].method = "HEAD";
        ledger.take_in(batch, recognition);
        batch[1] = room.download("e1", "2026-11-23T10:00:00Z", "AntennaPod/3.1.2");
        ledger.take_in({&batch[1], 1}, recognition);
        if (i % 2 == 0) ledger.take_in({&later, 1}, recognition);
    }
    ledger.commit();
    const auto tally = analytics::reports::tallies({database, 1}, {"2026-11-23", "2026-11-23", {{"e1"}}}).all;
    CHECK(tally.reasons.at("counted").value == 150);
    CHECK(tally.reasons.at("head").value == 25);
}

TEST_CASE("a full queue drops, counts the drops and never blocks") {
    Room room({.most_waiting = 8});
    room.set_clock("2026-11-23T12:00:00Z");
    std::atomic<std::uint64_t> submitted{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 3'000; ++i) {
                    auto delivery = room.download("e1", "2026-11-23T10:00:00Z", "Overcast/3.0");
                    room.statistics().submit(std::move(delivery));
                    ++submitted;
                }
            });
    }
    room.statistics().flush();
    const auto counted = *room.statistics().tallies({"2026-11-23", "2026-11-23", {{"e1"}}}).all.requests.value;
    CHECK(submitted == 12'000);
    CHECK(counted + room.statistics().dropped() == submitted);
}

TEST_CASE("the day's key, journal and set end ten minutes after the day") {
    Room room;
    room.set_clock("2026-11-23T23:00:00Z");
    room.statistics().submit(room.download("e1", "2026-11-23T23:00:00Z", "Overcast/3.0"));
    room.statistics().flush();
    const auto key = room.runtime() / "day-2026-11-23.key";
    const auto journal = room.runtime() / "day-2026-11-23.journal";
    const auto kept_key = room.runtime() / "kept.key";  // what somebody would find who kept the files' pages
    const auto kept_journal = room.runtime() / "kept.journal";
    const auto unfinished = room.runtime() / "day-2026-11-23.shorter";
    const auto kept_unfinished = room.runtime() / "kept.shorter";
    REQUIRE(std::filesystem::exists(key));
    std::filesystem::create_hard_link(key, kept_key);
    std::filesystem::create_hard_link(journal, kept_journal);
    std::filesystem::copy_file(journal, unfinished);
    std::filesystem::create_hard_link(unfinished, kept_unfinished);

    room.set_clock("2026-11-24T00:10:00Z");
    room.statistics().flush();
    CHECK(std::filesystem::exists(key));
    SECTION("while the server runs") {
        room.set_clock("2026-11-24T00:10:01Z");
        room.statistics().flush();
    }
    SECTION("and when it was down meanwhile") {
        room.stop();
        room.set_clock("2026-11-25T09:00:00Z");
        room.restart();
    }
    CHECK_FALSE(std::filesystem::exists(key));
    CHECK_FALSE(std::filesystem::exists(journal));
    CHECK_FALSE(std::filesystem::exists(unfinished));
    CHECK_FALSE(room.contains_other_than_zero(kept_unfinished));
    CHECK_FALSE(room.contains_other_than_zero(kept_key));
    CHECK_FALSE(room.contains_other_than_zero(kept_journal));
    CHECK(room.total("e1") == 1);
    room.restart();
    CHECK(room.total("e1") == 1);
}

TEST_CASE("nothing of a day's tally changes once the day is closed, whoever goes on fetching") {
    Room room;
    room.set_clock("2026-11-23T23:58:00Z");
    auto fragment = room.download("e1", "2026-11-23T23:58:00Z", "Overcast/3.0");
    fragment.file = {10'000, 100, 1'000};
    const auto arrives = [&](const char* time, std::uint64_t begin, std::uint64_t end) {
        room.set_clock(time);
        fragment.time = room.now();
        fragment.acknowledged = {{begin, end}};
        room.statistics().submit(model::Delivery(fragment));
        room.statistics().flush();
        fragment.requests = 0;
    };
    const auto reasons_of = [&](const std::string& day) {
        std::map<std::string, std::uint64_t> result;
        for (const auto& [reason, figure] : room.statistics().tallies({day, day, {{"e1"}}}).all.reasons) {
            if (*figure.value > 0) result[reason] = *figure.value;
        }
        return result;
    };
    arrives("2026-11-23T23:58:00Z", 100, 500);
    CHECK(reasons_of("2026-11-23").size() == 1);
    arrives("2026-11-24T00:05:00Z", 500, 700);
    room.set_clock("2026-11-24T00:10:01Z");
    room.statistics().flush();
    const auto closed = reasons_of("2026-11-23");
    CHECK(closed.empty());
    CHECK(reasons_of("2026-11-24") == std::map<std::string, std::uint64_t>{{"under_a_minute", 1}});
    if (GENERATE(false, true)) room.restart();
    arrives("2026-11-24T09:00:00Z", 700, 1'200);
    CHECK(reasons_of("2026-11-23") == closed);
    CHECK(reasons_of("2026-11-24") == std::map<std::string, std::uint64_t>{{"counted", 1}});
}

TEST_CASE("a server that was down at midnight commits yesterday's journal once") {
    Room room({.commit_every = std::chrono::hours(1)});  // nothing is committed unless asked for
    room.set_clock("2026-11-23T23:00:00Z");
    for (int i = 0; i < 20; ++i) room.statistics().submit(room.download("e1", "2026-11-23T23:00:00Z", "Overcast/3.0"));
    room.statistics().settle();
    CHECK(room.total("e1") == 0);
    const auto saved = room.save_runtime();  // as it is at this moment, with nothing in the database
    room.stop();
    room.restore(saved);
    room.set_clock("2026-11-25T09:00:00Z");
    room.restart();
    CHECK(room.total("e1") == 20);
    room.restart();
    CHECK(room.total("e1") == 20);
}

TEST_CASE("a folder on a disk is warned about and gets nothing of listeners; one in memory is neither") {
    CHECK(Room().statistics().warnings().empty());
    Room room({}, "/var/tmp");
    REQUIRE(room.statistics().warnings().size() == 1);
    CHECK_THAT(room.statistics().warnings().front(), Catch::Contains("is on a disk"));
    const auto days = [&] { return analytics::days_in(room.runtime()); };
    room.set_clock("2026-11-23T23:00:00Z");
    for (int i = 0; i < 20; ++i) room.statistics().submit(room.download("e1", "2026-11-23T23:00:00Z", "Overcast/3.0"));
    room.statistics().flush();
    CHECK(days().empty());
    CHECK(room.total("e1") == 20);
    room.set_clock("2026-11-24T09:00:00Z");  // the day is closed like any other
    room.statistics().flush();
    CHECK(room.total("e1") == 20);
}

TEST_CASE("what another version left of today on a disk is counted and destroyed") {
    Room memory({.commit_every = std::chrono::hours(1)}), room({}, "/var/tmp");
    memory.set_clock("2026-11-23T12:00:00Z");
    for (int i = 0; i < 20; ++i) memory.statistics().submit(memory.download("e1", "2026-11-23T12:00:00Z", "Overcast/3.0"));
    memory.statistics().settle();
    room.stop();
    for (const char* name : {"day-2026-11-23.key", "day-2026-11-23.journal"})
        std::filesystem::copy_file(memory.runtime() / name, room.runtime() / name);
    room.set_clock("2026-11-23T12:30:00Z");
    room.restart();
    CHECK(room.total("e1") == 20);
    CHECK(analytics::days_in(room.runtime()).empty());
}

TEST_CASE("one folder serves one server") {
    Room room;
    CHECK_THROWS_WITH(room.second(), Catch::Contains("another Earshot is counting"));
}

TEST_CASE("a wrong agents file keeps the server from starting") {
    Room room;
    room.stop();
    const auto file = room.runtime() / "agents.json";
    std::ofstream(file) << "{";
    CHECK_THROWS_WITH(room.restart({.lists = {.agents = file}}), Catch::Contains("agents.json"));
}

}  // namespace earshot::tests
