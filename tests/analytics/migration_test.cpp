// A database that an earlier version wrote has the same sums afterwards, in pages as in its views.

#include "content/storage/statement.hpp"
#include "server/analytics/reports.hpp"
#include "server/analytics/tallies.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

namespace {

using analytics::Statistics;
using Row = std::pair<std::string, Statistics::Figure>;

constexpr std::size_t rows_of_text = 4;  // migrations before the one that packs the sums

storage::Database opened(const std::filesystem::path& file, std::size_t migrations) {
    return storage::Database(
        {.file = file, .migrations = storage::statistics_migrations().first(migrations), .readers = 1, .full_sync = false});
}

// As the program wrote them: two days of two episodes, three downloads in each hour, a bot in every second one.
void fill(storage::Database& database) {
    constexpr const char* each_hour =
        "with recursive hours(hour) as (select 1795392000000 union all select hour + 3600000 from hours limit 48) ";
    const auto run = [&](soci::session& session, const std::string& sql) { storage::Statement(session, sql.c_str()).run(); };
    database.write([&](soci::session& session) {
        for (const auto* episode : {"e1", "e2"}) {
            const std::string id = "'" + std::string(episode) + "'", hours = std::string(each_hour);
            run(session, "insert into downloads " + hours + "select " + id + ", 'all', hour, '', 3 from hours");
            run(session, "insert into downloads " + hours + "select " + id + ", 'day', hour, '', 72 from hours where hour % 86400000 = 0");
            for (const auto* part : {"'app', hour, 'Overcast', 50", "'app', hour, 'other', 22", "'country', hour, 'GB', 72"})
                run(session, "insert into downloads " + hours + "select " + id + ", " + part + " from hours where hour % 86400000 = 0");
            run(session, "insert into requests " + hours + "select " + id + ", hour, 'counted', 3 from hours");
            run(session, "insert into requests " + hours + "select " + id + ", hour, 'bot', 20 from hours where hour % 7200000 = 0");
            run(session, "insert into requests " + hours + "select " + id + ", hour, 'error', 0 from hours");
            run(session, "insert into bytes_served " + hours + "select " + id + ", hour, 1000 from hours");
            run(session, "insert into reach values (" + id + ", 5000, -1, 60), (" + id + ", 5000, 0, 60), (" + id + ", 5000, 239, 20)");
        }
        for (const auto* follow :
             {"'e1', 'notes', 'https://a.example/', 1795392000000, 3", "'e1', 'notes', 'https://a.example/', 1795395600000, 4",
              "'', 'header', 'https://a.example/', 1795392000000, 5"})
            run(session, "insert into follows values ('s1', " + std::string(follow) + ")");
        run(session,
            "insert into request_days select episode, hour / 86400000 * 86400000, reason, sum(requests) from requests group by 1, 2, 3");
    });
}

std::int64_t figure(storage::Database& database, const char* sql) {
    std::int64_t result = -1;
    database.read([&](soci::session& session) { (void)storage::Statement(session, sql).into(result).next(); });
    return result;
}

}  // namespace

TEST_CASE("sums of an earlier version stay what they are") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "statistics.db";
    constexpr const char* sums[] = {
        "select sum(downloads) from downloads where dimension = 'all'",
        "select sum(downloads) from downloads where dimension = 'all' and hour % 86400000 = 7200000 and episode = 'e2'",
        "select sum(downloads) from downloads where dimension = 'app' and value = 'Overcast'",
        "select sum(downloads) from downloads where dimension = 'country' and hour = 1795392000000",
        "select sum(requests) from requests where reason = 'bot'",
        "select sum(requests) from requests",
    };
    std::vector<std::int64_t> before;
    {
        auto old = opened(file, rows_of_text);
        fill(old);
        for (const auto* sql : sums) before.push_back(figure(old, sql));
    }
    CHECK(before == std::vector<std::int64_t>{288, 6, 200, 144, 960, 1248});
    auto database = opened(file, storage::statistics_migrations().size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        INFO(sums[i]);
        CHECK(figure(database, sums[i]) == before[i]);
    }
    CHECK(figure(database, "select sum(bytes) from days") == 96'000);
    CHECK(figure(database, "select sum(bytes) from hours") == 96'000);
    CHECK(figure(database, "select count(*) from calls_to_action where show = 's1' and link = 'https://a.example/'") == 2);
    CHECK(figure(database, "select sum(follows) from follows join calls_to_action on call = number where episode = 'e1'") == 7);
    CHECK(figure(database, "select sum(follows) from follows where hour = 1795392000000 / 3600000") == 8);
    CHECK(figure(database, "select count(*) from sqlite_master where name = 'request_days'") == 0);

    const analytics::reports::Source source{database, 10};
    const Statistics::Query both{"2026-11-23", "2026-11-24", {{"e2"}, {"e1"}}}, one{"2026-11-24", "2026-11-24", {{"e1"}}};
    CHECK(analytics::reports::days(source, both).front().total.value == 144);
    const auto breakdowns = analytics::reports::breakdowns(source, {"app", "country", "device"}, both);
    CHECK(breakdowns.at(0) == std::vector<Row>{{"Overcast", {200}}, {"other", {88}}});
    CHECK(breakdowns.at(1) == std::vector<Row>{{"GB", {288}}});
    CHECK(breakdowns.at(2) == std::vector<Row>{{"other", {288}}});
    const auto tallies = analytics::reports::tallies(source, one);
    CHECK(tallies.all.reasons.at("bot").value == 240);
    CHECK(tallies.all.reasons.at("counted").value == 72);
    REQUIRE(tallies.by_hour.size() == 24);
    CHECK(tallies.by_hour[2].reasons.at("bot").value == 20);
    CHECK(tallies.by_hour[3].reasons.at("bot").value == std::nullopt);  // none and few look alike
    const auto reach = analytics::reports::reach(source, {"e1"}, {5000});
    REQUIRE(reach);
    CHECK(reach->listens == 60);
    CHECK(reach->parts.front() == 60);
    CHECK(reach->parts[1] == 0);
    CHECK(reach->parts.back() == 20);
    const auto ages = analytics::reports::ages(source, {{{"e1"}, model::Timestamp(std::chrono::hours(1795392000 / 3600 + 5))}}, 28,
                                               model::Timestamp(std::chrono::hours(1795392000 / 3600 + 40)));
    REQUIRE(ages.front().after.size() == 1);
    CHECK(ages.front().after[0].shown == 72 + 10);  // 15 in the five hours, in steps of ten
}

}  // namespace earshot::tests
