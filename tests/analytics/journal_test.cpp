// A day's journal when the folder in memory is full or small, the database refuses, or another version wrote it.

#include <algorithm>
#include <fstream>
#include <iterator>

#include "content/storage/statement.hpp"
#include "server/analytics/day_journal.hpp"
#include "tests/analytics/room.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_disk.hpp"

namespace earshot::tests {

namespace fs = std::filesystem;

namespace {

fs::path journal(const Room& room) {
    return room.runtime() / "day-2026-11-23.journal";
}
fs::path shorter_journal(const Room& room) {
    return room.runtime() / "day-2026-11-23.shorter";
}

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool warns(Room& room, std::string_view words) {
    const auto warnings = room.statistics().warnings();
    return std::ranges::any_of(warnings, [&](const auto& each) { return each.find(words) != std::string::npos; });
}

// Their whole downloads, in two fragments each.
void listen(Room& room, std::uint32_t from, std::uint32_t to) {
    for (auto listener = from; listener < to; ++listener) {
        for (const bool first : {true, false}) room.statistics().submit(fragment(listener, first));
    }
    room.statistics().settle();
}

void commits(Room& room, unsigned number) {
    for (; number > 0; --number) room.statistics().flush();
}

}  // namespace

TEST_CASE("a rewrite that the database refuses leaves nothing behind and is tried again") {
    Room room({.commit_every = std::chrono::hours(1), .long_journal = 1});
    room.set_clock(moment);
    storage::Database database(
        {.file = room.data() / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false});
    const auto run = [&](const char* sql) { database.write([&](soci::session& session) { storage::Statement(session, sql).run(); }); };
    run("create trigger one_a_day before insert on journal_positions "
        "when exists (select 1 from journal_positions where day = new.day and journal <> new.journal) "
        "begin select raise(abort, 'a second one'); end");
    listen(room, 0, 20);
    room.statistics().flush();
    CHECK_FALSE(fs::exists(shorter_journal(room)));
    CHECK(warns(room, "cannot be shortened"));
    CHECK(room.total("e1") == 20);
    const auto long_one = bytes_of(journal(room));

    run("drop trigger one_a_day");
    commits(room, analytics::DayJournal::commits_until_retry + 1);
    CHECK(bytes_of(journal(room)) != long_one);
    CHECK(room.statistics().warnings().empty());
    room.restart();
    listen(room, 0, 20);
    room.statistics().flush();
    CHECK(room.total("e1") == 20);
}

TEST_CASE("a rewrite for which there is no room leaves nothing behind") {
    const SmallDisk disk("8m");
    Room room({.commit_every = std::chrono::hours(1), .long_journal = 1}, disk.path());
    room.set_clock(moment);
    listen(room, 0, 20'000);
    disk.fill(64 << 10);  // far less than 20,000 listens take
    room.statistics().flush();
    CHECK_FALSE(fs::exists(shorter_journal(room)));
    CHECK(warns(room, "cannot be shortened"));
    listen(room, 20'000, 20'100);  // for whom there is still room
    CHECK_FALSE(warns(room, "in memory only"));

    disk.empty();
    commits(room, analytics::DayJournal::commits_until_retry + 1);
    CHECK(room.statistics().warnings().empty());
    CHECK(room.total("e1") == 20'100);
}

TEST_CASE("what a full folder could not take is in the journal when there is room again") {
    const SmallDisk disk("8m");
    Room room({.commit_every = std::chrono::hours(1)}, disk.path());
    room.set_clock(moment);
    listen(room, 0, 10);
    disk.fill();
    listen(room, 10, 1'000);
    CHECK(warns(room, "in memory only"));
    room.statistics().flush();
    disk.empty();
    commits(room, analytics::DayJournal::commits_until_retry + 1);
    CHECK(room.statistics().warnings().empty());
    room.restart();
    listen(room, 0, 1'000);  // known, every one
    room.statistics().flush();
    CHECK(room.total("e1") == 1'000);
}

TEST_CASE("in a small folder a journal is written anew when it takes a quarter of it") {
    const SmallDisk disk("8m");
    Room room({.commit_every = std::chrono::hours(1)}, disk.path());
    room.set_clock(moment);
    std::uint64_t longest = 0;
    for (int round = 0; round < 60; ++round) {  // some listeners, in ever more pieces
        for (std::uint32_t listener = 0; listener < 1'000; ++listener) {
            auto piece = fragment(listener, false);
            piece.acknowledged = {{10'000U * static_cast<unsigned>(round), 10'000U * static_cast<unsigned>(round) + 10'000}};
            room.statistics().submit(std::move(piece));
        }
        room.statistics().flush();
        longest = std::max(longest, static_cast<std::uint64_t>(fs::file_size(journal(room))));
    }
    CHECK(longest > 1 << 20);
    CHECK(fs::file_size(journal(room)) < longest);
    CHECK(longest <= 2 << 20);
    CHECK(room.statistics().warnings().empty());
}

TEST_CASE("another version's journal is begun anew, and the operator hears of it until the day is over") {
    Room room;
    room.set_clock("2026-11-23T23:00:00Z");
    room.statistics().submit(fragment(1, true));
    room.statistics().flush();
    room.stop();
    std::fstream(journal(room), std::ios::in | std::ios::out | std::ios::binary) << "EARSHOT2";
    room.restart();
    CHECK(warns(room, "The journal of 2026-11-23 is of another version of Earshot"));
    listen(room, 0, 20);
    room.statistics().flush();
    CHECK(room.total("e1") == 20);
    room.set_clock("2026-11-24T00:10:01Z");
    room.statistics().flush();
    CHECK(room.statistics().warnings().empty());
}

TEST_CASE("a journal does not tell who shares an address before it has to") {
    using namespace analytics;
    const TemporaryFolder folder;
    const auto file = folder.path() / "journal";
    Terms terms;
    Windows windows(terms);
    const auto recognition = Recognition::load({});
    REQUIRE(recognition.has_value());
    const auto day = day_of(*model::parse_rfc3339(moment));
    windows.open(day, DayKey::in_memory());
    DayJournal journal(Journal::open(file), terms);
    Step step;
    for (const bool first : {true, false}) {
        for (const auto* agent : {"Overcast/3.0", "AntennaPod/3.2.0"}) {
            auto delivery = fragment(1, first);
            delivery.user_agent = agent;
            windows.take(delivery, *recognition, step);
            journal.add(step);
        }
    }
    journal.write();
    std::vector<Crowds::Place> places;
    EntryReader reader(terms, {.record = [&](Record&& record) { places.push_back(record.place); },
                               .cell = [](std::uint32_t, Hour, const HourCells::Cell&) {},
                               .listen = [](const ListenerKey&, Listen&&) {},
                               .crowd = [](std::uint32_t, std::uint32_t, std::uint16_t) { return true; }});
    Journal::open(file).replay([&](std::string_view entries, std::uint64_t) { return reader.read(entries); });
    REQUIRE(places.size() == 4);
    CHECK(places[0] == 0);
    CHECK(places[1] == 0);
    CHECK(places[2] != 0);  // counted: a restart must count the address's downloads again
    CHECK(places[2] == places[3]);
    CHECK((places[2] & 0xfff0'0000'fff0'0000) == 0);
}

}  // namespace earshot::tests
