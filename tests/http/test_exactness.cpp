// Raw bytes in, raw bytes out: tables/ranges.txt on one connection that survives all of it.
#include <algorithm>
#include <set>
#include <thread>

#include "server/streaming/list_field.hpp"
#include "tests/http/file_station.hpp"
#include "tests/http/table.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

struct Files {
    const std::string tone = pattern(10'000), long_one = pattern(3'000'000), empty;
    [[nodiscard]] const std::string& asked_for(std::string_view request) const {
        const auto line = request.substr(0, request.find("HTTP/1."));
        return line.find("long") != line.npos ? long_one : line.find("empty") != line.npos ? empty : tone;
    }
};

struct Case {
    std::string note, request;
    int status{};
    bool closes{}, head{};
    std::vector<http::Field> fields;
    std::string body;  // as the table spells it
};

std::vector<http::Field> read_fields(std::string_view text) {
    std::vector<http::Field> fields;
    while (!text.empty()) {
        const auto end = std::min(text.find("\r\n"), text.size()), colon = text.find(": ");
        fields.push_back({std::string(text.substr(0, colon)), std::string(text.substr(colon + 2, end - colon - 2))});
        text.remove_prefix(std::min(end + 2, text.size()));
    }
    return fields;
}

const std::vector<Case>& cases() {
    static const auto all = [] {
        std::vector<Case> made;
        for (const auto& row : read_table("ranges.txt", {{"etag", std::string(station_etag)}})) {
            Case one{row.section + ": " + row.note, row.cells.at(0)};
            if (one.request.find("\r\n\r\n") == std::string::npos)
                one.request = get("/tone.mp3", one.request + (one.request.empty() ? "" : "\r\n"));
            one.status = std::stoi(row.cells.at(1));
            one.closes = row.cells[1].ends_with(" close");
            one.head = one.request.starts_with("HEAD ");
            one.fields = read_fields(row.cells.at(2));
            one.body = row.cells.at(3);
            made.push_back(std::move(one));
        }
        return made;
    }();
    return all;
}

// "0-9,500-509" of a file, in that order.
std::vector<std::string> slices_of(std::string_view ranges, const std::string& file) {
    std::vector<std::string> slices;
    streaming::for_each_member(ranges, [&](std::string_view range) {
        const auto begin = std::stoul(std::string(range)), end = std::stoul(std::string(range.substr(range.find('-') + 1))) + 1;
        slices.push_back(file.substr(begin, end - begin));
    });
    return slices;
}

std::string multipart_of(std::string_view ranges, const std::string& file, const std::string& boundary) {
    std::string text;
    auto slices = slices_of(ranges, file);
    auto slice = slices.begin();
    streaming::for_each_member(ranges, [&](std::string_view range) {
        text += (text.empty() ? "--" : "\r\n--") + boundary + "\r\nContent-Type: audio/mpeg\r\nContent-Range: bytes " + std::string(range) +
                "/" + std::to_string(file.size()) + "\r\n\r\n" + *slice++;
    });
    return text + "\r\n--" + boundary + "--\r\n";
}

// Every status has fields that it must and must not carry (RFC 9110 §15.3.7, §15.4.5, §15.5.17).
void check_fields(const Case& one, const WireResponse& got) {
    std::set<std::string> names;
    for (const auto& field : got.fields) CHECK(names.insert(field.name).second);
    CHECK(model::parse_http_date(got.field("Date")));
    CHECK(got.field("Content-Encoding") == "-");
    CHECK(got.field("Transfer-Encoding") == "-");
    for (const auto& field : one.fields) CHECK(got.field(field.name) == field.value);
    const auto wanted = [&](std::string_view name) { return std::ranges::find(one.fields, name, &http::Field::name) != one.fields.end(); };
    if (!wanted("Content-Range")) CHECK(got.field("Content-Range") == "-");
    if (!wanted("Connection"))
        CHECK(got.field("Connection") == (one.closes ? "close" : one.request.find("HTTP/1.0") != one.request.npos ? "keep-alive" : "-"));
    const bool file = one.status == 200 || one.status == 206;
    if (file) {
        CHECK(got.field("Accept-Ranges") == "bytes");
        CHECK(got.field("Last-Modified") == station_date);
        CHECK((got.field("Content-Type") == "audio/mpeg") == !one.body.starts_with("parts"));
    }
    if (file || one.status == 304) {
        CHECK(got.field("ETag") == station_etag);
        CHECK(got.field("Cache-Control") == "public, max-age=86400");
    }
    if (one.status == 304) {
        for (const auto* name : {"Content-Length", "Content-Type", "Last-Modified"}) CHECK(got.field(name) == "-");
    }
    if (one.status == 412 || one.status == 416) CHECK(got.field("Content-Length") == "0");
}

void check_body(const Case& one, const WireResponse& got, const std::string& file) {
    if (one.body == "text") {
        CHECK(got.body.size() > 10);
    } else if (one.body == "-") {
        CHECK(got.body.empty());
    } else if (one.body == "whole") {
        CHECK((got.body == file));
    } else if (one.body.starts_with("parts ")) {
        const auto type = got.field("Content-Type");
        REQUIRE(type.starts_with("multipart/byteranges; boundary="));
        CHECK((got.body == multipart_of(std::string_view(one.body).substr(6), file, type.substr(type.find('=') + 1))));
    } else {
        CHECK((got.body == slices_of(one.body, file).at(0)));
    }
}

struct Station {
    TemporaryFolder folder;
    Reports reports;
    Files files;
    std::unique_ptr<http::Server> server;

    explicit Station(bool repeated = false) {
        std::vector<http::Route> routes;
        const auto add = [&](const char* name, const std::string& bytes) {
            routes.push_back(
                file_route("/" + std::string(name), [file = open_bytes(folder.path() / name, bytes)] { return file; }, repeated));
        };
        add("tone.mp3", files.tone);
        add("long.mp3", files.long_one);
        add("empty.mp3", files.empty);
        server = std::make_unique<http::Server>(quick_options(), http::Router(std::move(routes), {}), reports.sink(), reports.log());
        server->start();
    }
    [[nodiscard]] WireClient connect() const { return WireClient(server->ports().front()); }

    void check(const Case& one, WireClient& client) {
        INFO(one.note);
        const auto got = client.read(one.head);
        REQUIRE(got);
        CHECK(got->status == one.status);
        check_fields(one, *got);
        check_body(one, *got, files.asked_for(one.request));
    }
};

// Bytes of files in the answers, which is what must be reported as delivered.
std::uint64_t payload(const Files& files, const Case& one) {
    if (one.body == "-" || one.body == "text") return 0;
    const auto& file = files.asked_for(one.request);
    if (one.body == "whole") return file.size();
    std::uint64_t sum = 0;
    for (const auto& slice : slices_of(one.body.substr(one.body.starts_with("parts") ? 6 : 0), file)) sum += slice.size();
    return sum;
}

}  // namespace

TEST_CASE("one connection survives the whole table, and every byte of a file is accounted for") {
    Station station(GENERATE(false, true));
    auto client = station.connect();
    std::uint64_t expected = 0;
    std::size_t asked = 0;
    for (const auto& one : cases()) {
        if (one.closes) continue;
        client.send(one.request);
        station.check(one, client);
        expected += payload(station.files, one);
        ++asked;
    }
    CHECK(asked >= 180);
    CHECK(station.reports.wait([&](const auto& all) { return acknowledged(all) >= expected; }));
    CHECK(acknowledged(station.reports.deliveries()) == expected);
}

TEST_CASE("the whole table in one burst is answered in order") {
    Station station(GENERATE(false, true));
    auto client = station.connect();
    std::string burst;
    for (const auto& one : cases()) burst += one.closes ? "" : one.request;
    std::thread sender([&] { client.send(burst); });
    for (const auto& one : cases()) {
        if (!one.closes) station.check(one, client);
    }
    sender.join();
}

TEST_CASE("rows that end their connection do") {
    Station station(GENERATE(false, true));
    for (const auto& one : cases()) {
        if (!one.closes) continue;
        auto client = station.connect();
        client.send(one.request + get("/tone.mp3"));
        station.check(one, client);
        CHECK(client.ended());
    }
}
