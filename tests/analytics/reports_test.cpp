// What the statistics pages ask: reach along an episode, figures by age, the running day, one value of a dimension, annotations.

#include "content/storage/statement.hpp"
#include "server/analytics/annotations.hpp"
#include "server/analytics/reach.hpp"
#include "tests/analytics/room.hpp"
#include "tests/support/catch.hpp"

namespace earshot::tests {

namespace fs = std::filesystem;
using analytics::Statistics;

namespace {

constexpr std::uint64_t audio = 240'000, start = 1'000;  // a thousand bytes a part

// A listener who gets that much of the audio, in one piece.
void listen(Room& room, const char* time, std::uint64_t begin, std::uint64_t end, const std::string& agent = "Overcast/3.0") {
    auto delivery = room.download("e1", time, agent);
    delivery.status = 206;
    delivery.file = {audio + start, start, audio / 4};
    delivery.acknowledged = {{start + begin, start + end}};
    room.statistics().submit(std::move(delivery));
}

std::optional<Statistics::ReachReport> reach(Room& room) {
    return room.statistics().reach({"e1"}, {audio});
}

}  // namespace

TEST_CASE("reach counts who got each part, when the day is over, once") {
    Room room;
    const auto* const monday = "2026-11-23T10:00:00Z";
    room.set_clock(monday);
    for (int i = 0; i < 6; ++i) listen(room, monday, 0, audio);
    for (int i = 0; i < 3; ++i) listen(room, monday, 0, audio / 2);
    listen(room, monday, audio / 4, audio);
    listen(room, monday, 0, audio / 10);  // no download
    room.statistics().flush();
    CHECK_FALSE(reach(room));
    const bool restart = GENERATE(false, true);
    if (restart) room.restart();
    storage::Database database(
        {.file = room.data() / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false});
    const auto run = [&](const char* sql) { database.write([&](soci::session& session) { storage::Statement(session, sql).run(); }); };
    run("create trigger kept before delete on journal_positions begin select raise(abort, 'kept'); end");
    const auto saved = room.save_runtime();
    room.set_clock("2026-11-24T00:11:00Z");
    room.statistics().flush();
    const auto check = [&] {
        const auto report = reach(room);
        REQUIRE(report);
        CHECK(report->listens == 10);
        REQUIRE(report->parts.size() == analytics::reach_parts);
        CHECK(report->parts.front() == 9);
        CHECK(report->parts[60] == 10);
        CHECK(report->parts[119] == 10);
        CHECK(report->parts[120] == 7);
        CHECK(report->parts.back() == 7);
    };
    check();
    CHECK_FALSE(room.statistics().reach({"e1"}, {audio + 1}));  // another version of the audio
    CHECK_FALSE(room.statistics().reach({"e2"}, {audio}));

    // Killed after the sums were committed, before the day's journal was gone: it is found again, and adds nothing.
    room.stop();
    fs::remove_all(room.runtime());
    fs::copy(saved / "runtime", room.runtime(), fs::copy_options::recursive);
    run("drop trigger kept");
    room.restart();
    room.statistics().flush();
    check();
    CHECK(room.total("e1") == 10);
    fs::remove_all(saved);
}

TEST_CASE("a part is got when its middle byte is") {
    analytics::Terms terms;
    analytics::ListenTable table;
    const auto version = terms.version({terms.episode("e1"), 2'400, 100});  // ten bytes a part
    const auto add = [&](std::uint8_t number, std::uint64_t begin, std::uint64_t end) {
        auto& entry = *table.try_emplace({{number}}).first;
        entry.counted = true;
        auto& track = entry.add_track();
        track.version = version;
        track.today.add({begin, end});
    };
    add(1, 4, 15);  // the middle of part 0 (byte 5), not that of part 1 (byte 15)
    add(2, 6, 16);  // not that of part 0, but of part 1
    add(3, 2'395, 2'400);
    const auto sums = analytics::reach_of(table, terms, 3).at(version);
    CHECK(sums.listens == 3);
    CHECK(sums.parts[0] == 1);
    CHECK(sums.parts[1] == 1);
    CHECK(sums.parts[2] == 0);
    CHECK(sums.parts[239] == 1);
    CHECK(analytics::reach_of(table, terms, 4).empty());
}

TEST_CASE("small numbers of reach are rounded away") {
    Room room({.suppress_below = 10});
    const auto* const monday = "2026-11-23T10:00:00Z";
    room.set_clock(monday);
    for (int i = 0; i < 9; ++i) listen(room, monday, 0, audio);
    room.statistics().flush();
    room.set_clock("2026-11-24T00:11:00Z");
    room.statistics().flush();
    CHECK_FALSE(reach(room));
    const auto* const tuesday = "2026-11-24T10:00:00Z";
    room.set_clock(tuesday);
    for (int i = 0; i < 15; ++i) listen(room, tuesday, 0, audio / 2);
    room.statistics().flush();
    room.set_clock("2026-11-25T00:11:00Z");
    room.statistics().flush();
    const auto report = reach(room);
    REQUIRE(report);
    CHECK(report->listens == 10);  // not 20: with Monday's nine, which no page tells, it would be known that there were five or more
    CHECK(report->parts.front() == 10);
    CHECK(report->parts.back() == 0);
}

TEST_CASE("figures by age are days that are over and a part in steps") {
    Room room({.suppress_below = 10});
    const auto several = [&](const char* time, int count) {
        room.set_clock(time);
        for (int i = 0; i < count; ++i) listen(room, time, 0, audio);
        room.statistics().flush();
    };
    several("2026-11-23T07:30:00Z", 23);
    several("2026-11-24T06:59:00Z", 18);  // within the first 24 hours
    several("2026-11-24T07:00:00Z", 50);
    several("2026-11-25T05:00:00Z", 4);
    const std::vector<Statistics::Published> published{{{"e1"}, *model::parse_rfc3339("2026-11-23T07:10:00Z")}};
    CHECK(room.statistics().ages(published).front().after.size() == 1);
    room.set_clock("2026-11-26T08:00:00Z");
    const auto ages = room.statistics().ages(published).front();
    REQUIRE(ages.after.size() == 3);
    CHECK(ages.after[0].shown == 23 + 10);
    CHECK(ages.after[1].shown == 23 + 68);  // of the four on Wednesday nothing
    CHECK_FALSE(ages.after[1].is_partial);
    CHECK(ages.after[2].shown == 23 + 68);
    CHECK(ages.after[2].is_partial);
    CHECK(ages.so_far.shown == 23 + 68);
    CHECK(ages.so_far.is_partial);
    CHECK(room.statistics().ages(published, 2).front().after.size() == 2);
    CHECK(room.statistics().ages({{{"never"}, room.now()}}).front().after.empty());
}

TEST_CASE("a figure by age says by how much it may be too low") {
    Room room({.suppress_below = 10});
    const auto* const next_morning = "2026-11-24T06:00:00Z";
    room.set_clock(next_morning);
    for (int i = 0; i < 29; ++i) listen(room, next_morning, 0, audio);
    room.statistics().flush();
    room.set_clock("2026-11-26T08:00:00Z");
    const auto ages = room.statistics().ages({{{"e1"}, *model::parse_rfc3339("2026-11-23T07:10:00Z")}}).front();
    REQUIRE(ages.after.size() == 3);
    CHECK(ages.after[0].shown == 10);  // with 20 it were known that at most nine came later
    CHECK(ages.after[0].shown + ages.after[0].vague * 9 >= 29);
    CHECK(ages.after[1].shown == 29);
    CHECK(ages.after[1].vague == 0);  // nobody came on the day of which it has a part
}

TEST_CASE("the running day comes in steps, hour by hour") {
    Room room({.suppress_below = 10});
    room.set_clock("2026-11-23T09:00:00Z");
    for (int i = 0; i < 14; ++i) listen(room, "2026-11-23T09:00:00Z", 0, audio);
    room.set_clock("2026-11-23T10:59:00Z");
    for (int i = 0; i < 9; ++i) listen(room, "2026-11-23T10:58:00Z", 0, audio);
    room.statistics().flush();
    const auto today = room.statistics().today({{"e1"}, {"e2"}});
    CHECK(today.day == "2026-11-23");
    REQUIRE(today.hours.size() == 11);
    CHECK(today.hours[9] == 10);
    CHECK(today.hours[10] == 0);
    CHECK(today.all.shown == 20);
    // Where figures of a running day are sums of what is shown, nothing shown is no nought: neither of who has few nor of who has none.
    const auto grid = room.statistics().grid({"2026-11-22", "2026-11-23", {{"e1"}, {"e2"}}});
    CHECK_FALSE(grid.sum(0, 1).is_rounded);
    CHECK(grid.sum(1, 2).is_rounded);
    CHECK_FALSE(grid.sum(0, 1, 2).is_rounded);
    CHECK(grid.sum(1, 1, 2).is_rounded);
    CHECK_FALSE(grid.sum(1, 1, 2).is_partial);
    CHECK(room.statistics().ages({{{"e2"}, *model::parse_rfc3339("2026-11-23T08:00:00Z")}}).front().so_far.is_rounded);
    CHECK(room.statistics().tallies({"2026-11-23", "2026-11-23", {{"e1"}}}).all.reasons.at("bot").value == std::nullopt);
    CHECK(room.statistics().tallies({"2026-11-22", "2026-11-22", {{"e1"}}}).all.reasons.at("bot").value == 0);
}

TEST_CASE("one value of a dimension by days shows what a breakdown shows") {
    Room room({.suppress_below = 10});
    room.set_clock("2026-11-23T10:00:00Z");
    for (int i = 0; i < 30; ++i) listen(room, "2026-11-23T10:00:00Z", 0, audio);
    for (int i = 0; i < 12; ++i) listen(room, "2026-11-23T10:00:00Z", 0, audio, "AntennaPod/3.1.2");
    for (int i = 0; i < 3; ++i) listen(room, "2026-11-23T10:00:00Z", 0, audio, "PocketCasts/1.0");
    room.statistics().flush();
    Statistics::Query query{"2026-11-22", "2026-11-23", {{"e1"}}, {"app", "Overcast"}};
    CHECK(room.statistics().grid(query).sum(0, 0, 2).shown == 0);  // the day is not over
    CHECK(room.statistics().grid(query).sum(0, 0, 2).is_partial);
    room.set_clock("2026-11-24T10:00:00Z");
    CHECK(room.statistics().grid(query).sum(0, 0, 2).shown == 30);
    CHECK_FALSE(room.statistics().grid(query).sum(0, 1, 2).is_unbounded);
    // The three could be computed beside both, so the smaller of these is not shown; hidden and none look alike.
    for (const auto* app : {"AntennaPod", "Pocket Casts", "Nobody's"}) {
        query.only.value = app;
        CHECK(room.statistics().grid(query).sum(0, 0, 2).shown == 0);
        CHECK(room.statistics().grid(query).sum(0, 0, 2).is_unbounded);  // there may be twelve
        CHECK(room.statistics().report(query).front().total_is_partial);
    }
    query.only = {};
    CHECK(room.statistics().grid(query).sum(0, 2).shown == 45);
}

TEST_CASE("annotations are added, changed, found by show and day, and deleted") {
    Room room;
    storage::Database database(
        {.file = room.data() / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false});
    analytics::Annotations annotations(database, [&] { return room.now(); });
    auto one = annotations.add({.show = "s1", .day = "2026-11-24", .words = "  Mentioned on the  Today programme ", .who = "ann"}).value();
    CHECK(one.words == "Mentioned on the Today programme");
    CHECK(annotations.add({.show = "", .day = "2026-11-23", .words = "Half-term", .who = "ann"}));
    CHECK(annotations.add({.show = "s2", .day = "2026-11-24", .words = "Another show", .who = "ann"}));
    const auto words = [&](const char* show, const char* first, const char* last) {
        std::string all;
        for (const auto& each : annotations.list(show, first, last)) all += each.words + ";";
        return all;
    };
    CHECK(words("s1", "2026-11-01", "2026-11-30") == "Half-term;Mentioned on the Today programme;");
    CHECK(words("s1", "2026-11-24", "2026-11-24") == "Mentioned on the Today programme;");
    CHECK(annotations.add({.show = "s1", .day = "2026-11-24", .words = one.words, .who = "ben"})->id == one.id);  // pressed twice
    CHECK(annotations.list("", "2026-11-01", "2026-11-30").size() == 3);
    one.day = "2026-11-25";
    one.words = "Mentioned on Newsnight";
    CHECK(annotations.edit(one));
    CHECK(annotations.find(one.id)->words == "Mentioned on Newsnight");
    CHECK(words("s1", "2026-11-25", "2026-11-25") == "Mentioned on Newsnight;");
    CHECK(annotations.remove(one.id));
    CHECK(annotations.remove(one.id).error().code == model::Errc::not_found);
    CHECK(annotations.edit(one).error().code == model::Errc::not_found);
    for (const auto* day : {"", "24.11.2026", "2026-13-01"}) CHECK_FALSE(annotations.add({.day = day, .words = "x"}));
    CHECK_FALSE(annotations.add({.day = "2026-11-24", .words = " "}));
    CHECK_FALSE(annotations.add({.day = "2026-11-24", .words = std::string(201, 'x')}));
}

}  // namespace earshot::tests
