// What one client may cost, and who is let go first when the server fills up.
#include <atomic>
#include <latch>
#include <thread>

#include "server/http/admission.hpp"
#include "tests/http/wire.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using namespace std::chrono_literals;
using http::Access, http::Admission, http::Answer, http::Caching, http::Look, http::Method, http::Request, http::Route, http::Run;

namespace {

struct Inn {
    TemporaryFolder folder;
    Reports reports;
    std::string bytes = pattern(8 << 20);
    model::OpenFilePtr file = open_bytes(folder.path() / "audio.mp3", bytes);
    std::unique_ptr<http::Server> server;

    explicit Inn(const std::function<void(http::ServerOptions&)>& change) {
        auto options = quick_options();
        change(options);
        server = std::make_unique<http::Server>(std::move(options), http::Router(routes(), {}), reports.sink(), reports.log());
        server->start();
    }
    [[nodiscard]] std::uint16_t port() const { return server->ports().front(); }
    [[nodiscard]] std::vector<Route> routes() const {
        http::Handler plain = [](const Request&) -> Answer { return http::text(200, "here"); };
        http::Handler audio = [this](const Request&) -> Answer { return http::FileReply{file, "\"v1\"", {}, "audio/mpeg", {}, {}}; };
        http::Handler endless = [](const Request&) -> Answer {
            return http::EventStream{[]() -> std::optional<std::string> { return ""; }, 10ms};
        };
        return {
            {Method::get, "/feed", plain, Access::anyone, Run::here, Caching::revalidate, Look::asset},
            {Method::get, "/audio.mp3", std::move(audio), Access::anyone, Run::here, Caching::media, Look::asset},
            {Method::post, "/form", plain, Access::anyone, Run::pool, Caching::no_store, Look::page, 1 << 20},
            {Method::get, "/livez", plain, Access::anyone, Run::here, Caching::no_store, Look::api},
            {Method::get, "/api", plain, Access::anyone, Run::pool, Caching::no_store, Look::api, 0, "", false, true},
            {Method::get, "/api/events", std::move(endless), Access::anyone, Run::pool, Caching::no_store, Look::api, 0, "", false, true},
        };
    }
};

// Connections that are at work for their clients: nobody is idle.
std::vector<std::unique_ptr<WireClient>> listeners(const Inn& inn, int count) {
    std::vector<std::unique_ptr<WireClient>> clients;
    for (int i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<WireClient>(inn.port(), 4096));
        clients.back()->send(get("/audio.mp3"));
        CHECK(clients.back()->read_exactly(4) == "HTTP");
    }
    return clients;
}

http::IpAddress address(std::string_view text) {
    return http::parse_address(text).value();
}

}  // namespace

TEST_CASE("no more connections than places, however many threads ask") {
    config::Limits limits;
    limits.max_connections = 100;
    limits.connections_per_address = 1'000;
    Admission admission(limits);
    std::atomic<int> admitted{0};
    std::latch all_have_asked(8);
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            std::vector<Admission::Place> held;
            for (int j = 0; j < 50; ++j) {
                if (auto place = admission.connection(address("192.0.2.1"))) held.push_back(std::move(*place));
            }
            admitted += static_cast<int>(held.size());
            all_have_asked.arrive_and_wait();
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(admitted == 100);
    CHECK(admission.connections() == 0);
}

TEST_CASE("an address has its share, but only when places run out") {
    config::Limits limits;
    limits.max_connections = 20;
    limits.connections_per_address = 3;
    Admission admission(limits);
    std::vector<Admission::Place> held;
    const auto ask = [&](std::optional<http::IpAddress> peer) {
        auto place = admission.connection(peer);
        if (place) held.push_back(std::move(*place));
        return place ? std::optional<Admission::Refusal>() : place.error();
    };
    for (int i = 0; i < 9; ++i) CHECK_FALSE(ask(address("192.0.2.1")));
    for (int i = 0; i < 9; ++i) CHECK_FALSE(ask(address("2001:db8::" + std::to_string(i))));
    CHECK(admission.crowded());
    CHECK(ask(address("192.0.2.1")) == Admission::Refusal::address_has_its_share);
    CHECK(ask(address("2001:db8::ffff:ffff:ffff:ffff")) == Admission::Refusal::address_has_its_share);
    CHECK_FALSE(ask(address("192.0.2.2")));
    CHECK_FALSE(ask(std::nullopt));  // a trusted proxy
    CHECK(ask(address("2001:db8:0:1::")) == Admission::Refusal::full);
    CHECK(ask(std::nullopt) == Admission::Refusal::full);
    held.erase(held.begin(), held.begin() + 7);  // of the first address two are left
    CHECK_FALSE(ask(address("192.0.2.3")));
    CHECK_FALSE(admission.crowded());
    held.clear();
    CHECK(admission.connections() == 0);
}

TEST_CASE("what yields has a fifth of the places, and none when they run out") {
    config::Limits limits;
    limits.max_connections = 20;
    Admission admission(limits);
    std::vector<Admission::Place> requests, connections;
    for (int i = 0; i < 4; ++i) requests.push_back(admission.yielding_request().value());
    CHECK_FALSE(admission.yielding_request());
    requests.pop_back();
    for (int i = 0; i < 17; ++i) connections.push_back(admission.connection(std::nullopt).value());
    CHECK(admission.excess() == 0);
    CHECK(admission.yielding_request());
    connections.push_back(admission.connection(std::nullopt).value());
    CHECK(admission.excess() == 1);
    CHECK_FALSE(admission.yielding_request());
}

TEST_CASE("at nine tenths the connection that waits longest goes first") {
    Inn inn([](auto& options) { options.limits.max_connections = 10; });
    std::vector<std::unique_ptr<WireClient>> idle;
    for (int i = 0; i < 8; ++i) {
        idle.push_back(std::make_unique<WireClient>(inn.port()));
        CHECK(idle.back()->ask(get("/feed"))->status == 200);
    }
    CHECK(idle[0]->ask(get("/feed"))->status == 200);  // now the one after it has waited longest
    WireClient ninth(inn.port());
    CHECK(ninth.ask(get("/feed"))->status == 200);
    WireClient tenth(inn.port());
    CHECK(tenth.ask(get("/feed"))->status == 200);
    CHECK(idle[1]->ended());
    CHECK(idle[0]->ask(get("/feed"))->status == 200);
    CHECK(idle[2]->ask(get("/feed"))->status == 200);
}

TEST_CASE("a full server sends staff away, goes on for listeners, and then refuses") {
    Inn inn([](auto& options) { options.limits.max_connections = 10; });
    const auto running = listeners(inn, 8);
    WireClient client(inn.port());  // the ninth
    CHECK(client.ask(get("/feed"))->status == 200);
    CHECK(client.ask(get("/livez"))->status == 200);
    CHECK(client.ask(get("/audio.mp3", "Range: bytes=0-9\r\n"))->status == 206);
    const auto refused = client.ask(get("/api"));
    REQUIRE(refused);
    CHECK(refused->status == 503);
    CHECK(refused->field("Retry-After") == "5");
    CHECK(refused->field("Content-Type") == "application/problem+json");
    CHECK(client.ended());
    client.close();

    const auto more = listeners(inn, 2);  // the first of these may have pushed out `client`, had it stayed
    WireClient last(inn.port());
    const auto full = last.read();
    REQUIRE(full);
    CHECK(full->status == 503);
    CHECK(full->field("Retry-After") == "5");
    CHECK(full->field("Connection") == "close");
    CHECK(last.ended());
}

TEST_CASE("staff requests that stay never take more than a fifth") {
    Inn inn([](auto& options) { options.limits.max_connections = 10; });
    WireClient first(inn.port()), second(inn.port()), third(inn.port());
    for (auto* client : {&first, &second}) {
        client->send(get("/api/events"));
        CHECK(client->read_exactly(15) == "HTTP/1.1 200 OK");
    }
    CHECK(third.ask(get("/feed"))->status == 200);
    CHECK(third.ask(get("/api"))->status == 503);
    first.close();
    second.close();
}

TEST_CASE("an address beyond its share is told so; a trusted proxy is not") {
    const bool proxy = GENERATE(false, true);
    Inn inn([&](auto& options) {
        options.limits.max_connections = 10;
        options.limits.connections_per_address = 3;
        if (proxy) options.trusted_proxies = {"127.0.0.1"};
    });
    const auto running = listeners(inn, 9);
    WireClient next(inn.port());
    if (proxy) {
        CHECK(next.ask(get("/feed"))->status == 200);
    } else {
        const auto refused = next.read();
        REQUIRE(refused);
        CHECK(refused->status == 429);
        CHECK(refused->field("Retry-After") == "5");
        CHECK(next.ended());
    }
}

TEST_CASE("a connection that was closed is forgotten when its client does not go") {
    const bool patient = GENERATE(false, true);
    Inn inn([&](auto& options) {
        options.limits.max_requests_per_connection = 1;
        options.limits.linger_timeout = patient ? 1h : 50ms;
    });
    WireClient client(inn.port());
    CHECK(client.ask(get("/feed"))->field("Connection") == "close");
    CHECK(client.ended());
    if (patient) {
        std::this_thread::sleep_for(200ms);
        CHECK(inn.server->connections() == 1);
        client.close();
    }
    for (int i = 0; i < 2'000 && inn.server->connections() > 0; ++i) std::this_thread::sleep_for(10ms);
    CHECK(inn.server->connections() == 0);
}

TEST_CASE("a body may come slowly, but not slower than the minimum") {
    const std::uint64_t minimum = GENERATE(0, 20'000);
    Inn inn([&](auto& options) {
        options.limits.body_minimum_rate = minimum;
        options.limits.rate_window = 200ms;
    });
    WireClient slow(inn.port());
    slow.send(request("POST", "/form", GENERATE("Content-Length: 72\r\n", "Transfer-Encoding: chunked\r\n")));
    std::thread drip([&] {
        for (int i = 0; i < 12; ++i) {
            slow.send("1\r\nx\r\n");  // as chunks, or as bytes
            std::this_thread::sleep_for(60ms);
        }
        slow.send("0\r\n\r\n");
    });
    const auto got = slow.read();
    drip.join();
    REQUIRE(got);
    CHECK(got->status == (minimum == 0 ? 200 : 408));
}

TEST_CASE("a listener slower than the minimum is let go, a slow one is not") {
    const std::uint64_t minimum = GENERATE(1'000, 1'000'000'000);
    Inn inn([&](auto& options) {
        options.limits.write_minimum_rate = minimum;
        options.limits.rate_window = 200ms;
        options.limits.send_buffer = 64 << 10;
    });
    WireClient client(inn.port(), 4096);
    client.send(get("/audio.mp3", "Range: bytes=0-999999\r\n"));
    const auto begin = std::chrono::steady_clock::now();
    std::string got;
    while (std::chrono::steady_clock::now() - begin < 800ms) {
        const auto piece = client.read_exactly(8'192);
        got += piece;
        if (piece.size() < 8'192) break;
        std::this_thread::sleep_for(10ms);
    }
    client.half_close();
    got += client.read_to_end();
    const auto body = got.substr(got.find("\r\n\r\n") + 4);
    CHECK((inn.bytes.starts_with(body)));
    CHECK((body.size() == 1'000'000) == (minimum == 1'000));
}

TEST_CASE("what waits in the kernel is bounded") {
    Inn inn([](auto& options) { options.limits.send_buffer = 64 << 10; });
    WireClient client(inn.port(), 4096);
    client.send(get("/audio.mp3", "Range: bytes=0-999999\r\n"));
    CHECK(client.read_exactly(4) == "HTTP");
    std::this_thread::sleep_for(100ms);
    client.reset();
    inn.server->stop();
    CHECK(inn.reports.sent() < 500'000);
}
