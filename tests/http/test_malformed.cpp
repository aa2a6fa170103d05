// tables/heads.txt and tables/bodies.txt over real sockets: refused with the right status, closed, and never read as two requests.
#include <atomic>

#include "tests/http/file_station.hpp"
#include "tests/http/table.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using http::Access, http::Answer, http::Caching, http::Look, http::Method, http::Request, http::Route, http::Run;

namespace {

struct Target {
    std::string method, path;
};
const std::vector<Target> targets{{"GET", "/tone.mp3"}, {"POST", "/form"}};

struct Mine {
    TemporaryFolder folder;
    Reports reports;
    std::atomic<int> canaries{0}, forms{0};
    std::unique_ptr<http::Server> server;

    Mine() {
        http::Handler form = [this](const Request& r) -> Answer {
            ++forms;
            return http::text(200, r.body);
        };
        http::Handler canary = [this](const Request&) -> Answer {
            ++canaries;
            return http::text(200, "sings");
        };
        std::vector<Route> rows{
            file_route("/tone.mp3", [file = open_bytes(folder.path() / "tone.mp3", pattern(1000))] { return file; }),
            {Method::post, "/form", form, Access::anyone, Run::pool, Caching::no_store, Look::api, 10'000},
            {Method::get, "/canary", canary, Access::anyone, Run::here, Caching::no_store, Look::page},
        };
        server = std::make_unique<http::Server>(quick_options(), http::Router(std::move(rows), {}), reports.sink(), reports.log());
        server->start();
    }
    [[nodiscard]] std::uint16_t port() const { return server->ports().front(); }

    // Sends and expects exactly one answer, the refusal, and then the end.
    void refuses(const std::string& bytes, int status) {
        WireClient client(port());
        client.send(bytes);
        const auto got = client.read();
        REQUIRE(got);
        CHECK(got->status == status);
        CHECK(got->field("Connection") == "close");
        CHECK(got->body.size() > 10);
        CHECK(client.read_to_end().empty());
        CHECK(canaries == 0);
    }
};

}  // namespace

TEST_CASE("malformed heads are refused, closed, and never read as two requests") {
    Mine mine;
    std::size_t sent = 0;
    for (const auto& target : targets) {
        for (const auto& row : read_table("heads.txt", {{"method", target.method}, {"path", target.path}})) {
            INFO(target.method << " " << row.section << ": " << row.note);
            // The canary is the next request for whoever takes the head to have no body, and for whoever takes it to have five bytes or a
            // chunked one.
            for (const std::string body : {"", "0\r\n\r\n"})
                mine.refuses(row.cells.at(0) + body + get("/canary"), std::stoi(row.cells.at(1)));
            ++sent;
        }
    }
    CHECK(sent >= 2 * 160);
    CHECK(mine.forms == 0);
    // The bird does sing.
    WireClient client(mine.port());
    CHECK(client.ask(get("/canary"))->body == "sings");
    CHECK(mine.canaries == 1);
}

TEST_CASE("malformed chunked bodies are refused, closed, and never read as two requests") {
    Mine mine;
    const auto rows = read_table("bodies.txt");
    CHECK(rows.size() >= 55);
    for (const auto& row : rows) {
        INFO(row.note);
        for (const auto& [method, path] : targets) {
            INFO(method);
            const auto head = request(method, path, "Transfer-Encoding: chunked\r\n");
            mine.refuses(head + row.cells.at(0) + get("/canary"), std::stoi(row.cells.at(method == "POST" ? 1 : 2)));
        }
    }
    CHECK(mine.forms == 0);
    WireClient client(mine.port());
    CHECK(client.ask(request("POST", "/form", "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\n\r\n")->body == "hello");
    CHECK(client.ask(get("/canary"))->body == "sings");
}
