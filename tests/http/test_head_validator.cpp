#include <string>

#include "server/http/head_parser.hpp"
#include "server/http/head_validator.hpp"
#include "tests/http/table.hpp"
#include "tests/support/catch.hpp"

using namespace earshot::http;
using State = HeadVerdict::State;

TEST_CASE("heads that leave one reading are accepted, and Beast reads them alike") {
    struct Row {
        std::string text;
        std::optional<std::uint64_t> length;
        bool chunked, old;
    };
    const std::vector<Row> rows{
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", {}, false, false},
        {"GET / HTTP/1.0\r\n\r\n", {}, false, true},
        {"GET /a?b=%20&c={} HTTP/1.1\r\nHost:a:80\r\nX:\r\nY: \t v\t \r\n\r\n", {}, false, false},
        {"PATCH /u HTTP/1.1\r\nhost: [::1]:80\r\ncontent-length: 00012\r\n\r\n", 12, false, false},
        {"PUT /u HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", {}, true, false},
        {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", {}, false, false},
        {"GET http://a/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", {}, false, false},
        {"PROPFIND /x HTTP/1.1\r\nHost: a\r\nContent_Length: 5\r\n\r\n", {}, false, false},
        {"GET / HTTP/1.1\r\nHost: a\r\nX-Name: caf\xC3\xA9\r\n\r\n", {}, false, false},
    };
    for (const auto& row : rows) {
        for (const std::string_view before : {"", "\r\n"}) {
            const auto text = std::string(before) + row.text + "GET /next";
            INFO(text);
            const auto head = validate_head(text);
            REQUIRE(head.state == State::complete);
            CHECK(head.length == before.size() + row.text.size());
            CHECK(head.content_length == row.length);
            CHECK(head.chunked == row.chunked);
            CHECK(head.http_1_0 == row.old);
            const auto parsed = parse_head(std::string_view(text).substr(head.start, head.length - head.start));
            REQUIRE(parsed);
            CHECK(parsed->target == head.target);
            CHECK(parsed->content_length == row.length);
            CHECK(parsed->chunked == row.chunked);
            CHECK(parsed->http_1_0 == row.old);
        }
        for (std::size_t cut = 0; cut < row.text.size(); ++cut) CHECK(validate_head(row.text.substr(0, cut)).state == State::incomplete);
    }
}

TEST_CASE("every malformed head is refused with its status, however it is cut") {
    for (const auto& row : earshot::tests::read_table("heads.txt", {{"method", "GET"}, {"path", "/"}})) {
        INFO(row.note);
        const auto& bytes = row.cells.at(0);
        const auto whole = validate_head(bytes);
        CHECK(whole.state == State::refused);
        CHECK(whole.status == std::stoi(row.cells.at(1)));
        CHECK_FALSE(whole.sentence.empty());
        for (std::size_t cut = 0; cut < std::min<std::size_t>(bytes.size(), 300); ++cut) {
            const auto part = validate_head(std::string_view(bytes).substr(0, cut));
            REQUIRE(part.state != State::complete);
        }
    }
}

TEST_CASE("limits are exact") {
    const auto with_target = [](std::size_t line) { return "GET /" + std::string(line - 14, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"; };
    CHECK(validate_head(with_target(HeadLimits::line)).state == State::complete);
    CHECK(validate_head(with_target(HeadLimits::line + 1)).status == 414);
    const auto with_fields = [](std::size_t count) {
        std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
        for (std::size_t i = 1; i < count; ++i) text += "X: 1\r\n";
        return text + "\r\n";
    };
    CHECK(validate_head(with_fields(100)).state == State::complete);
    CHECK(validate_head(with_fields(101)).status == 431);
    const auto of_size = [](std::size_t size) {
        std::string text = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(8000, 'x') + "\r\nZ: " + std::string(4000, 'z') + "\r\nY: ";
        return text + std::string(size - text.size() - 4, 'y') + "\r\n\r\n";
    };
    CHECK(validate_head(of_size(HeadLimits::head)).state == State::complete);
    CHECK(validate_head(of_size(HeadLimits::head + 1)).status == 431);
    CHECK(parse_head(of_size(HeadLimits::head)).has_value());
    CHECK(validate_head(std::string(HeadLimits::line + 1, 'G')).status == 414);
    CHECK(validate_head("GET / HTTP/1.1\r\n" + std::string(HeadLimits::line + 1, 'x')).status == 431);
}
