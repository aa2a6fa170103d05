// Whom a proxy speaks for: Forwarded, X-Forwarded-For and the PROXY protocol, and that nobody else can.
#include <random>

#include "server/http/forwarded.hpp"
#include "server/http/proxy_protocol.hpp"
#include "tests/http/file_station.hpp"
#include "tests/http/wire.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using http::ForwardingField, http::ProxyHeader, http::TrustedProxies;

namespace {

std::string in_words(const http::Hops& hops) {
    std::string words;
    for (const auto& hop : hops) words += (words.empty() ? "" : " ") + (hop ? http::format_address(*hop) : "?");
    return words;
}

const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);

// `size`: as announced, when it differs from what is there.
std::string proxy_header(unsigned char command, unsigned char transport, std::string_view rest, int size = -1) {
    const auto announced = size < 0 ? rest.size() : static_cast<std::size_t>(size);
    std::string header = signature;
    for (const std::size_t c : {std::size_t{command}, std::size_t{transport}, announced >> 8U, announced & 0xFFU})
        header += static_cast<char>(c);
    return header.append(rest);
}

const std::string tcp4("\xCB\x00\x71\x07\x0A\x00\x00\x01\x11\x5C\x00\x50", 12);  // 203.0.113.7:4444 → 10.0.0.1:80
const std::string tcp6 = std::string("\x20\x01\x0D\xB8", 4) + std::string(11, '\0') + "\x05" + std::string(16, '\1') + "\x11\x5C\x01\xBB";

}  // namespace

TEST_CASE("Forwarded is read as RFC 7239 writes it") {
    struct Row {
        std::string line, hops;
    };
    for (const auto& row : std::vector<Row>{
             {"for=192.0.2.60", "192.0.2.60"},
             {"for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"},
             {"proto=https; FOR = 1.1.1.1", "?"},  // no spaces about "="
             {"By=203.0.113.43 ; For=192.0.2.43", "192.0.2.43"},
             {"for=192.0.2.43, for=198.51.100.17", "192.0.2.43 198.51.100.17"},
             {"for=192.0.2.43,for=\"[2001:db8:cafe::17]\"", "192.0.2.43 2001:db8:cafe::17"},
             {R"(for="[2001:db8:cafe::17]:4711")", "2001:db8:cafe::17"},
             {R"(for="192.0.2.43:47011")", "192.0.2.43"},
             {R"(for="192.0.2.43:_secret")", "192.0.2.43"},
             {R"(for="\1\9\2.0.2.43")", "192.0.2.43"},
             {R"(for="192.0.2.43";host="a,b;c=\"d\"", for=192.0.2.44)", "192.0.2.43 192.0.2.44"},
             {"for=unknown, for=_hidden, for=_SEVKISEK", "? ? ?"},
             {"proto=https", "?"},
             {"for=192.0.2.43;for=192.0.2.44", "?"},  // must not be there twice
             {"", ""},
             {" , ,, ", ""},
             {";;", ""},
             {", for=192.0.2.43;, ", "192.0.2.43"},
             {"for=::ffff:192.0.2.43", "?"},
             {"for=[2001:db8::1]", "?"},
             {R"(for="2001:db8::1")", "?"},
             {R"(for="[192.0.2.43]")", "?"},
             {R"(for="[2001:db8::1")", "?"},
             {R"(for="[2001:db8::1]x")", "?"},
             {R"(for="192.0.2.43:")", "?"},
             {R"(for="192.0.2.43:123456")", "?"},
             {R"(for="192.0.2.43:80:80")", "?"},
             {R"(for="")", "?"},
             {"for=192.0.2.256", "?"},
             {"for=", "?"},
             {"=192.0.2.43", "?"},
             {"192.0.2.43", "?"},
             {"for", "?"},
             {"for=192.0.2.43 for=192.0.2.44", "?"},
             {R"(for=192.0.2.43, for="192.0.2.44)", "?"},
             {R"(for=192.0.2.43, x="\)", "?"},
             {R"(for=192.0.2.43;x=", for="[2001:db8::1]")", "?"},  // an open quotation mark swallows nothing
             {R"(for=192.0.2.43;x=", for=192.0.2.44;by="192.0.2.1")", "?"},
         }) {
        INFO(row.line);
        CHECK(in_words(http::forwarded_hops(row.line)) == row.hops);
    }
}

TEST_CASE("X-Forwarded-For is read as proxies write it") {
    struct Row {
        std::string line, hops;
    };
    for (const auto& row : std::vector<Row>{
             {"192.0.2.43", "192.0.2.43"},
             {"192.0.2.43, 2001:db8::1 ,unknown", "192.0.2.43 2001:db8::1 ?"},
             {"192.0.2.43:80, [2001:db8::1]:80, [2001:db8::2]", "192.0.2.43 2001:db8::1 2001:db8::2"},
             {"2001:db8::1:80", "2001:db8::1:80"},
             {",, ,", ""},
             {"192.0.2.43 192.0.2.44", "?"},
             {"\"192.0.2.43\"", "?"},
             {"192.0.2.043", "?"},
             {"3221225985", "?"},
             {"fe80::1%eth0", "?"},
         }) {
        INFO(row.line);
        CHECK(in_words(http::forwarded_for_hops(row.line)) == row.hops);
    }
}

TEST_CASE("whatever a client writes, it never becomes another one") {
    const std::vector<std::string> proxies{"127.0.0.1", "10.0.0.0/8"};
    const TrustedProxies by_forwarded(proxies, ForwardingField::forwarded), by_x(proxies);
    const std::vector<std::string> pieces{"for=",     "6.6.6.6",       "\"",       "\\",      ",",       ";",   "=",   " ",
                                          "10.6.6.6", "[2001:db8::6]", "proto=",   "unknown", "for=\"[", "]\"", ":80", "\t\x01",
                                          "_x",       "by=\"",         "127.0.0.1"};
    std::mt19937 random(20261126);
    int whole = 0;
    for (int i = 0; i < 50'000; ++i) {
        std::string forged;
        for (auto left = random() % 12; left > 0; --left) forged += pieces[random() % pieces.size()];
        // The proxy adds itself to the line, or writes a line of its own.
        const auto added = random() % 2 == 0 ? R"(for="[2001:db8::9]:7";by="10.0.0.1")" : "for=\"[2001:db8::9]\"";
        const auto joined = forged + ", " + added, x_joined = forged + ", 2001:db8::9";
        const auto client = [](const TrustedProxies& trusted, std::vector<std::string_view> lines) {
            return trusted.client("127.0.0.1", lines);
        };
        const auto got = client(by_forwarded, {joined});
        INFO(joined);
        REQUIRE((got == "2001:db8::9" || got == "127.0.0.1"));
        whole += got == "2001:db8::9" ? 1 : 0;
        REQUIRE(client(by_forwarded, {forged, added}) == "2001:db8::9");
        REQUIRE(client(by_x, {x_joined}) == "2001:db8::9");
        REQUIRE(client(by_x, {forged, "2001:db8::9"}) == "2001:db8::9");
        REQUIRE(by_forwarded.client("192.0.2.1", std::vector<std::string_view>{joined}) == "192.0.2.1");
    }
    CHECK(whole > 1'000);
}

TEST_CASE("a PROXY header is read, and nothing else is") {
    struct Row {
        std::string note, bytes;
        bool accepted;
        std::string client;  // "-": the proxy itself
    };
    const std::string options("\x03\x00\x04\xFD\x16\xEE\x60\x20\x00\x01x", 11);
    std::string text_form = "PROXY TCP4 203.0.113.7 10.0.0.1 4444 80\r\n", other_signature = proxy_header(0x21, 0x11, tcp4);
    other_signature[11] = '\r';
    for (const auto& row : std::vector<Row>{
             {"TCP over IPv4", proxy_header(0x21, 0x11, tcp4), true, "203.0.113.7"},
             {"TCP over IPv6", proxy_header(0x21, 0x21, tcp6), true, "2001:db8::5"},
             {"with options", proxy_header(0x21, 0x11, tcp4 + options), true, "203.0.113.7"},
             {"LOCAL", proxy_header(0x20, 0x00, ""), true, "-"},
             {"LOCAL with addresses", proxy_header(0x20, 0x11, tcp4), true, "-"},
             {"UNSPEC", proxy_header(0x21, 0x00, ""), true, "-"},
             {"UNSPEC with something", proxy_header(0x21, 0x00, "xyz"), true, "-"},
             {"longest", proxy_header(0x21, 0x11, tcp4 + std::string(2036, 'x')), true, "203.0.113.7"},
             {"too long", proxy_header(0x21, 0x11, tcp4, 2049), false, ""},
             {"far too long", proxy_header(0x21, 0x11, tcp4, 65535), false, ""},
             {"too short for IPv4", proxy_header(0x21, 0x11, tcp4.substr(1)), false, ""},
             {"too short for IPv6", proxy_header(0x21, 0x21, tcp6.substr(1)), false, ""},
             {"UDP", proxy_header(0x21, 0x12, tcp4), false, ""},
             {"UNIX", proxy_header(0x21, 0x31, std::string(216, 'x')), false, ""},
             {"unknown family", proxy_header(0x21, 0x41, tcp4), false, ""},
             {"version 1", proxy_header(0x11, 0x11, tcp4), false, ""},
             {"version 3", proxy_header(0x31, 0x11, tcp4), false, ""},
             {"unknown command", proxy_header(0x22, 0x11, tcp4), false, ""},
             {"text form", text_form, false, ""},
             {"a request", get("/"), false, ""},
             {"other signature", other_signature, false, ""},
         }) {
        INFO(row.note);
        const auto got = http::read_proxy_header(row.bytes + "GET");
        CHECK(got.state == (row.accepted ? ProxyHeader::State::complete : ProxyHeader::State::refused));
        if (!row.accepted) continue;
        CHECK(got.length == row.bytes.size());
        CHECK((got.client ? http::format_address(*got.client) : "-") == row.client);
        for (std::size_t length = 0; length < row.bytes.size(); ++length) {
            const auto part = http::read_proxy_header(std::string_view(row.bytes).substr(0, length));
            REQUIRE(part.state == ProxyHeader::State::incomplete);
            REQUIRE(part.length > length);
            REQUIRE(part.length <= row.bytes.size());
        }
    }
    std::mt19937 random(7);
    for (int i = 0; i < 200'000; ++i) {
        auto bytes = proxy_header(0x21, random() % 2 == 0 ? 0x11 : 0x21, tcp6);
        for (auto left = random() % 4; left > 0; --left) bytes[random() % bytes.size()] = static_cast<char>(random());
        bytes.resize(random() % (bytes.size() + 1));
        const auto got = http::read_proxy_header(bytes);
        REQUIRE((got.state != ProxyHeader::State::complete || got.length <= bytes.size()));
        REQUIRE((got.state != ProxyHeader::State::incomplete || got.length > bytes.size()));
    }
}

namespace {

struct Station {
    TemporaryFolder folder;
    Reports reports;
    model::OpenFilePtr file = open_bytes(folder.path() / "small.mp3", "bytes");
    http::Server server;

    explicit Station(http::ServerOptions options)
        : server(std::move(options), http::Router({file_route("/small.mp3", [this] { return file; })}, {}), reports.sink(), reports.log()) {
        server.start();
    }
    [[nodiscard]] std::uint16_t port() const { return server.ports().front(); }
};

http::ServerOptions behind_proxies() {
    auto options = quick_options();
    options.trusted_proxies = {"127.0.0.0/8", "10.0.0.0/8"};
    return options;
}

std::string address_of_only_delivery(Station& station) {
    if (!station.reports.wait([](const auto& all) { return !all.empty(); })) return "none";
    const auto all = station.reports.deliveries();
    return all.size() == 1 ? all.front().address : "several";
}

}  // namespace

TEST_CASE("the configured field names the client, the other one nobody") {
    auto options = behind_proxies();
    options.forwarding_field = GENERATE(ForwardingField::forwarded, ForwardingField::x_forwarded_for);
    Station station(options);
    WireClient client(station.port());
    const std::string fields = "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=\"[2001:db8::2]:80\"\r\n";
    CHECK(client.ask(request("HEAD", "/small.mp3", fields), true)->status == 200);
    CHECK(address_of_only_delivery(station) == (options.forwarding_field == ForwardingField::forwarded ? "2001:db8::2" : "192.0.2.1"));
}

TEST_CASE("a proxy's header comes before the first request, in however many pieces") {
    auto options = behind_proxies();
    options.proxy_protocol = true;
    Station station(options);
    WireClient client(station.port());
    // A proxy that does not speak HTTP passes the client's fields on: they say nothing.
    const auto head = request("HEAD", "/small.mp3", "X-Forwarded-For: 6.6.6.6\r\n");
    SECTION("at once") {
        client.send(proxy_header(0x21, 0x11, tcp4) + head + head);
    }
    SECTION("byte by byte") {
        for (const char c : proxy_header(0x21, 0x11, tcp4 + std::string(40, 'x')) + head + head) client.send({&c, 1});
    }
    CHECK(client.read(true)->status == 200);
    CHECK(client.read(true)->status == 200);
    REQUIRE(station.reports.wait([](const auto& all) { return all.size() == 2; }));
    for (const auto& delivery : station.reports.deliveries()) CHECK(delivery.address == "203.0.113.7");
}

TEST_CASE("a proxy that speaks for itself, or for a proxy behind it") {
    auto options = behind_proxies();
    options.proxy_protocol = true;
    Station station(options);
    WireClient client(station.port());
    const auto head = request("HEAD", "/small.mp3", "X-Forwarded-For: 192.0.2.9\r\n");
    SECTION("LOCAL") {
        client.send(proxy_header(0x20, 0x00, "") + head);
    }
    SECTION("from a trusted one") {
        client.send(proxy_header(0x21, 0x11, "\x0A\x01\x01\x01" + tcp4.substr(4)) + head);
    }
    CHECK(client.read(true)->status == 200);
    CHECK(address_of_only_delivery(station) == "192.0.2.9");
}

TEST_CASE("a proxy without its header is not answered") {
    auto options = behind_proxies();
    options.proxy_protocol = true;
    options.limits.head_timeout = std::chrono::milliseconds(150);
    Station station(options);
    for (const auto& bytes : {get("/small.mp3"), proxy_header(0x21, 0x11, "").substr(0, 14), proxy_header(0x21, 0x11, tcp4, 400),
                              std::string(), "PROXY TCP4 203.0.113.7 10.0.0.1 4444 80\r\n" + get("/small.mp3")}) {
        WireClient client(station.port());
        client.send(bytes);
        CHECK(client.read_to_end().empty());
    }
    WireClient client(station.port());
    CHECK(client.ask(proxy_header(0x21, 0x11, tcp4) + get("/small.mp3"))->status == 200);
}

TEST_CASE("nobody else may send a PROXY header") {
    auto options = behind_proxies();
    options.proxy_protocol = true;
    options.trusted_proxies = {"10.0.0.0/8"};
    Station station(options);
    WireClient forger(station.port());
    CHECK(forger.ask(proxy_header(0x21, 0x11, tcp4) + get("/small.mp3"))->status == 400);
    CHECK(forger.ended());
    WireClient client(station.port());
    CHECK(client.ask(request("HEAD", "/small.mp3"), true)->status == 200);
    CHECK(address_of_only_delivery(station) == "127.0.0.1");
}
