#include <openssl/ssl.h>
#include <sys/socket.h>

#include <fstream>
#include <thread>

#include "server/http/tls.hpp"
#include "tests/http/tls_client.hpp"
#include "tests/http/wire.hpp"
#include "tests/support/catch.hpp"

namespace earshot::tests {
namespace {

using namespace earshot::http;

// A server with one plain and one TLS address, and audio of 8 MiB.
struct Vault {
    TemporaryFolder folder;
    CertificateFiles files = make_certificate(folder.path(), "first.example");
    Reports reports;
    std::string bytes = pattern(8 << 20);
    model::OpenFilePtr file = open_bytes(folder.path() / "audio.mp3", bytes);
    std::unique_ptr<http::Server> server;

    explicit Vault(const std::function<void(http::ServerOptions&)>& change = [](auto&) {}) {
        auto options = quick_options();
        options.tls = {
            .listen = {"127.0.0.1:0"}, .certificate = files.certificate, .key = files.key, .strict_transport = std::chrono::hours(24)};
        change(options);
        Route audio{Method::get,
                    "/audio.mp3",
                    http::Handler([this](const Request&) -> Answer {
                        FileReply reply{file, "\"v1\"", {}, "audio/mpeg", {}, {}};
                        reply.counted = FileReply::Counted{{"e1"}, "mp3", {file->size(), 0, 1000}, false};
                        return reply;
                    }),
                    Access::anyone,
                    Run::here,
                    Caching::media,
                    Look::asset};
        audio.revision = [] { return std::uint64_t{1}; };
        Route form{Method::post,   "/form",   http::Handler([](const Request& request) -> Answer { return http::text(200, request.body); }),
                   Access::anyone, Run::pool, Caching::no_store,
                   Look::asset,    1 << 20};
        Route live{Method::get,    "/livez",  http::Handler([](const Request&) -> Answer { return http::text(200, "here"); }),
                   Access::anyone, Run::here, Caching::no_store,
                   Look::asset};
        server = std::make_unique<http::Server>(std::move(options), http::Router({audio, form, live}, {}), reports.sink(), reports.log());
        server->start();
    }
    [[nodiscard]] std::uint16_t plain() const { return server->ports().front(); }
    [[nodiscard]] std::uint16_t secure() const { return server->ports().back(); }
};

std::string_view body_of(std::string_view answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

const std::string once = "Connection: close\r\n";

}  // namespace

TEST_CASE("TLS 1.2 and 1.3 are spoken, older versions are not") {
    const Vault vault;
    for (const auto& [version, name] : {std::pair(TLS1_3_VERSION, "TLSv1.3"), std::pair(TLS1_2_VERSION, "TLSv1.2")}) {
        TlsClient client(vault.secure(), {.highest_version = version});
        REQUIRE(client.connected());
        CHECK(client.version() == name);
        client.send(get("/audio.mp3", "Range: bytes=100-299\r\n" + once));
        const auto answer = client.read_to_end();
        CHECK(answer.starts_with("HTTP/1.1 206 "));
        CHECK(answer.find("Strict-Transport-Security: max-age=86400\r\n") != std::string::npos);
        CHECK(body_of(answer) == vault.bytes.substr(100, 200));
        CHECK(client.closed_properly());
    }
    CHECK_FALSE(TlsClient(vault.secure(), {.highest_version = TLS1_1_VERSION}).connected());
}

TEST_CASE("http/1.1 is chosen from what a client offers, and nothing else") {
    const Vault vault;
    TlsClient both(vault.secure(), {.protocols = "\x02h2\x08http/1.1"});
    CHECK(both.connected());
    CHECK(both.protocol() == "http/1.1");
    CHECK(TlsClient(vault.secure()).connected());
    CHECK_FALSE(TlsClient(vault.secure(), {.protocols = "\x02h2"}).connected());
}

TEST_CASE("answers of any size, pipelined requests and bodies pass through TLS unchanged") {
    const Vault vault;
    TlsClient client(vault.secure());
    REQUIRE(client.connected());
    client.send(get("/audio.mp3", "Range: bytes=0-0\r\n") + get("/audio.mp3", "Range: bytes=5-70004\r\n") +
                request("POST", "/form", {}, "hello") + get("/audio.mp3", once));
    auto answers = client.read_to_end();
    const auto next = [&](std::size_t length) {
        const auto start = answers.find("\r\n\r\n") + 4;
        auto body = answers.substr(start, length);
        answers.erase(0, start + length);
        return body;
    };
    CHECK(next(1) == vault.bytes.substr(0, 1));
    CHECK(next(70'000) == vault.bytes.substr(5, 70'000));
    CHECK(next(5) == "hello");
    CHECK(next(vault.bytes.size()) == vault.bytes);
    CHECK(answers.empty());
}

TEST_CASE("what a client received over TLS is counted to the record, and no more than that") {
    Vault vault;
    constexpr std::size_t taken = 500'000;
    constexpr int buffer = 64 << 10;
    std::size_t head = 0;
    {
        TlsClient client(vault.secure(), {.receive_buffer = buffer});
        REQUIRE(client.connected());
        client.send(get("/audio.mp3"));
        const auto got = client.read(taken);
        REQUIRE(got.size() == taken);
        head = got.find("\r\n\r\n") + 4;
        // A kernel puts an acknowledgement off for 200 ms at most (TCP_DELACK_MAX); a reset takes one that still waits with it.
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        client.reset();
    }
    REQUIRE(vault.reports.wait([](const auto&) { return true; }));
    vault.server->stop();
    const auto all = vault.reports.deliveries();
    const auto counted = acknowledged(all);
    CHECK(firsts(all) == 1);
    CHECK(counted + 16'384 >= taken - head);      // the record it was reading may not have arrived whole when we looked last
    CHECK(counted <= taken - head + 8 * buffer);  // what lay in its kernel, which doubles what was asked for and has overheads of its own
}

// What its kernel has and the client has not taken is looked at as it lies there: whole records, and the begin of one.
TEST_CASE("over TLS the records are counted that the client's kernel has whole, to the byte") {
    constexpr std::size_t header = 5, sealing = 1 + 16;  // RFC 8446 §5.2: the inner content type, the tag of an AES-GCM record
    for (const std::size_t taken : {1'000UZ, 16'384UZ, 300'000UZ, 2'000'000UZ}) {
        INFO(taken);
        Vault vault;
        TlsClient client(vault.secure(), {.receive_buffer = 64 << 10});
        REQUIRE(client.connected());
        client.send(get("/audio.mp3"));
        const auto got = client.read(taken);
        REQUIRE(got.size() == taken);
        const auto head = got.find("\r\n\r\n") + 4;

        const auto plain_held = [&] {
            std::string queue(1 << 20, '\0');
            const auto size = ::recv(client.descriptor(), queue.data(), queue.size(), MSG_PEEK | MSG_DONTWAIT);
            std::size_t plain = static_cast<std::size_t>(client.pending());
            for (std::size_t at = 0; at + header <= static_cast<std::size_t>(std::max<ssize_t>(size, 0));) {
                const auto length = static_cast<std::size_t>(static_cast<unsigned char>(queue[at + 3])) << 8U |
                                    static_cast<std::size_t>(static_cast<unsigned char>(queue[at + 4]));
                if (at + header + length > static_cast<std::size_t>(size)) break;
                plain += length - sealing;
                at += header + length;
            }
            return plain;
        };
        // The window fills, now and then by a probe's segment; the count follows at each look.
        std::uint64_t exactly = 0;
        for (int calm = 0, looks = 0; calm < 5 && looks < 500; ++looks) {
            const auto now = taken + plain_held() - head;
            calm = now == exactly && acknowledged(vault.reports.deliveries()) == now ? calm + 1 : 0;
            exactly = now;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        CHECK(acknowledged(vault.reports.deliveries()) == exactly);
        CHECK(exactly < taken + (1 << 20));  // it has not taken all
        client.reset();
    }
}

TEST_CASE("a whole file over TLS is counted whole, byte for byte") {
    Vault vault;
    TlsClient client(vault.secure());
    client.send(get("/audio.mp3", "Range: bytes=0-99\r\n") + get("/audio.mp3", once));
    CHECK(client.read_to_end().size() > vault.bytes.size());
    REQUIRE(vault.reports.wait([&](const auto& all) { return acknowledged(all) == vault.bytes.size() + 100; }));
    CHECK(firsts(vault.reports.deliveries()) == 2);
}

TEST_CASE("nonsense and silence on a TLS address end that connection and nothing else") {
    const Vault vault([](auto& options) { options.limits.head_timeout = std::chrono::milliseconds(300); });
    WireClient plain(vault.secure());
    plain.send(get("/audio.mp3"));
    static_cast<void>(plain.read_to_end());  // an alert, or nothing
    WireClient silent(vault.secure());
    CHECK(silent.ended());
    TlsClient client(vault.secure());
    REQUIRE(client.connected());
    client.send(get("/livez", once));
    CHECK(body_of(client.read_to_end()) == "here");
}

TEST_CASE("a renewed certificate is shown to new connections and disturbs no running one") {
    const Vault vault;
    TlsClient early(vault.secure());
    CHECK(early.certificate_name() == "first.example");
    early.send(get("/audio.mp3", once));
    const auto begin = early.read(1'000'000);

    make_certificate(vault.folder.path(), "second.example");
    CHECK(vault.server->reload_certificate());
    CHECK(TlsClient(vault.secure()).certificate_name() == "second.example");
    CHECK(body_of(begin + early.read_to_end()) == vault.bytes);

    std::ofstream(vault.files.key) << "no key";
    const auto refused = vault.server->reload_certificate();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("key.pem") != std::string::npos);
    CHECK(TlsClient(vault.secure()).certificate_name() == "second.example");
}

TEST_CASE("a server does not start with a certificate that cannot be used") {
    CHECK_THROWS_WITH(Vault([](auto& options) { options.tls.certificate = "/nowhere.pem"; }), Catch::Contains("/nowhere.pem"));
}

TEST_CASE("plain requests are sent to the configured HTTPS address, whatever Host says") {
    const Vault vault([](auto& options) { options.tls.redirect_to = "https://pod.example"; });
    WireClient client(vault.plain());
    const auto moved = client.ask("GET /audio.mp3?x=1 HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    REQUIRE(moved);
    CHECK(moved->status == 308);
    CHECK(moved->field("Location") == "https://pod.example/audio.mp3?x=1");
    CHECK(moved->field("Strict-Transport-Security") == "-");
    const auto live = client.ask(get("/livez"));
    REQUIRE(live);
    CHECK(live->status == 200);
    TlsClient secure(vault.secure());
    secure.send(get("/livez", once));
    CHECK(body_of(secure.read_to_end()) == "here");
}

TEST_CASE("only whole records count as received") {
    RecordMap map;
    map.add(122, 100);  // 22 bytes of overhead
    map.add(244, 200);
    CHECK(map.plain(0) == 0);
    CHECK(map.plain(121) == 0);
    CHECK(map.plain(122) == 100);
    CHECK(map.plain(243) == 100);
    CHECK(map.plain(1000) == 200);
    map.add(1100, 300);
    CHECK(map.plain(1099) == 200);
    CHECK(map.plain(1100) == 300);
}

}  // namespace earshot::tests
