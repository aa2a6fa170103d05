// The small parts: intervals, addresses, probes, keys, records.

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <numeric>
#include <random>

#include "server/analytics/interval_set.hpp"
#include "server/analytics/journal.hpp"
#include "server/analytics/journal_entries.hpp"
#include "server/analytics/listen_table.hpp"
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

TEST_CASE("a union of intervals is what a set of single bytes says") {
    std::mt19937 random(std::random_device{}());
    const auto below = [&random](std::uint64_t end) { return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random); };
    for (int round = 0; round < 300; ++round) {
        IntervalSet set;
        std::vector<bool> bytes(120);
        for (auto adds = below(12); adds > 0; --adds) {
            const auto begin = below(100), end = begin + below(20);
            set.add({begin, end});
            std::fill(bytes.begin() + static_cast<long>(begin), bytes.begin() + static_cast<long>(end), true);
            const IntervalSet copy = set;
            CHECK(copy.size() == static_cast<std::uint64_t>(std::ranges::count(bytes, true)));
            std::vector<bool> pieces(120);
            for (const auto& piece : copy.pieces())
                std::fill(pieces.begin() + static_cast<long>(piece.begin), pieces.begin() + static_cast<long>(piece.end), true);
            CHECK(pieces == bytes);
            CHECK(set.overlap(copy) == set.size());
        }
    }
}

TEST_CASE("listens are found by their keys, wherever the table has grown") {
    ListenTable table;
    const auto key_of = [](std::uint32_t number) {
        ListenerKey key;
        const std::uint64_t mixed = (number % 1'000) * 0x9e3779b97f4a7c15;  // many begin alike
        std::memcpy(key.bytes.data(), &mixed, sizeof mixed);
        std::memcpy(key.bytes.data() + sizeof mixed, &number, sizeof number);
        return key;
    };
    std::vector<Listen*> where;
    for (std::uint32_t number = 0; number < 20'000; ++number) {
        CHECK(table.find(key_of(number)) == nullptr);
        const auto [listen, is_new] = table.try_emplace(key_of(number));
        CHECK(is_new);
        listen->last.hour = number;
        where.push_back(listen);
    }
    CHECK(table.size() == 20'000);
    for (std::uint32_t number = 0; number < 20'000; ++number) {
        CHECK(table.find(key_of(number)) == where[number]);
        CHECK(table.try_emplace(key_of(number)) == std::pair(where[number], false));
        CHECK(where[number]->last.hour == number);
    }
    std::uint32_t seen = 0;
    table.each([&](const ListenerKey& key, const Listen& listen) { seen += key == key_of(listen.last.hour); });
    CHECK(seen == 20'000);
}

TEST_CASE("a listener cannot make an interval set grow without end") {
    IntervalSet set;
    for (std::uint64_t i = 0; i < 100'000; ++i) set.add({i * 10, i * 10 + 1});
    CHECK(set.pieces().size() == IntervalSet::most_pieces);
    set.add({0, 1'000'000});
    CHECK(set.size() == 1'000'000);
}

TEST_CASE("addresses stand for a listener") {
    CHECK(ListenerAddress("192.0.2.1") == ListenerAddress("::ffff:192.0.2.1"));
    CHECK(ListenerAddress("192.0.2.1") == ListenerAddress("::FFFF:c000:201"));
    CHECK(ListenerAddress("192.0.2.1") != ListenerAddress("192.0.2.2"));
    CHECK(ListenerAddress("2001:db8:1:2::1") == ListenerAddress("2001:DB8:1:2:3:4:5:6"));
    CHECK(ListenerAddress("2001:db8:1:2::1") != ListenerAddress("2001:db8:1:3::1"));
    CHECK(ListenerAddress("fe80::1%eth0") == ListenerAddress("fe80::2"));
    CHECK(ListenerAddress("nonsense") != ListenerAddress("other nonsense"));
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

TEST_CASE("a listener's key is HMAC-SHA-256 of what it stands for") {
    const TemporaryFolder folder;
    std::array<unsigned char, 32> secret;
    std::iota(secret.begin(), secret.end(), static_cast<unsigned char>(1));
    std::ofstream(folder.path() / "key", std::ios::binary).write(reinterpret_cast<const char*>(secret.data()), secret.size());
    const auto key = DayKey::in_file(folder.path() / "key");
    // Each part after its length: '4' and the address, the agent, the episode.
    const std::string message(
        "\5\0\0\0"
        "4\xc0\0\2\1"
        "\5\0\0\0"
        "agent"
        "\2\0\0\0"
        "e1",
        24);
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> expected;
    ::crypto_auth_hmacsha256(expected.data(), reinterpret_cast<const unsigned char*>(message.data()), message.size(), secret.data());
    const auto listener = key.of(ListenerAddress("192.0.2.1"), "agent", "e1");
    CHECK(std::equal(listener.bytes.begin(), listener.bytes.end(), expected.begin()));
}

TEST_CASE("a day's key is found again in its file and gone after the day") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "day.key";
    auto key = DayKey::in_file(file);
    const auto listener = key.of(ListenerAddress("192.0.2.1"), "agent", "e1");
    CHECK(std::filesystem::file_size(file) == 32);
    CHECK(std::filesystem::status(file).permissions() == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK(DayKey::in_file(file).of(ListenerAddress("192.0.2.1"), "agent", "e1") == listener);
    CHECK(key.of(ListenerAddress("192.0.2.1"), "agent", "e2").bytes != listener.bytes);
    CHECK(key.place_of(ListenerAddress("192.0.2.1"), "e1") == DayKey::in_file(file).place_of(ListenerAddress("::ffff:192.0.2.1"), "e1"));
    CHECK(key.place_of(ListenerAddress("192.0.2.1"), "e1") != key.place_of(ListenerAddress("192.0.2.1"), "e2"));
    CHECK(key.place_of(ListenerAddress("192.0.2.1"), "e1") != DayKey::in_memory().place_of(ListenerAddress("192.0.2.1"), "e1"));
    CHECK(key.of(ListenerAddress("192.0.2.1"), "agente", "1").bytes != key.of(ListenerAddress("192.0.2.1"), "agent", "e1").bytes);
    CHECK(DayKey::in_memory().of(ListenerAddress("192.0.2.1"), "agent", "e1").bytes != listener.bytes);
    const auto other_name = folder.path() / "link";
    std::filesystem::create_hard_link(file, other_name);
    key.destroy();
    CHECK_FALSE(std::filesystem::exists(file));
    std::ifstream left(other_name, std::ios::binary);
    CHECK(std::string(std::istreambuf_iterator<char>(left), {}) == std::string(32, '\0'));  // overwritten before it was removed
    CHECK_THROWS(key.of(ListenerAddress("192.0.2.1"), "agent", "e1"));
}

namespace {

Listen some_listen(Terms& terms) {
    Listen listen{.last = {497'999, Verdict::repeat}, .is_waiting = true, .counted = true, .in_evening = true};
    for (const std::uint64_t bytes : {1'000, 2'000}) {
        auto& track = listen.add_track();
        track.version = terms.version({terms.episode("e1"), bytes, 100});
        track.counted_before = bytes == 1'000;
        track.before.make().add({5, 50});
        track.today.add({60, 70});
        track.today.add({80, bytes});
    }
    return listen;
}

// All kinds of entries, as a frame.
WipedString some_frame(Terms& terms) {
    Record record{.hour = 498'000, .requests = 0, .in_evening = true, .place = 7, .most_at_place = 500, .audio = {{0, 10}, {20, 30}}};
    const auto episode = terms.episode("e1");
    record.context = terms.context({episode, terms.version({episode, 1'000, 100}), {"Overcast", "app", "mobile", "GB", "none", "mp3"}});
    record.listener.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    record.carried = some_listen(terms);
    HourCells cells;
    cells.of(record.context, 498'000) += {12'345, {0, 3}};
    WipedString frame(Journal::frame_head, '\0');
    EntryWriter writer(terms);
    writer.record(record, record.place, frame);
    writer.record(record, record.place, frame);  // the context is known by now
    writer.cells(cells, frame);
    writer.listen(record.listener, some_listen(terms), frame);
    writer.crowd(1, 77, 9, frame);
    return frame;
}

// What comes of entries: as a frame again when they were those of some_frame().
struct Again {
    explicit Again(Terms& terms)
        : writer(terms),
          reader(terms, {.record = [this](Record&& record) { ++records, writer.record(record, record.place, frame); },
                         .cell =
                             [this](std::uint32_t episode, Hour hour, const HourCells::Cell& cell) {
                                 HourCells one;
                                 one.of(episode, hour) += cell;
                                 writer.cells(one, frame);
                             },
                         .listen = [this](const ListenerKey& key, Listen&& listen) { writer.listen(key, listen, frame); },
                         .crowd =
                             [this](std::uint32_t row, std::uint32_t at, std::uint16_t count) {
                                 writer.crowd(row, at, count, frame);
                                 return row < 2;
                             }}) {}
    EntryWriter writer;
    EntryReader reader;
    WipedString frame = WipedString(Journal::frame_head, '\0');
    int records{};
};

}  // namespace

TEST_CASE("the journal gives back what it was given, and cuts a torn end") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "day.journal";
    Terms terms;
    (void)terms.context({terms.episode("another"), {}, {}});  // so that numbers differ from the reader's
    auto frame = some_frame(terms);
    std::string id;
    {
        auto journal = Journal::open(file);
        id = journal.id();
        for (int i = 0; i < 2; ++i) journal.append(frame);
    }
    const auto whole = std::filesystem::file_size(file);
    for (std::size_t torn = 0; torn < frame.size(); ++torn) {
        std::ofstream(file, std::ios::binary | std::ios::app) << frame.substr(0, torn);
        auto journal = Journal::open(file);
        CHECK(journal.id() == id);
        int frames = 0;
        journal.replay([&](std::string_view entries, std::uint64_t end) {
            ++frames;
            CHECK(end <= whole);
            Terms other;
            Again again(other);
            CHECK(again.reader.read(entries));
            Terms third;
            Again once_more(third);
            CHECK(once_more.reader.read(std::string_view(again.frame).substr(Journal::frame_head)));
            CHECK(once_more.frame == again.frame);
            CHECK(again.frame.size() == frame.size());
            CHECK(again.records == 2);
            return true;
        });
        CHECK(frames == 2);
        CHECK(std::filesystem::file_size(file) == whole);
    }
}

TEST_CASE("a damaged frame ends the journal, never crashes it") {
    Terms terms;
    const auto frame = some_frame(terms);
    for (std::size_t at = 0; at < frame.size(); ++at) {
        const TemporaryFolder folder;
        auto good = frame;
        {
            auto journal = Journal::open(folder.path() / "j");
            journal.append(good);
        }
        std::fstream bytes(folder.path() / "j", std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(static_cast<std::streamoff>(24 + at));
        bytes.put(static_cast<char>(good[at] ^ 0x55));
        bytes.close();
        auto journal = Journal::open(folder.path() / "j");
        int frames = 0;
        const auto count = [&](std::string_view, std::uint64_t) { return ++frames > 0; };
        journal.replay(count);
        CHECK(frames == 0);
        journal.append(good);
        journal.replay(count);
        CHECK(frames == 1);
    }
}

TEST_CASE("entries that nobody wrote are refused, never more") {
    Terms terms;
    const auto frame = some_frame(terms);
    const auto entries = std::string_view(frame).substr(Journal::frame_head);
    const auto read = [](std::string_view bytes) {
        Terms other;
        return Again(other).reader.read(bytes);
    };
    CHECK(read(entries));
    CHECK(read(""));
    int refused = 0;
    for (std::size_t cut = 1; cut < entries.size(); ++cut) refused += !read(entries.substr(0, cut));
    CHECK(refused > static_cast<int>(entries.size()) - 10);  // but between two entries
    for (std::size_t at = 0; at < entries.size(); ++at) {
        for (const char flip : {'\x01', '\x80', '\xff'}) {
            std::string damaged(entries);
            damaged[at] = static_cast<char>(damaged[at] ^ flip);
            (void)read(damaged);
        }
    }
    CHECK_FALSE(read("\x06"));
}

TEST_CASE("a journal can take another's place") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "day.journal", kept = folder.path() / "kept";
    Terms terms;
    auto frame = some_frame(terms);
    auto longer = Journal::open(file);
    for (int i = 0; i < 9; ++i) longer.append(frame);
    std::filesystem::create_hard_link(file, kept);
    auto shorter = Journal::open(folder.path() / "day.shorter");
    shorter.append(frame);
    shorter.replace(longer);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "day.shorter"));
    CHECK(Journal::open(file).id() == shorter.id());
    CHECK(std::filesystem::file_size(file) == shorter.position());
    std::ifstream left(kept, std::ios::binary);
    CHECK(std::all_of(std::istreambuf_iterator<char>(left), {}, [](char c) { return c == 0; }));
    shorter.destroy();
    CHECK_FALSE(std::filesystem::exists(file));
}

}  // namespace earshot::tests
