// Raw bytes in, status, fields and body out, on a real server.
#include <atomic>
#include <thread>

#include "tests/http/wire.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using http::Access, http::Answer, http::BodySink, http::Caching, http::Look, http::Method, http::Request, http::Route, http::Run;

namespace {

// Keeps what was streamed into it; "no" in a piece ends the request.
class Collecting final : public BodySink {
public:
    struct Kept {
        std::mutex mutex;
        std::string bytes;
        std::size_t largest{};
        std::atomic<int> finished{0}, dropped{0};
    };
    explicit Collecting(Kept& kept) : kept_(kept) {}
    ~Collecting() override {
        if (!finished_) ++kept_.dropped;
    }
    std::optional<Answer> write(std::span<const std::byte> bytes) override {
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        const std::lock_guard lock(kept_.mutex);
        kept_.bytes += text;
        kept_.largest = std::max(kept_.largest, bytes.size());
        if (text.find("no") != std::string_view::npos) return http::problem(422, "It says no.");
        if (text.find("throw") != std::string_view::npos) throw std::runtime_error("disk on fire");
        return std::nullopt;
    }
    Answer finish() override {
        finished_ = true;
        ++kept_.finished;
        const std::lock_guard lock(kept_.mutex);
        return http::text(201, std::to_string(kept_.bytes.size()));
    }

private:
    Kept& kept_;
    bool finished_{};
};

struct House {
    Reports reports;
    Collecting::Kept kept;
    std::atomic<int> ticks{0};
    std::shared_ptr<int> token = std::make_shared<int>();  // held by streams that go on
    std::unique_ptr<http::Server> server;

    explicit House(http::ServerOptions options = quick_options()) {
        http::Router::Policy policy;
        policy.authenticate = [](const Request& r) -> model::Result<std::optional<model::Identity>> {
            const auto who = r.field("Authorization");
            if (!who) return std::optional<model::Identity>{};
            if (*who == "producer") return model::Identity{"p", model::Role::producer};
            if (*who == "analyst") return model::Identity{"a", model::Role::analyst};
            if (*who == "admin") return model::Identity{"root", model::Role::admin};
            return model::fail(model::Errc::unauthenticated, "Unknown token.");
        };
        policy.refuse = [](const Request&, Look look, const model::Error& error) {
            return look == Look::page ? http::html(model::to_status(error.code), "<p>" + error.message) : http::problem(error);
        };
        server =
            std::make_unique<http::Server>(std::move(options), http::Router(routes(), std::move(policy)), reports.sink(), reports.log());
        server->start();
    }
    [[nodiscard]] std::uint16_t port() const { return server->ports().front(); }

    std::vector<Route> routes() {
        http::Handler echo = [](const Request& r) -> Answer { return http::text(200, r.path + "|" + r.body + "|" + r.param("name")); };
        http::Handler boom = [](const Request&) -> Answer { throw std::runtime_error("secret detail"); };
        http::StreamHandler upload = [this](const Request& r) -> std::variant<Answer, std::unique_ptr<BodySink>> {
            if (r.field("X-Refuse")) return Answer{http::problem(409, "Wrong offset.")};
            return std::make_unique<Collecting>(kept);
        };
        http::Handler feed = [](const Request&) -> Answer {
            auto reply = http::text(200, {});
            reply.shared_body = std::make_shared<const std::string>("<rss/>");
            reply.fields.push_back({"ETag", "\"f1\""});
            reply.fields.push_back({"Vary", "Accept-Encoding"});
            return reply;
        };
        http::Handler events = [this](const Request&) -> Answer {
            http::EventStream stream;
            stream.interval = std::chrono::milliseconds(5);
            stream.next = [this]() -> std::optional<std::string> {
                const int n = ++ticks;
                if (n > 6) return std::nullopt;
                return n % 2 == 0 ? "" : "data: " + std::to_string(n) + "\n\n";
            };
            return stream;
        };
        http::Handler table = [](const Request& r) -> Answer {
            return http::TextStream{[left = 3, cut = r.query_value("cut").has_value()]() mutable -> std::optional<std::string> {
                                        if (left == 1 && cut) throw std::runtime_error("no more");
                                        return left-- > 0 ? std::optional(left == 1 ? std::string() : std::string(70'000, 'a'))
                                                          : std::nullopt;
                                    },
                                    {{"Content-Type", "text/csv"}}};
        };
        http::Handler long_table = [this](const Request&) -> Answer {
            return http::TextStream{[token = token, left = 10'000]() mutable -> std::optional<std::string> {
                                        return left-- > 0 ? std::optional(std::string(70'000, 'a')) : std::nullopt;
                                    },
                                    {{"Content-Type", "text/csv"}}};
        };
        http::Handler endless = [](const Request&) -> Answer {
            return http::EventStream{[]() -> std::optional<std::string> { return ""; }, std::chrono::hours(1)};
        };
        http::Handler tus = [](const Request& r) -> Answer {
            http::Reply reply;
            reply.status = r.method == Method::options ? 204 : 200;
            reply.fields = {{"Tus-Resumable", "1.0.0"}, {"Upload-Offset", "7"}, {"X-Evil", "a\r\nInjected: 1"}};
            return reply;
        };
        std::vector<Route> rows{
            {Method::get, "/", echo, Access::anyone, Run::here, Caching::revalidate, Look::page},
            {Method::get, "/slow/{name}", echo, Access::anyone, Run::pool, Caching::no_store, Look::page},
            {Method::post, "/form", echo, Access::anyone, Run::pool, Caching::no_store, Look::page, 10'000},
            {Method::post, "/here", echo, Access::anyone, Run::here, Caching::no_store, Look::api, 100},
            {Method::get, "/feed", feed, Access::anyone, Run::here, Caching::revalidate, Look::asset, 0, "", true},
            {Method::get, "/assets/{name}", echo, Access::anyone, Run::here, Caching::immutable, Look::asset},
            {Method::get, "/boom", boom, Access::anyone, Run::here, Caching::no_store, Look::page},
            {Method::get, "/api/boom", boom, Access::anyone, Run::pool, Caching::no_store, Look::api},
            {Method::get, "/api/staff", echo, Access::staff, Run::pool, Caching::no_store, Look::api},
            {Method::post, "/api/produce", echo, Access::producer, Run::pool, Caching::no_store, Look::api, 100},
            {Method::get, "/api/analyse", echo, Access::analyst, Run::here, Caching::no_store, Look::api},
            {Method::get, "/studio", echo, Access::producer, Run::pool, Caching::no_store, Look::page, 0, "default-src 'self'"},
            {Method::patch, "/upload", upload, Access::anyone, Run::pool, Caching::no_store, Look::api, 3'000'000},
            {Method::head, "/upload", tus, Access::anyone, Run::pool, Caching::no_store, Look::api},
            {Method::options, "/upload", tus, Access::anyone, Run::here, Caching::no_store, Look::api},
            {Method::patch, "/api/upload", std::move(upload), Access::producer, Run::pool, Caching::no_store, Look::api, 1'000},
            {Method::get, "/table", table, Access::anyone, Run::pool, Caching::no_store, Look::api},
            {Method::get, "/long-table", long_table, Access::anyone, Run::pool, Caching::no_store, Look::api},
            {Method::get, "/events", events, Access::anyone, Run::here, Caching::no_store, Look::api},
            {Method::get, "/endless", endless, Access::anyone, Run::here, Caching::no_store, Look::api},
        };
        return rows;
    }
};

}  // namespace

TEST_CASE("a refusal reaches clients that are still sending") {
    House house;
    WireClient client(house.port());
    client.send(request("POST", "/form", "Content-Length: 99999999\r\n"));
    client.send(std::string(300'000, 'x'));
    const auto got = client.read();
    REQUIRE(got);
    CHECK(got->status == 413);
    CHECK(got->field("Connection") == "close");
}

TEST_CASE("pipelined requests are answered in order") {
    House house;
    WireClient client(house.port());
    std::string all;
    for (int i = 0; i < 50; ++i) all += get((i % 2 == 0 ? "/assets/" : "/slow/") + std::to_string(i));
    all += request("POST", "/form", "", "a=1") + get("/assets/last");
    client.send(all);
    for (int i = 0; i < 50; ++i) CHECK(client.read()->body.ends_with("|" + std::to_string(i)));
    CHECK(client.read()->body == "/form|a=1|");
    CHECK(client.read()->body.ends_with("|last"));
}

TEST_CASE("a request may come byte by byte") {
    House house;
    WireClient client(house.port());
    for (const char c : request("POST", "/form", "", "hello")) client.send({&c, 1});
    CHECK(client.read()->body == "/form|hello|");
    CHECK(client.ask("\r\n" + get("/"))->status == 200);
}

TEST_CASE("connections persist as HTTP/1.0 and 1.1 say") {
    House house;
    struct Row {
        std::string bytes, connection;
        bool stays;
    };
    for (const auto& row : std::vector<Row>{
             {get("/"), "-", true},
             {get("/", "Connection: close\r\n"), "close", false},
             {get("/", "Connection: foo, Close\r\n"), "close", false},
             {"GET / HTTP/1.0\r\n\r\n", "close", false},
             {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive", true},
             {"GET http://other/ HTTP/1.1\r\nHost: test\r\n\r\n", "-", true},
         }) {
        INFO(row.bytes);
        WireClient client(house.port());
        const auto got = client.ask(row.bytes);
        REQUIRE(got);
        CHECK(got->status == 200);
        CHECK(got->body.starts_with("/|"));
        CHECK(got->field("Connection") == row.connection);
        if (row.stays) {
            CHECK(client.ask(get("/"))->status == 200);
        } else {
            CHECK(client.ended());
        }
    }
    auto options = quick_options();
    options.limits.max_requests_per_connection = 2;
    House strict(options);
    WireClient client(strict.port());
    CHECK(client.ask(get("/"))->field("Connection") == "-");
    CHECK(client.ask(get("/"))->field("Connection") == "close");
    CHECK(client.ended());
}

TEST_CASE("HEAD, OPTIONS, 405, 404 and 501 follow from the table") {
    House house;
    WireClient client(house.port());
    const auto head = client.ask(request("HEAD", "/slow/x"), true);
    CHECK(head->status == 200);
    CHECK(head->field("Content-Length") == client.ask(get("/slow/x"))->field("Content-Length"));

    const auto options = client.ask(request("OPTIONS", "/form"));
    CHECK(options->status == 204);
    CHECK(options->field("Allow") == "POST, OPTIONS");
    CHECK(client.ask(request("OPTIONS", "/feed"))->field("Access-Control-Allow-Methods") == "GET, HEAD, OPTIONS");
    CHECK(client.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")->status == 204);

    const auto refused = client.ask(request("DELETE", "/assets/x"));
    CHECK(refused->status == 405);
    CHECK(refused->field("Allow") == "GET, HEAD, OPTIONS");
    CHECK(client.ask(request("POST", "/api/staff"))->field("Content-Type") == "application/problem+json");
    CHECK(client.ask(request("BREW", "/"))->status == 501);
    CHECK(client.ask(get("/nothing"))->body == "<p>There is nothing at this address.");
    CHECK(client.ask(get("/api/nothing"))->field("Content-Type") == "application/problem+json");
    CHECK(client.ask(request("HEAD", "/nothing"), true)->status == 404);
    for (const auto* bad : {"/%", "/a/../form", "/%2e%2e/form", "/%2Fform", "/?a=%", "/form%00"}) {
        INFO(bad);
        CHECK(client.ask(get(bad))->status == 400);
    }

    // Rows of their own win, and nothing a handler says can break the head.
    const auto own_head = client.ask(request("HEAD", "/upload"), true);
    CHECK(own_head->field("Upload-Offset") == "7");
    CHECK(own_head->field("Content-Length") == "-");
    CHECK(own_head->field("Injected") == "-");
    CHECK(client.ask(request("OPTIONS", "/upload"))->field("Tus-Resumable") == "1.0.0");
    CHECK(client.ask(get("/upload"))->field("Allow") == "HEAD, PATCH, OPTIONS");
}

TEST_CASE("caching and security fields come from the row") {
    House house;
    WireClient client(house.port());
    const auto page = client.ask(get("/"));
    CHECK(page->field("Cache-Control") == "no-cache");
    CHECK(page->field("Referrer-Policy") == "no-referrer");
    CHECK(page->field("Content-Security-Policy").find("frame-ancestors 'none'") != std::string::npos);
    CHECK(page->field("Cross-Origin-Opener-Policy") == "same-origin");
    CHECK(page->field("Permissions-Policy") != "-");
    CHECK(client.ask(get("/studio", "Authorization: admin\r\n"))->field("Content-Security-Policy") == "default-src 'self'");
    CHECK(client.ask(get("/assets/a"))->field("Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(client.ask(get("/assets/a"))->field("Access-Control-Allow-Origin") == "-");
    CHECK(client.ask(get("/nothing"))->field("Cache-Control") == "no-store");
}

TEST_CASE("a handler's validators answer conditional requests") {
    House house;
    WireClient client(house.port());
    const auto feed = client.ask(get("/feed"));
    CHECK(feed->body == "<rss/>");
    CHECK(feed->field("Content-Length") == "6");
    const auto again = client.ask(get("/feed", "If-None-Match: W/\"f1\"\r\n"));
    CHECK(again->status == 304);
    CHECK(again->field("ETag") == "\"f1\"");
    CHECK(again->field("Vary") == "Accept-Encoding");
    CHECK(again->field("Cache-Control") == "no-cache");
    CHECK(again->field("Content-Type") == "-");
    CHECK(client.ask(get("/feed", "If-Match: \"f0\"\r\n"))->status == 412);
    CHECK(client.ask(get("/feed", "If-None-Match: \"f0\"\r\n"))->status == 200);
}

TEST_CASE("access is what the row says") {
    House house;
    WireClient client(house.port());
    const auto ask = [&](std::string method, std::string path, std::string who) {
        return client.ask(request(method, path, who.empty() ? "" : "Authorization: " + who + "\r\n"))->status;
    };
    struct Row {
        std::string method, path;
        int nobody, unknown, producer, analyst, admin;
    };
    for (const auto& row : std::vector<Row>{
             {"GET", "/api/staff", 401, 401, 200, 200, 200},
             {"POST", "/api/produce", 401, 401, 200, 403, 200},
             {"GET", "/api/analyse", 401, 401, 403, 200, 200},
             {"GET", "/", 200, 200, 200, 200, 200},
         }) {
        INFO(row.path);
        CHECK(ask(row.method, row.path, "") == row.nobody);
        CHECK(ask(row.method, row.path, "x") == row.unknown);
        CHECK(ask(row.method, row.path, "producer") == row.producer);
        CHECK(ask(row.method, row.path, "analyst") == row.analyst);
        CHECK(ask(row.method, row.path, "admin") == row.admin);
    }
    CHECK(client.ask(get("/api/staff"))->field("WWW-Authenticate") == "Bearer");
    CHECK(client.ask(request("POST", "/api/produce", "Authorization: producer\r\n", "body"))->body == "/api/produce|body|");
    // The body of a stranger is not read.
    const auto refused = client.ask(request("PATCH", "/api/upload", "", "body"));
    CHECK(refused->status == 401);
    CHECK(refused->field("Connection") == "close");
    CHECK(house.kept.bytes.empty());
}

TEST_CASE("a throwing handler gives a 500 with the request's id, and the connection lives on") {
    House house;
    WireClient client(house.port());
    for (const auto* path : {"/boom", "/api/boom"}) {
        const auto got = client.ask(get(path));
        REQUIRE(got);
        CHECK(got->status == 500);
        CHECK(got->body.find("quote request ") != std::string::npos);
        CHECK(got->body.find("secret") == std::string::npos);
    }
    CHECK(client.ask(get("/"))->status == 200);
    client.close();
    house.server->stop();
    CHECK(house.reports.errors() == "secret detailsecret detail");
}

TEST_CASE("bodies are bounded by their row") {
    House house;
    const auto status = [&](const std::string& bytes) {
        WireClient client(house.port());
        const auto got = client.ask(bytes);
        return got ? got->status : -1;
    };
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    CHECK(status(request("POST", "/form", "", std::string(10'000, 'x'))) == 200);
    CHECK(status(request("POST", "/form", "Content-Length: 10001\r\n")) == 413);
    CHECK(status(request("POST", "/form", "Content-Length: 99999999999999999999999999\r\n")) == 413);
    CHECK(status(request("POST", "/form", "Content-Length: 18446744073709551615\r\n")) == 413);
    CHECK(status(request("POST", "/form", chunked) + "2711\r\n") == 413);
    CHECK(status(request("POST", "/form", chunked) + "FFFFFFFFFFFFFFFF\r\n") == 413);
    CHECK(status(request("POST", "/here", chunked) + "60\r\n" + std::string(0x60, 'x') + "\r\n10\r\n") == 413);
    CHECK(status(request("GET", "/", "", "x")) == 413);
    CHECK(status(request("GET", "/", chunked) + "1\r\nx\r\n0\r\n\r\n") == 413);
    CHECK(status(request("GET", "/", "Content-Length: 0\r\n")) == 200);
    CHECK(status(request("PATCH", "/upload", "Content-Length: 3000001\r\n")) == 413);
    CHECK(status(request("POST", "/form", "Expect: the unexpected\r\n", "x")) == 417);
}

TEST_CASE("chunked bodies are read to their end and not beyond") {
    House house;
    WireClient client(house.port());
    const std::string head = request("POST", "/form", "Transfer-Encoding: chunked\r\n");
    client.send(head + "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nT: 1\r\n\r\n" + get("/assets/next"));
    CHECK(client.read()->body == "/form|hello world|");
    CHECK(client.read()->body.ends_with("|next"));
}

TEST_CASE("100-continue is said when the body is wanted, and only then") {
    House house;
    {
        WireClient client(house.port());
        CHECK(client.ask(request("PATCH", "/upload", "Expect: 100-continue\r\nContent-Length: 5\r\n"))->status == 100);
        CHECK(client.ask("hello")->status == 201);
        CHECK(client.ask(request("POST", "/form", "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n"))->status == 100);
        CHECK(client.ask("1\r\nx\r\n0\r\n\r\n")->body == "/form|x|");
        // HTTP/1.0 knows no interim answers (RFC 9110 §10.1.1).
        const std::string old = "POST /form HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
        client.send(old);
        CHECK(client.ask("x")->body == "/form|x|");
    }
    WireClient refused(house.port());
    CHECK(refused.ask(request("PATCH", "/upload", "X-Refuse: 1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n"))->status == 409);
    WireClient limited(house.port());
    CHECK(limited.ask(request("PATCH", "/upload", "Expect: 100-continue\r\nContent-Length: 5000000\r\n"))->status == 413);
    WireClient stranger(house.port());
    CHECK(stranger.ask(request("PATCH", "/api/upload", "Expect: 100-continue\r\nContent-Length: 5\r\n"))->status == 401);
}

TEST_CASE("streamed bodies reach their sink whole and in pieces") {
    House house;
    auto body = pattern(2'900'000);
    for (auto& c : body) c = static_cast<char>('0' + (c & 7));  // words mean something to this sink
    SECTION("with a length") {
        WireClient client(house.port());
        std::thread sender([&] { client.send(request("PATCH", "/upload", "", body) + get("/assets/next")); });
        CHECK(client.read()->body == "2900000");
        CHECK(client.read()->body.ends_with("|next"));
        sender.join();
    }
    SECTION("chunked") {
        WireClient client(house.port());
        std::thread sender([&] {
            client.send(request("PATCH", "/upload", "Transfer-Encoding: chunked\r\n"));
            client.send("2C4020\r\n" + body + "\r\n0\r\n\r\n" + get("/assets/next"));
        });
        CHECK(client.read()->body == "2900000");
        CHECK(client.read()->body.ends_with("|next"));
        sender.join();
    }
    CHECK((house.kept.bytes == body));
    CHECK(house.kept.largest <= 256 * 1024);
    CHECK(house.kept.finished == 1);
    CHECK(house.kept.dropped == 0);
}

TEST_CASE("a sink may end the request, fail, or be left by its client") {
    House house;
    {
        WireClient client(house.port());
        const auto got = client.ask(request("PATCH", "/upload", "Content-Length: 100\r\n") + "oh no");
        CHECK(got->status == 422);
        CHECK(got->field("Connection") == "close");
    }
    {
        WireClient client(house.port());
        CHECK(client.ask(request("PATCH", "/upload", "", "throw"))->status == 500);
    }
    house.kept.bytes.clear();
    const int before = house.kept.dropped;
    const bool hard = GENERATE(true, false);
    {
        WireClient client(house.port());
        client.send(request("PATCH", "/upload", "Content-Length: 100\r\n") + "prefix");
        if (!hard) {
            client.half_close();
            CHECK(client.ended());
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));  // or the reset would take the bytes with it
            client.reset();
        }
    }
    house.server->stop();
    CHECK(house.reports.errors() == "disk on fire");
    CHECK(house.kept.bytes == "prefix");
    CHECK(house.kept.dropped == before + 1);
    CHECK(house.kept.finished == 0);
}

TEST_CASE("time limits end what does not move") {
    using namespace std::chrono_literals;
    auto options = quick_options();
    options.limits.head_timeout = 150ms;
    options.limits.body_stall = 150ms;
    options.limits.idle_timeout = 150ms;
    options.limits.linger_timeout = 100ms;
    House house(options);
    WireClient silent(house.port()), half(house.port()), stalled(house.port()), idle(house.port());
    half.send("GET / HTTP/1.1\r\nHo");
    stalled.send(request("POST", "/form", "Content-Length: 10\r\n") + "abc");
    CHECK(idle.ask(get("/"))->status == 200);
    CHECK(half.read()->status == 408);
    CHECK(stalled.read()->status == 408);
    CHECK(silent.ended());
    CHECK(idle.ended());
    CHECK(half.ended());
}

TEST_CASE("at the limit idle connections give way, then newcomers are told") {
    auto options = quick_options();
    options.limits.max_connections = 2;
    House house(options);
    WireClient first(house.port());
    CHECK(first.ask(get("/"))->status == 200);
    WireClient second(house.port());
    CHECK(second.ask(get("/"))->status == 200);
    WireClient third(house.port());
    CHECK(third.ask(get("/"))->status == 200);
    CHECK(house.server->connections() <= 3);
}

TEST_CASE("what has no length beforehand is sent piece by piece, and cut when it fails") {
    House house(quick_options());
    WireClient client(house.port());
    const auto got = client.ask(get("/table"));
    REQUIRE(got);
    CHECK(got->field("Content-Type") == "text/csv");
    CHECK(got->field("Transfer-Encoding") == "chunked");
    CHECK(got->body == std::string(140'000, 'a'));
    CHECK(client.ask(get("/"))->status == 200);  // its end is not the connection's

    WireClient old(house.port());
    old.send("GET /table HTTP/1.0\r\n\r\n");
    const auto whole = old.read_to_end();
    CHECK(whole.ends_with(std::string(140'000, 'a')));
    CHECK_FALSE(whole.contains("chunked"));

    WireClient failing(house.port());
    failing.send(get("/table?cut=1"));
    const auto part = failing.read_to_end();
    CHECK(part.contains("aaaa"));
    CHECK_FALSE(part.ends_with("0\r\n\r\n"));
    WireClient head(house.port());
    head.send("HEAD /table HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(head.read_to_end().ends_with("\r\n\r\n"));
}

TEST_CASE("who hangs up in the middle of a stream leaves nothing behind") {
    House house(quick_options());
    {
        WireClient client(house.port());
        client.send(get("/long-table"));
        CHECK(client.read_exactly(200'000).size() == 200'000);
        CHECK(house.token.use_count() > 1);
    }
    while (house.token.use_count() > 1 || house.server->connections() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(WireClient(house.port()).ask(get("/"))->status == 200);
}

TEST_CASE("event streams send, beat and end") {
    auto options = quick_options();
    options.heartbeat = std::chrono::milliseconds(0);
    House house(options);
    WireClient client(house.port());
    const auto got = client.ask(get("/events"));
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->field("Content-Type") == "text/event-stream");
    CHECK(got->field("Cache-Control") == "no-store");
    CHECK(got->body == "data: 1\n\n: still here\n\ndata: 3\n\n: still here\n\ndata: 5\n\n: still here\n\n");
    CHECK(client.ask(get("/"))->status == 200);  // its end is not the connection's

    WireClient closing(house.port());
    house.ticks = 0;
    CHECK(closing.ask(get("/events", "Connection: close\r\n"))->body.starts_with("data: 1\n\n"));
    CHECK(closing.ended());
    closing.close();

    WireClient old(house.port());
    house.ticks = 0;
    old.send("GET /events HTTP/1.0\r\n\r\n");
    CHECK(old.read_to_end().ends_with("\r\n\r\ndata: 1\n\n: still here\n\ndata: 3\n\n: still here\n\ndata: 5\n\n: still here\n\n"));
    old.close();

    WireClient endless(house.port());
    endless.send(get("/endless"));
    CHECK_FALSE(endless.read_exactly(20).empty());
    std::thread stopper([&] { house.server->stop(); });
    CHECK(endless.read_to_end().ends_with("0\r\n\r\n"));
    endless.close();
    client.close();
    stopper.join();
}

TEST_CASE("what is logged names no one") {
    House house;
    WireClient client(house.port());
    CHECK(client.ask(get("/slow/private?token=x", "User-Agent: me\r\n"))->status == 200);
    CHECK(client.ask(get("/nothing-here"))->status == 404);
    client.send("bad\r\n\r\n");
    CHECK(client.read()->status == 400);
    client.close();
    house.server->stop();
    CHECK(house.reports.lines() == std::vector<std::string>{"GET /slow/{name} 200", "GET - 404", "- - 400"});
}

TEST_CASE("listening fails with the address") {
    House house;
    auto options = quick_options();
    options.listen = {"127.0.0.1:" + std::to_string(house.port())};
    const auto make = [&] { http::Server(options, http::Router({}, {}), {}, {}); };
    CHECK_THROWS_WITH(make(), Catch::Contains(options.listen.front()));
    options.listen = {"nonsense"};
    CHECK_THROWS_WITH(make(), Catch::Contains("nonsense"));
    options = quick_options();
    options.trusted_proxies = {"nonsense"};
    CHECK_THROWS_AS(make(), std::invalid_argument);
}

TEST_CASE("several threads share one port and one stop") {
    auto options = quick_options();
    options.network_threads = 3;
    options.listen = {"127.0.0.1:0", "[::1]:0"};
    House house(options);
    CHECK(house.server->ports().size() == 2);
    std::vector<std::thread> clients;
    std::atomic<int> good{0};
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            for (int j = 0; j < 20; ++j) {
                WireClient client(house.port());
                for (const auto* path : {"/", "/slow/x"}) {
                    const auto got = client.ask(get(path));
                    good += got && got->status == 200 ? 1 : 0;
                }
            }
        });
    }
    for (auto& client : clients) client.join();
    CHECK(good == 320);
    house.server->stop();
    CHECK(house.server->connections() == 0);
}
