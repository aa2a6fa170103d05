// The small parts: intervals, addresses, probes, keys, records.

#include <fstream>

#include "server/analytics/interval_set.hpp"
#include "server/analytics/journal.hpp"
#include "server/analytics/listener.hpp"
#include "server/analytics/screen.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

using namespace analytics;

TEST_CASE("intervals unite") {
    IntervalSet set;
    set.add({10, 20});
    set.add({30, 40});
    CHECK(set.size() == 20);
    set.add({20, 30});  // touches both
    CHECK(set.pieces().size() == 1);
    CHECK(set.size() == 30);
    set.add({5, 50});
    set.add({7, 7});
    set.add({9, 8});
    CHECK(set.size() == 45);
    IntervalSet other;
    other.add({0, 6});
    other.add({49, 60});
    other.add({100, 200});
    CHECK(set.overlap(other) == 2);
    CHECK(other.overlap(set) == 2);
}

TEST_CASE("a listener cannot make an interval set grow without end") {
    IntervalSet set;
    for (std::uint64_t i = 0; i < 100'000; ++i) set.add({i * 10, i * 10 + 1});
    CHECK(set.pieces().size() == IntervalSet::most_pieces);
    set.add({0, 1'000'000});
    CHECK(set.size() == 1'000'000);
}

TEST_CASE("addresses stand for a listener") {
    CHECK(listener_address("192.0.2.1") == listener_address("::ffff:192.0.2.1"));
    CHECK(listener_address("192.0.2.1") == listener_address("::FFFF:c000:201"));
    CHECK(listener_address("192.0.2.1") != listener_address("192.0.2.2"));
    CHECK(listener_address("2001:db8:1:2::1") == listener_address("2001:DB8:1:2:3:4:5:6"));
    CHECK(listener_address("2001:db8:1:2::1") != listener_address("2001:db8:1:3::1"));
    CHECK(listener_address("fe80::1%eth0") == listener_address("fe80::2"));
    CHECK(listener_address("nonsense") != listener_address("other nonsense"));
}

TEST_CASE("probes ask for one or two bytes") {
    for (const auto* range : {"bytes=0-1", "bytes=0-0", "BYTES=0-1", "bytes= 0-1 ", "bytes=5-6", "bytes=-1", "bytes=-2", "bytes=998-",
                              "bytes=999-", "bytes=0-0,3-3", "bytes=0-0, -1"}) {
        INFO(range);
        CHECK(is_probe(range, 1'000));
    }
    for (const auto* range : {"", "bytes=", "bytes=0-2", "bytes=0-", "bytes=-3", "bytes=997-", "bytes=1-0", "bytes=a-b", "bytes=0-1,5-5",
                              "items=0-1", "0-1", "bytes=0-18446744073709551615", "bytes=1000-", "bytes=99999999999999999999-"}) {
        INFO(range);
        CHECK_FALSE(is_probe(range, 1'000));
    }
}

TEST_CASE("a day's key is found again in its file and gone after the day") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "day.key";
    auto key = DayKey::in_file(file);
    const auto listener = key.of("192.0.2.1", "agent", "e1");
    CHECK(std::filesystem::file_size(file) == 32);
    CHECK(std::filesystem::status(file).permissions() == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK(DayKey::in_file(file).of("192.0.2.1", "agent", "e1") == listener);
    CHECK(key.of("192.0.2.1", "agent", "e2").bytes != listener.bytes);
    CHECK(key.of("192.0.2.1", "agente", "1").bytes != key.of("192.0.2.1", "agent", "e1").bytes);
    CHECK(DayKey::in_memory().of("192.0.2.1", "agent", "e1").bytes != listener.bytes);
    const auto other_name = folder.path() / "link";
    std::filesystem::create_hard_link(file, other_name);
    key.destroy();
    CHECK_FALSE(std::filesystem::exists(file));
    std::ifstream left(other_name, std::ios::binary);
    CHECK(std::string(std::istreambuf_iterator<char>(left), {}) == std::string(32, '\0'));  // overwritten before it was removed
    CHECK_THROWS(key.of("192.0.2.1", "agent", "e1"));
}

namespace {

Record some_record() {
    Record record{.hour = 498'000, .episode = "e1", .bytes = 12'345, .requests = 0};
    record.listener.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    record.in_evening = true;
    record.version = {1'000, 100};
    record.audio = {{0, 10}, {20, 30}};
    record.values = {{"app", "Overcast"}, {"kind", "app"}};
    record.carried.emplace();
    record.carried->waiting = {497'999, Verdict::repeat};
    record.carried->tracks.push_back({{1'000, 100}, {}, {}, true});
    record.carried->tracks[0].before.add({5, 50});
    return record;
}

}  // namespace

TEST_CASE("the journal gives back what it was given, and cuts a torn end") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "day.journal";
    std::string frame;
    encode(some_record(), frame);
    std::string id;
    {
        auto journal = Journal::open(file);
        id = journal.id();
        journal.append(frame + frame);
    }
    const auto whole = std::filesystem::file_size(file);
    for (std::size_t torn = 0; torn < frame.size(); ++torn) {
        std::ofstream(file, std::ios::binary | std::ios::app) << frame.substr(0, torn);
        auto journal = Journal::open(file);
        CHECK(journal.id() == id);
        int records = 0;
        journal.replay([&](const Record& record, std::uint64_t end) {
            ++records;
            CHECK(end <= whole);
            std::string again;
            encode(record, again);
            CHECK(again == frame);
        });
        CHECK(records == 2);
        CHECK(std::filesystem::file_size(file) == whole);
    }
}

TEST_CASE("a damaged record ends the journal, never crashes it") {
    std::string frame;
    encode(some_record(), frame);
    for (std::size_t at = 0; at < frame.size(); ++at) {
        const TemporaryFolder folder;
        auto journal = Journal::open(folder.path() / "j");
        auto damaged = frame;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
        journal.append(damaged);
        int records = 0;
        journal.replay([&](const Record&, std::uint64_t) { ++records; });
        CHECK(records == 0);
        journal.append(frame);
        journal.replay([&](const Record&, std::uint64_t) { ++records; });
        CHECK(records == 1);
    }
}

}  // namespace earshot::tests
