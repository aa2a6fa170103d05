// What one look at the kernel may bring together. A handler that holds the network thread lets it come.
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <latch>
#include <memory>
#include <thread>

#include "tests/http/file_station.hpp"
#include "tests/http/wire.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using namespace std::chrono_literals;

namespace {

struct Held {
    std::latch begun{1}, go_on{1};
    std::latch slow_begun{1}, slow_goes_on{1};
    std::atomic<int> served{0};
    Reports reports;
    std::unique_ptr<http::Server> server;

    Held() {
        using http::Answer, http::Request, http::Route;
        const auto row = [](const char* path, http::Run run, http::Handler handler) {
            return Route{http::Method::get, path, std::move(handler), http::Access::anyone, run, http::Caching::no_store, http::Look::api};
        };
        auto options = quick_options();
        options.limits.linger_timeout = 100ms;
        std::vector<Route> routes{row("/hold", http::Run::here,
                                      [this](const Request&) -> Answer {
                                          begun.count_down();
                                          go_on.wait();
                                          return http::text(200, "held");
                                      }),
                                  row("/slow", http::Run::pool,
                                      [this](const Request&) -> Answer {
                                          slow_begun.count_down();
                                          slow_goes_on.wait();
                                          return http::text(200, "slow");
                                      }),
                                  row("/plain", http::Run::here, [this](const Request&) -> Answer {
                                      ++served;
                                      return http::text(200, "here");
                                  })};
        server = std::make_unique<http::Server>(options, http::Router(std::move(routes), {}), reports.sink(), reports.log());
        server->start();
    }
    [[nodiscard]] std::uint16_t port() const { return server->ports().front(); }
    // By a request of its own, not by what came with the connection: what is looked at then comes after what is looked at now.
    void hold(WireClient& client) {
        REQUIRE(client.ask(get("/plain")));
        std::this_thread::sleep_for(20ms);
        served = 0;
        client.send(get("/hold"));
        begun.wait();
    }
    void let_go() {
        std::this_thread::sleep_for(50ms);  // for the kernel to have it all
        go_on.count_down();
    }
};

}  // namespace

TEST_CASE("an answer from the pool and the client's reset may come together") {
    Held held;
    WireClient client(held.port()), holder(held.port());
    client.send(get("/slow"));
    held.slow_begun.wait();
    held.hold(holder);
    held.slow_goes_on.count_down();
    std::this_thread::sleep_for(50ms);
    client.reset();
    held.let_go();
    WireClient other(held.port());
    CHECK(other.ask(get("/plain"))->status == 200);
}

TEST_CASE("the end and a newcomer may come together") {
    Held held;
    WireClient holder(held.port());
    held.hold(holder);
    held.server->begin_stop(1s);
    WireClient newcomer(held.port());
    held.let_go();
    held.server->stop();
    CHECK(held.server->connections() == 0);
}

TEST_CASE("once it pauses, a server leaves newcomers in the queue, also those who have come already") {
    Held held;
    WireClient holder(held.port());
    held.hold(holder);
    std::thread pausing([&] { held.server->pause(); });
    std::this_thread::sleep_for(50ms);
    WireClient newcomer(held.port());
    newcomer.send(get("/plain"));
    held.let_go();
    pausing.join();
    std::this_thread::sleep_for(100ms);
    CHECK(held.served == 0);
    CHECK(held.server->connections() == 1);
    held.server->resume();
    CHECK(newcomer.read()->status == 200);
}

// Between fork and exec a child holds every socket, so the kernel goes on watching what was closed here.
TEST_CASE("a connection that ended while a process was being started is not told of what still comes") {
    Held held;
    WireClient client(held.port());
    client.send("GET / HTTP/1.1\r\n");
    std::this_thread::sleep_for(50ms);
    const pid_t child = ::fork();
    if (child == 0) {
        ::usleep(1'000'000);
        ::_exit(0);
    }
    client.send("Bad\r\n\r\n");
    for (int i = 0; held.server->connections() > 0 && i < 100; ++i) std::this_thread::sleep_for(20ms);
    CHECK(held.server->connections() == 0);
    ::send(client.descriptor(), "x", 1, MSG_NOSIGNAL);
    WireClient other(held.port());
    CHECK(other.ask(get("/plain"))->status == 200);
    ::waitpid(child, nullptr, 0);
}

// sendfile stops short for a signal without the socket being full: nobody would say when there is room.
TEST_CASE("signals do not hold up a download") {
    const TemporaryFolder folder;
    const auto bytes = pattern(256 << 20);
    const auto file = open_bytes(folder.path() / "a.mp3", bytes);
    Reports reports;
    std::vector<http::Route> routes{file_route("/a.mp3", [&] { return file; }, false)};
    http::Server server(quick_options(), http::Router(std::move(routes), {}), reports.sink(), reports.log());
    server.start();
    std::signal(SIGUSR1, [](int) {});
    const auto own = static_cast<pid_t>(::syscall(SYS_gettid));
    std::jthread pester([&](const std::stop_token& stop) {
        const auto self = static_cast<pid_t>(::syscall(SYS_gettid));
        while (!stop.stop_requested()) {
            for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
                const auto thread = static_cast<pid_t>(std::stoi(task.path().filename().string()));
                if (thread != own && thread != self) ::syscall(SYS_tgkill, ::getpid(), thread, SIGUSR1);
            }
            std::this_thread::sleep_for(100us);
        }
    });
    WireClient client(server.ports().front());
    client.send(get("/a.mp3", "Connection: close\r\n"));
    const auto answer = client.read_to_end();
    CHECK(answer.size() > bytes.size());
    CHECK(answer.ends_with(std::string_view(bytes).substr(bytes.size() - 100)));
}
