// Listening sockets that are inherited, shared, paused and handed on.
#include <unistd.h>

#include <latch>
#include <thread>

#include "tests/http/wire.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using http::Answer, http::Descriptor;

namespace {

std::unique_ptr<http::Server> make_server(std::vector<Descriptor>& inherited, http::ServerOptions options, const std::string& name,
                                          http::Handler hold = {}) {
    http::Handler who = [name](const http::Request&) -> Answer { return http::text(200, name); };
    http::Handler endless = [](const http::Request&) -> Answer { return http::text(200, std::string(64U << 20U, 'x')); };
    std::vector<http::Route> routes{
        {http::Method::get, "/", who, http::Access::anyone, http::Run::here, http::Caching::no_store, http::Look::api},
        {http::Method::get, "/hold", hold ? std::move(hold) : who, http::Access::anyone, http::Run::here, http::Caching::no_store,
         http::Look::api},
        {http::Method::get, "/long", endless, http::Access::anyone, http::Run::here, http::Caching::no_store, http::Look::api}};
    return std::make_unique<http::Server>(std::move(options), http::Router(std::move(routes), {}), nullptr, nullptr, &inherited);
}

std::vector<Descriptor> sockets_for(unsigned count) {
    std::vector<Descriptor> none, sockets;
    auto listeners = http::open_listeners({"127.0.0.1:0"}, count, none);
    for (auto& of_thread : listeners.of_each_thread) sockets.push_back(std::move(of_thread.front()));
    return sockets;
}

std::vector<Descriptor> duplicates(const std::vector<int>& sockets) {
    std::vector<Descriptor> copies;
    for (const int socket : sockets) copies.emplace_back(::dup(socket));
    return copies;
}

std::string answer(WireClient& client) {
    const auto response = client.read();
    return response ? response->body : "-";
}

}  // namespace

TEST_CASE("every inherited socket is served, and every thread serves one, whatever their numbers") {
    const auto [sockets, threads] = GENERATE(std::pair(5U, 2U), std::pair(1U, 3U), std::pair(2U, 2U));
    auto inherited = sockets_for(sockets);
    const auto address = http::listening_address(inherited.front().get());
    inherited.emplace_back(::dup(0));
    auto options = quick_options();
    options.network_threads = threads;
    const auto server = make_server(inherited, options, "one");
    CHECK(inherited.size() == 1);  // what does not listen there is left
    CHECK(address == "127.0.0.1:" + std::to_string(server->ports().front()));
    CHECK(server->listening().size() == std::max(sockets, threads));
    server->start();
    for (int i = 0; i < 60; ++i) {  // the kernel spreads them over the sockets: one that nobody serves would hang
        WireClient client(server->ports().front());
        REQUIRE(client.ask(get("/"))->body == "one");
    }
}

TEST_CASE("an address is only inherited by its own settings") {
    auto inherited = sockets_for(1);
    auto options = quick_options();
    options.listen = {"127.0.0.2:0", "[::1]:0"};
    const auto server = make_server(inherited, options, "one");
    CHECK(inherited.size() == 1);
    CHECK(http::listening_address(server->listening()[0]) == "127.0.0.2:" + std::to_string(server->ports()[0]));
    CHECK(http::listening_address(server->listening()[1]) == "[::1]:" + std::to_string(server->ports()[1]));
}

TEST_CASE("who connects while the server pauses is served when it resumes, or by its successor") {
    std::vector<Descriptor> none;
    auto options = quick_options();
    options.network_threads = 2;
    const auto old = make_server(none, options, "old");
    const auto port = old->ports().front();
    old->start();
    WireClient early(port);
    CHECK(early.ask(get("/"))->body == "old");

    old->pause();
    WireClient first(port);
    first.send(get("/"));
    CHECK(old->connections() == 1);
    CHECK(early.ask(get("/"))->body == "old");
    old->resume();
    CHECK(answer(first) == "old");

    old->pause();
    std::vector<std::unique_ptr<WireClient>> waiting;
    for (int i = 0; i < 20; ++i) {
        waiting.push_back(std::make_unique<WireClient>(port));
        waiting.back()->send(get("/"));
    }
    auto inherited = duplicates(old->listening());
    options.listen = {"127.0.0.1:" + std::to_string(port)};
    options.network_threads = 1;
    const auto successor = make_server(inherited, options, "new");
    successor->start();
    old->stop();
    for (const auto& client : waiting) CHECK(answer(*client) == "new");
    CHECK(early.ended());
    CHECK(WireClient(port).ask(get("/"))->body == "new");
}

TEST_CASE("what has come before the graceful end began is still answered") {
    std::vector<Descriptor> none;
    std::latch held(1), go_on(1);
    http::Handler hold = [&](const http::Request&) -> Answer {
        held.count_down();
        go_on.wait();
        return http::text(200, "held");
    };
    auto options = quick_options();
    options.limits.linger_timeout = std::chrono::seconds(5);
    const auto server = make_server(none, options, "old", hold);
    server->start();
    const auto port = server->ports().front();
    WireClient idle(port), fresh(port), holding(port);
    CHECK(idle.ask(get("/"))->body == "old");
    CHECK(fresh.ask(get("/"))->body == "old");
    WireClient silent(port);
    while (server->connections() < 4) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    holding.send(get("/hold"));
    held.wait();  // the only network thread waits: what follows is there before it looks again
    fresh.send(get("/"));
    server->begin_stop(std::chrono::hours(1));
    go_on.count_down();
    CHECK(answer(holding) == "held");
    const auto last = fresh.read();
    REQUIRE(last.has_value());
    CHECK(last->body == "old");
    CHECK(last->field("Connection") == "close");
    CHECK(idle.ended());
    silent.send(get("/"));  // it had connected, and may still ask
    const auto first = silent.read();
    REQUIRE(first.has_value());
    CHECK(first->body == "old");
    CHECK(first->field("Connection") == "close");
    CHECK(silent.ended());
    while (!server->stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST_CASE("the time for the graceful end can be cut short") {
    std::vector<Descriptor> none;
    const auto server = make_server(none, quick_options(), "old");
    server->start();
    WireClient slow(server->ports().front(), 4096);
    slow.send(get("/long"));
    REQUIRE(slow.read_exactly(100).size() == 100);
    server->begin_stop(std::chrono::hours(1));
    CHECK_FALSE(server->stopped());
    server->begin_stop(std::chrono::milliseconds(0));
    while (!server->stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(slow.read_to_end().size() < (64U << 20U));
}
