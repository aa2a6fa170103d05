// Files over the wire: ranges and preconditions on real connections, and how much of them is reported as delivered.
#include <sys/socket.h>

#include <filesystem>
#include <thread>

#include "tests/http/file_station.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using http::Route;

namespace {

constexpr std::size_t small_size = 200'000, big_size = 12 << 20;

const std::string& big_bytes() {
    static const std::string bytes = pattern(big_size);
    return bytes;
}

struct Station {
    TemporaryFolder folder;
    Reports reports;
    std::string small = pattern(small_size);
    const std::string& big = big_bytes();
    std::mutex mutex;
    model::OpenFilePtr small_file = open_bytes(folder.path() / "small.mp3", small);
    model::OpenFilePtr big_file = open_bytes(folder.path() / "big.mp3", big);
    model::OpenFilePtr empty_file = open_bytes(folder.path() / "empty.mp3", "");
    std::unique_ptr<http::Server> server;

    explicit Station(http::ServerOptions options = quick_options()) {
        std::vector<Route> routes;
        routes.push_back(file_route("/small.mp3", [this] { return small_file; }));
        routes.push_back(file_route("/big.mp3", [this] {
            const std::lock_guard lock(mutex);
            return big_file;
        }));
        routes.push_back(file_route("/empty.mp3", [this] { return empty_file; }));
        server = std::make_unique<http::Server>(std::move(options), http::Router(std::move(routes), {}), reports.sink(), reports.log());
        server->start();
    }
    [[nodiscard]] std::uint16_t port() const { return server->ports().front(); }
};

}  // namespace

TEST_CASE("several ranges come as multipart/byteranges and are counted without their text") {
    Station station;
    WireClient client(station.port());
    const auto got = client.ask(get("/small.mp3", "Range: bytes=1000-1009,0-4\r\n"));
    REQUIRE(got);
    CHECK(got->status == 206);
    const auto type = got->field("Content-Type");
    REQUIRE(type.starts_with("multipart/byteranges; boundary="));
    const auto boundary = type.substr(type.find('=') + 1);
    const auto part = [&](std::string range, std::string bytes) {
        return "--" + boundary + "\r\nContent-Type: audio/mpeg\r\nContent-Range: bytes " + range + "/200000\r\n\r\n" + bytes;
    };
    CHECK(got->body == part("1000-1009", station.small.substr(1000, 10)) + "\r\n" + part("0-4", station.small.substr(0, 5)) + "\r\n--" +
                           boundary + "--\r\n");
    REQUIRE(station.reports.wait([](const auto& all) { return acknowledged(all) == 15; }));
    const auto all = station.reports.deliveries();
    CHECK(all.front().acknowledged.front() == model::Interval{1000, 1010});
    CHECK(all.back().acknowledged.back() == model::Interval{0, 5});
}

TEST_CASE("a delivery says who asked for what") {
    Station station;
    {
        WireClient client(station.port());
        CHECK(client.ask(get("/small.mp3", "Range: bytes=0-9\r\nUser-Agent: Pod/1\r\nReferer: https://x.example/\r\nSec-GPC: 1\r\n")));
        CHECK(client.ask(request("HEAD", "/small.mp3", "DNT: 1\r\n"), true));
        CHECK(client.ask(get("/small.mp3", "X-Forwarded-For: 192.0.2.7\r\nDNT: 0\r\nIf-None-Match: *\r\n")));
    }
    REQUIRE(station.reports.wait([](const auto& all) { return all.size() == 3; }));
    const auto all = station.reports.deliveries();
    CHECK(all[0].episode.value == "episode");
    CHECK(all[0].profile == "mp3");
    CHECK(all[0].address == "127.0.0.1");
    CHECK(all[0].user_agent == "Pod/1");
    CHECK(all[0].referrer == "https://x.example/");
    CHECK(all[0].range == "bytes=0-9");
    CHECK(all[0].method == "GET");
    CHECK(all[0].status == 206);
    CHECK(all[0].opted_out);
    CHECK(all[0].file.audio_start == 100);
    CHECK(all[0].acknowledged == std::vector{model::Interval{0, 10}});
    CHECK(all[1].method == "HEAD");
    CHECK(all[1].opted_out);
    CHECK(all[1].acknowledged.empty());
    CHECK(all[2].status == 304);
    CHECK_FALSE(all[2].opted_out);
    CHECK(all[2].address == "127.0.0.1");
}

TEST_CASE("only a listed proxy may speak for others") {
    auto options = quick_options();
    options.trusted_proxies = {"127.0.0.0/8", "10.0.0.0/8"};
    Station station(options);
    WireClient client(station.port());
    CHECK(client.ask(request("HEAD", "/small.mp3", "X-Forwarded-For: 203.0.113.9, 192.0.2.7, 10.1.1.1\r\n"), true));
    REQUIRE(station.reports.wait([](const auto& all) { return all.size() == 1; }));
    CHECK(station.reports.deliveries().front().address == "192.0.2.7");
}

TEST_CASE("a large file arrives whole and is counted whole") {
    Station station;
    WireClient client(station.port());
    const auto got = client.ask(get("/big.mp3"));
    REQUIRE(got);
    CHECK((got->body == station.big));
    const auto tail = client.ask(get("/big.mp3", "Range: bytes=3000000-\r\n"));
    REQUIRE(tail);
    CHECK((tail->body == std::string_view(station.big).substr(3'000'000)));
    // The connection stays open: the acknowledgement is noticed by the sweep.
    CHECK(station.reports.wait([](const auto& all) { return acknowledged(all) == 2 * big_size - 3'000'000; }));
    CHECK(firsts(station.reports.deliveries()) == 2);
}

TEST_CASE("several large ranges arrive whole") {
    Station station;
    WireClient client(station.port());
    const auto got = client.ask(get("/big.mp3", "Range: bytes=0-1999999,4000000-5999999\r\n"));
    REQUIRE(got);
    CHECK(got->body.find(station.big.substr(0, 2'000'000)) != std::string::npos);
    CHECK(got->body.find(station.big.substr(4'000'000, 2'000'000)) != std::string::npos);
    CHECK(station.reports.wait([](const auto& all) { return acknowledged(all) == 4'000'000; }));
}

TEST_CASE("what came before on the connection does not count for what follows") {
    Station station;
    {
        WireClient client(station.port(), 64 * 1024);
        CHECK(client.ask(get("/big.mp3", "Range: bytes=0-2999999\r\n"))->body.size() == 3'000'000);
        client.send(get("/big.mp3", "Range: bytes=5000000-\r\n"));
        CHECK(client.read_exactly(10'000).size() == 10'000);
    }
    REQUIRE(station.reports.wait([](const auto& all) { return firsts(all) == 2; }));
    station.server->stop();
    auto all = station.reports.deliveries();
    std::erase_if(all, [](const auto& delivery) { return delivery.range.starts_with("bytes=0-"); });
    CHECK(acknowledged(all) > 0);
    CHECK(acknowledged(all) <= 10'000 + 4 * 64 * 1024);
    CHECK(all.front().acknowledged.front().begin == 5'000'000);
}

TEST_CASE("a stalled listener is let go, a slow one is not") {
    auto options = quick_options();
    options.limits.write_stall = std::chrono::milliseconds(400);
    options.limits.idle_timeout = std::chrono::milliseconds(400);
    options.limits.send_buffer = 1 << 20;  // writable again only after a third of it: acknowledgements must keep the connection
    Station station(options);
    WireClient stalled(station.port(), 64 * 1024), slow(station.port(), 64 * 1024);
    stalled.send(get("/big.mp3"));
    slow.send(get("/big.mp3", "Range: bytes=0-5999999\r\n"));
    std::string got;
    for (int i = 0; i < 12; ++i) {  // three stall limits long
        got += slow.read_exactly(40'000);
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    const auto rest = slow.read_to_end();
    CHECK((got + rest).ends_with(station.big.substr(5'900'000, 100'000)));
    CHECK(stalled.read_to_end().size() < big_size);
}

TEST_CASE("a file that is replaced while it streams is finished from the old bytes") {
    Station station;
    WireClient client(station.port(), 64 * 1024);
    client.send(get("/big.mp3"));
    const auto begin = client.read_exactly(1'000'000);
    {
        const std::lock_guard lock(station.mutex);
        station.big_file = open_bytes(station.folder.path() / "next", "new");
        std::filesystem::rename(station.folder.path() / "next", station.folder.path() / "big.mp3");
    }
    const auto head_size = begin.find("\r\n\r\n") + 4;
    const auto rest = client.read_exactly(big_size + head_size - begin.size());
    CHECK((begin.substr(head_size) + rest == station.big));
    CHECK(client.ask(get("/big.mp3"))->body == "new");
}

TEST_CASE("a file without a date is sent without one") {
    TemporaryFolder folder;
    const auto file = open_bytes(folder.path() / "cover.jpg", "picture");
    http::Handler handler = [&](const http::Request&) -> http::Answer {
        return http::FileReply{
            .file = file, .etag = "\"p\"", .last_modified = {}, .content_type = "image/jpeg", .fields = {}, .counted = {}};
    };
    std::vector<Route> routes;
    routes.push_back({http::Method::get, "/cover.jpg", handler, http::Access::anyone, http::Run::here, http::Caching::immutable});
    http::Server server(quick_options(), http::Router(std::move(routes), {}), [](model::Delivery&&) {}, [](const http::RequestLog&) {});
    server.start();
    WireClient client(server.ports().front());
    const auto got = client.ask(get("/cover.jpg", "If-Modified-Since: Tue, 24 Nov 2026 07:00:00 GMT\r\n"));
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->body == "picture");
    CHECK(got->field("Last-Modified") == "-");
    CHECK(client.ask(get("/cover.jpg", "If-None-Match: \"p\"\r\n"))->status == 304);
}

TEST_CASE("a file cut short under us ends the connection, not the server") {
    Station station;
    for (const auto* target : {"/small.mp3", "/big.mp3"}) {
        std::filesystem::resize_file(station.folder.path() / (target + 1), 1000);
        WireClient client(station.port());
        CHECK_FALSE(client.ask(get(target)));
    }
    WireClient client(station.port());
    CHECK(client.ask(get("/empty.mp3"))->status == 200);
}

TEST_CASE("a graceful stop lets a running download finish and reports it before it returns") {
    Station station;
    WireClient client(station.port(), 64 * 1024), idle(station.port()), fresh(station.port());
    CHECK(idle.ask(get("/empty.mp3")));
    client.send(get("/big.mp3"));
    auto begin = client.read_exactly(1'000'000);
    std::thread stopper([&] { station.server->stop(); });
    CHECK(idle.ended());
    idle.close();
    CHECK(fresh.ended());
    fresh.close();
    CHECK_THROWS(WireClient(station.port()));
    const auto all = begin + client.read_to_end();
    CHECK(all.ends_with(station.big.substr(big_size - 1000)));
    client.close();
    stopper.join();
    CHECK(acknowledged(station.reports.deliveries()) == big_size);
    CHECK(station.server->connections() == 0);
}

TEST_CASE("a stop does not wait for ever") {
    auto options = quick_options();
    options.drain_timeout = std::chrono::milliseconds(300);
    Station station(options);
    WireClient client(station.port(), 64 * 1024);
    client.send(get("/big.mp3"));
    CHECK(client.read_exactly(1000).size() == 1000);
    station.server->stop();
    CHECK(station.server->connections() == 0);
    CHECK(firsts(station.reports.deliveries()) == 1);
}
