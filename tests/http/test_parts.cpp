// The pure parts of the engine: chunked coding, the ledger of acknowledged bytes, addresses behind proxies.
#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <mutex>
#include <string>

#include "server/http/chunked.hpp"
#include "server/http/client_address.hpp"
#include "server/http/delivery_ledger.hpp"
#include "server/http/outgoing.hpp"
#include "server/http/pool.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace earshot;
using namespace earshot::http;

namespace {

struct Decoded {
    std::string body;
    bool done, failed;
    std::size_t used;
};

Decoded decode(std::string_view bytes, std::size_t step) {
    ChunkedDecoder decoder;
    Decoded result{};
    while (result.used < bytes.size() && !decoder.done() && !decoder.failed()) {
        result.used += decoder.decode(bytes.substr(result.used, step), result.body, 1000);
    }
    result.done = decoder.done();
    result.failed = decoder.failed();
    return result;
}

}  // namespace

TEST_CASE("chunked bodies are decoded, however they are cut") {
    struct Row {
        std::string bytes, body;
    };
    const std::vector<Row> rows{
        {"0\r\n\r\n", ""},
        {"5\r\nhello\r\n0\r\n\r\n", "hello"},
        {"5\r\nhello\r\n00006\r\n world\r\n000\r\n\r\n", "hello world"},
        {"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"},
        {"5;a=b;c=\"d;e\"\r\nhello\r\n0;x\r\n\r\n", "hello"},
        {"5 ;a\r\nhello\r\n0\r\n\r\n", "hello"},
        {"5 ; a = b\t;c=\"x\\\"y\\\\\"\r\nhello\r\n0;last=\"\"\r\n\r\n", "hello"},
        {"5\r\nhello\r\n0\r\nX-Trailer: 1\r\nY: 2\r\n\r\n", "hello"},
        {"3\r\n\r\n\n\r\n0\r\n\r\n", "\r\n\n"},
    };
    for (const auto& row : rows) {
        for (std::size_t step = 1; step <= row.bytes.size() + 4; ++step) {
            const auto got = decode(row.bytes + "GET ", step);
            INFO(row.bytes << " in steps of " << step);
            REQUIRE(got.done);
            REQUIRE(got.body == row.body);
            REQUIRE(got.used == row.bytes.size());
        }
    }
}

TEST_CASE("chunked bodies that could be read in two ways are refused") {
    const std::string filler(2000, 'x');
    std::string many_extensions, many_trailers = "0\r\n";
    for (int i = 0; i < 40; ++i) many_extensions += "1;" + std::string(500, 'e') + "\r\nx\r\n";
    for (int i = 0; i < 10; ++i) many_trailers += "T: " + std::string(500, 't') + "\r\n";
    for (const std::string& bytes : std::vector<std::string>{"\r\n",
                                                             "x\r\n",
                                                             "-5\r\n",
                                                             "+5\r\n",
                                                             "0x5\r\n",
                                                             " 5\r\n",
                                                             "5 \r\n",
                                                             "5 x\r\n",
                                                             "5\nhello\r\n",
                                                             "5\r\nhello\n0\r\n\r\n",
                                                             "5\r\nhelloX\r\n",
                                                             "5\r\nhello0\r\n\r\n",
                                                             "5\rhello",
                                                             "5;a\nhello",
                                                             "5;a\rb\r\n",
                                                             "5;\x01\r\n",
                                                             "5;\r\n",
                                                             "5;a=\r\n",
                                                             "5;a=b c\r\n",
                                                             "5;a ;\r\n",
                                                             "5;a=\"b\r\n",
                                                             "5;a=\"b\\\"\r\n",
                                                             "5;a=\"b\"c\r\n",
                                                             "5;=b\r\n",
                                                             "11111111111111111\r\n",
                                                             "5;" + filler + "\r\n",
                                                             filler,
                                                             many_extensions,
                                                             many_trailers,
                                                             "0\r\nno colon\r\n\r\n",
                                                             "0\r\n: x\r\n\r\n",
                                                             "0\r\n fold: x\r\n\r\n",
                                                             "0\r\nX : y\r\n\r\n",
                                                             "0\r\nX: y\n\r\n",
                                                             std::string("0\r\nX: \0\r\n\r\n", 11)}) {
        for (const std::size_t step : {1UL, 2UL, 3UL, bytes.size()}) {
            const auto got = decode(bytes, step);
            INFO(bytes.substr(0, 60) << " in steps of " << step);
            CHECK(got.failed);
            CHECK_FALSE(got.done);
        }
    }
}

TEST_CASE("a decoder stops at what it may append") {
    ChunkedDecoder decoder;
    std::string out;
    CHECK(decoder.decode("9\r\n123456789\r\n", out, 4) == 7);
    CHECK(out == "1234");
    CHECK(decoder.pending() == 5);
}

namespace {

struct Ledger {
    DeliveryLedger ledger;
    std::vector<model::Delivery> got;
    model::DeliverySink sink = [this](model::Delivery&& delivery) { got.push_back(std::move(delivery)); };
    std::map<std::string, std::shared_ptr<const FileReply::Counted>> files;
    CountedResponse response(const std::string& profile) {
        auto& audio = files[profile];
        if (!audio) audio = std::make_shared<const FileReply::Counted>(FileReply::Counted{{"episode"}, profile, {}, false});
        return {.audio = audio, .address = "192.0.2.1", .user_agent = "App/1", .referrer = {}, .range = "bytes=0-", .status = 206};
    }
    void open(const std::string& profile, std::vector<StreamSegment> segments, std::uint64_t end) {
        ledger.open(response(profile), std::move(segments), end);
    }
    // A range of 100 bytes behind a head of 10.
    void open_alike(std::string_view agent, std::uint64_t at, std::uint64_t from) {
        auto next = response("a");
        next.alike = true;
        next.user_agent = agent;
        ledger.open(next, {{at + 10, {from, from + 100}}}, at + 110);
    }
};

}  // namespace

TEST_CASE("acknowledged stream bytes become file bytes") {
    Ledger test;
    SECTION("the head does not count") {
        test.open("a", {{300, {0, 1000}}}, 1300);
        test.ledger.advance(300, {}, test.sink);
        CHECK(test.got.empty());
        test.ledger.advance(301, {}, test.sink);
        test.ledger.advance(301, {}, test.sink);
        test.ledger.advance(900, {}, test.sink);
        CHECK_FALSE(test.ledger.empty());
        test.ledger.advance(1300, {}, test.sink);
        CHECK(test.ledger.empty());
        REQUIRE(test.got.size() == 3);
        CHECK(test.got[0].acknowledged == std::vector{model::Interval{0, 1}});
        CHECK(test.got[1].acknowledged == std::vector{model::Interval{1, 600}});
        CHECK(test.got[2].acknowledged == std::vector{model::Interval{600, 1000}});
        CHECK(test.got[0].requests == 1);
        CHECK(test.got[1].requests == 0);
    }
    SECTION("what follows a whole listen is reported now and then, before midnight, and at the end") {
        using namespace std::chrono_literals;
        const model::Timestamp noon(std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 12h);
        test.files["a"] = std::make_shared<const FileReply::Counted>(FileReply::Counted{{"episode"}, "a", {9000, 100, 1000}, false});
        test.open("a", {{0, {0, 9000}}}, 9000);
        const auto reported = [&](std::uint64_t acknowledged, model::Timestamp now) {
            test.got.clear();
            test.ledger.advance(acknowledged, now, test.sink);
            return test.got.empty() ? std::vector<model::Interval>{} : test.got.at(0).acknowledged;
        };
        CHECK(reported(1099, noon) == std::vector{model::Interval{0, 1099}});
        CHECK(reported(1100, noon + 1s) == std::vector{model::Interval{1099, 1100}});
        CHECK(reported(2000, noon + 2s).empty());
        CHECK(reported(3000, noon + 10999ms).empty());
        CHECK(reported(4000, noon + 11s) == std::vector{model::Interval{1100, 4000}});
        CHECK(reported(5000, noon + 12h - 5s) == std::vector{model::Interval{4000, 5000}});
        CHECK(reported(6000, noon + 12h - 4s) == std::vector{model::Interval{5000, 6000}});
        CHECK(reported(7000, noon + 12h + 1s) == std::vector{model::Interval{6000, 7000}});
        CHECK(reported(8999, noon + 12h + 2s).empty());
        CHECK(reported(8999, noon + 11h) == std::vector{model::Interval{7000, 8999}});  // the clock was set back
        CHECK(reported(9000, noon + 11h + 1s) == std::vector{model::Interval{8999, 9000}});
        CHECK(test.ledger.empty());
    }
    SECTION("nor does multipart text") {
        test.open("a", {{100, {500, 600}}, {250, {0, 50}}}, 330);
        test.ledger.advance(260, {}, test.sink);
        test.ledger.advance(330, {}, test.sink);
        REQUIRE(test.got.size() == 2);
        CHECK(test.got[0].acknowledged == std::vector{model::Interval{500, 600}, model::Interval{0, 10}});
        CHECK(test.got[1].acknowledged == std::vector{model::Interval{10, 50}});
        CHECK(test.ledger.empty());
    }
    SECTION("answers without content are reported once, when they arrived or at the end") {
        test.open("a", {}, 200);
        test.open("b", {}, 400);
        test.ledger.advance(200, {}, test.sink);
        REQUIRE(test.got.size() == 1);
        CHECK(test.got[0].profile == "a");
        test.ledger.finish(200, {}, test.sink);
        REQUIRE(test.got.size() == 2);
        CHECK(test.got[1].requests == 1);
        CHECK(test.got[1].acknowledged.empty());
    }
    SECTION("the end reports the rest, and nothing twice") {
        test.open("a", {{300, {0, 1000}}}, 1300);
        test.open("b", {{1400, {0, 10}}}, 1410);
        test.ledger.advance(800, {}, test.sink);
        test.ledger.finish(1000, {}, test.sink);
        REQUIRE(test.got.size() == 3);
        CHECK(test.got[1].acknowledged == std::vector{model::Interval{500, 700}});
        CHECK(test.got[2].profile == "b");
        CHECK(test.got[2].acknowledged.empty());
        test.ledger.finish(5000, {}, test.sink);
        CHECK(test.got.size() == 3);
    }
}

TEST_CASE("alike requests that are over are reported together, each with its bytes") {
    Ledger test;
    for (const std::uint64_t i : {0, 1, 2, 3}) test.open_alike("App/1", i * 110, i * 1000);
    CHECK(test.ledger.size() == 4);
    SECTION("whole ones only, and the rest later") {
        test.ledger.advance(275, {}, test.sink);
        REQUIRE(test.got.size() == 1);
        CHECK(test.got[0].requests == 2);
        CHECK(test.got[0].acknowledged == std::vector{model::Interval{0, 100}, model::Interval{1000, 1100}});
        CHECK(test.ledger.size() == 2);
        test.ledger.advance(440, {}, test.sink);
        REQUIRE(test.got.size() == 2);
        CHECK(test.got[1].requests == 2);
        CHECK(test.got[1].acknowledged == std::vector{model::Interval{2000, 2100}, model::Interval{3000, 3100}});
        CHECK(test.ledger.empty());
    }
    SECTION("the end reports every request, with what came of it") {
        test.ledger.finish(275, {}, test.sink);
        REQUIRE(test.got.size() == 3);
        CHECK(test.got[0].requests == 2);
        CHECK(test.got[1].requests == 1);
        CHECK(test.got[1].acknowledged == std::vector{model::Interval{2000, 2045}});
        CHECK(test.got[2].requests == 1);
        CHECK(test.got[2].acknowledged.empty());
    }
    SECTION("a request that was reported in part stays alone") {
        test.ledger.advance(330, {}, test.sink);
        test.ledger.advance(400, {}, test.sink);
        test.open_alike("App/1", 440, 4000);
        test.ledger.advance(550, {}, test.sink);
        REQUIRE(test.got.size() == 4);
        CHECK(test.got[1].requests == 1);
        CHECK(test.got[1].acknowledged == std::vector{model::Interval{3000, 3060}});
        CHECK(test.got[2].requests == 0);
        CHECK(test.got[2].acknowledged == std::vector{model::Interval{3060, 3100}});
        CHECK(test.got[3].requests == 1);
    }
    SECTION("another client's, or another kind of answer, is a report of its own") {
        test.open_alike("App/2", 440, 4000);
        test.open("a", {{600, {0, 100}}}, 700);
        test.ledger.advance(700, {}, test.sink);
        REQUIRE(test.got.size() == 3);
        CHECK(test.got[0].requests == 4);
        CHECK(test.got[1].user_agent == "App/2");
    }
}

TEST_CASE("the right-most untrusted address is the client") {
    const TrustedProxies proxies({"10.0.0.0/8", "192.0.2.1", "fd00::/8", "::1"});
    struct Row {
        std::string peer;
        std::vector<std::string_view> lines;
        std::string client;
    };
    const std::vector<Row> rows{
        {"198.51.100.1", {"203.0.113.1"}, "198.51.100.1"},
        {"10.1.2.3", {}, "10.1.2.3"},
        {"10.1.2.3", {"203.0.113.1"}, "203.0.113.1"},
        {"10.1.2.3", {"1.1.1.1, 203.0.113.1"}, "203.0.113.1"},
        {"10.1.2.3", {"1.1.1.1", "203.0.113.1 , 192.0.2.1"}, "203.0.113.1"},
        {"10.1.2.3", {"10.9.9.9, 10.8.8.8"}, "10.9.9.9"},
        {"10.1.2.3", {"203.0.113.1, unknown"}, "10.1.2.3"},
        {"10.1.2.3", {"203.0.113.1, , 10.2.2.2"}, "203.0.113.1"},
        {"10.1.2.3", {"2001:db8::5"}, "2001:db8::5"},
        {"fd00::7", {"::ffff:203.0.113.1"}, "203.0.113.1"},
        {"::1", {"203.0.113.1:443"}, "203.0.113.1"},
        {"192.0.2.2", {"203.0.113.1"}, "192.0.2.2"},
    };
    for (const auto& row : rows) CHECK(proxies.client(row.peer, row.lines) == row.client);
    CHECK(TrustedProxies({}).client("10.1.2.3", std::vector<std::string_view>{"1.1.1.1"}) == "10.1.2.3");
    for (const auto* bad : {"", "10.0.0.0/33", "::/129", "10.0.0", "10.0.0.0/", "10.0.0.0/x", "localhost", "10.0.0.0/8x"}) {
        INFO(bad);
        CHECK_THROWS_AS(TrustedProxies({bad}), std::invalid_argument);
    }
}

TEST_CASE("a mapping belongs to its file object, not to the object's address") {
    const tests::TemporaryFolder folder;
    const auto open = [&](const char* name, std::string_view bytes) {
        std::ofstream(folder.path() / name) << bytes;
        return new model::OpenFile(::open((folder.path() / name).c_str(), O_RDONLY | O_CLOEXEC), bytes.size());
    };
    FileMappings mappings;
    model::OpenFilePtr file(open("a", "first"));
    const auto first = mappings.get(file);
    CHECK(mappings.get(file) == first);
    // The next object very likely takes the place of the last; either way its bytes must be its own.
    file.reset();
    file.reset(open("b", "other"));
    CHECK(std::string_view(mappings.get(file)->data(), 5) == "other");
    CHECK(std::string_view(first->data(), 5) == "first");
    file.reset(open("c", ""));
    CHECK(mappings.get(file) == nullptr);
    mappings.drop_unused();
}

TEST_CASE("the pool refuses what it cannot queue and finishes what it took") {
    std::mutex gate;
    std::atomic<int> done{0};
    int taken = 0;
    {
        gate.lock();
        Pool pool(1, 2);
        Pool::Work first = [&] {
            const std::lock_guard lock(gate);
            ++done;
        };
        REQUIRE(pool.submit(first));
        taken = 1;
        for (int i = 0; i < 10; ++i) {
            Pool::Work next = [&] { ++done; };
            taken += pool.submit(next) ? 1 : 0;
        }
        CHECK(taken <= 3);  // one at work, two in the queue
        CHECK(taken >= 2);
        gate.unlock();
    }
    CHECK(done == taken);
}
