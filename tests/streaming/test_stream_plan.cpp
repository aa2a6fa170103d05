#include <algorithm>
#include <optional>
#include <string>

#include "server/streaming/stream_plan.hpp"
#include "tests/support/catch.hpp"

using namespace earshot::streaming;
using earshot::model::parse_rfc3339;

namespace {

constexpr std::string_view etag = "\"v1\"";
constexpr std::string_view at = "Tue, 24 Nov 2026 07:00:00 GMT";
constexpr std::string_view before = "Tue, 24 Nov 2026 06:59:59 GMT";
constexpr std::string_view after = "Tue, 24 Nov 2026 07:00:01 GMT";

Representation file(std::uint64_t size = 1000) {
    // Half a second past: dates on the wire have whole seconds only.
    return {size, etag, *parse_rfc3339("2026-11-24T07:00:00Z") + std::chrono::milliseconds(500), "audio/mpeg"};
}

std::string or_dash(const std::string& value) {
    return value.empty() ? "-" : value;
}

struct Row {
    std::string note;
    ConditionalFields fields;
    int get, head;
};

const std::vector<Row> rows{
    {"nothing", {}, 200, 200},
    {"a range", {.range = {"bytes=0-9"}}, 206, 200},
    {"a range beyond", {.range = {"bytes=1000-"}}, 416, 200},
    {"a bad range", {.range = {"bytes=x"}}, 200, 200},

    {"If-Match hit", {.if_match = {etag}}, 200, 200},
    {"If-Match star", {.if_match = {"*"}}, 200, 200},
    {"If-Match one of several", {.if_match = {"\"a\", \"v1\""}}, 200, 200},
    {"If-Match on a second line", {.if_match = {"\"a\"", etag}}, 200, 200},
    {"If-Match miss", {.if_match = {"\"a\""}}, 412, 412},
    {"If-Match compares strongly", {.if_match = {"W/\"v1\""}}, 412, 412},
    {"If-Match without quotes", {.if_match = {"v1"}}, 412, 412},
    {"If-Match empty", {.if_match = {""}}, 412, 412},
    {"If-Match miss beats a range", {.if_match = {"\"a\""}, .range = {"bytes=0-1"}}, 412, 412},

    {"If-Unmodified-Since equal", {.if_unmodified_since = {at}}, 200, 200},
    {"If-Unmodified-Since later", {.if_unmodified_since = {after}}, 200, 200},
    {"If-Unmodified-Since earlier", {.if_unmodified_since = {before}}, 412, 412},
    {"If-Unmodified-Since no date", {.if_unmodified_since = {"yesterday"}}, 200, 200},
    {"If-Unmodified-Since in the obsolete form", {.if_unmodified_since = {"Tuesday, 24-Nov-26 06:59:59 GMT"}}, 412, 412},
    {"If-Match switches it off", {.if_match = {etag}, .if_unmodified_since = {before}}, 200, 200},

    {"If-None-Match hit", {.if_none_match = {etag}}, 304, 304},
    {"If-None-Match star", {.if_none_match = {"*"}}, 304, 304},
    {"If-None-Match compares weakly", {.if_none_match = {"W/\"v1\""}}, 304, 304},
    {"If-None-Match with empty members", {.if_none_match = {",, \"a\" ,, \"v1\""}}, 304, 304},
    {"If-None-Match miss", {.if_none_match = {"\"a\""}}, 200, 200},
    {"If-None-Match with a comma inside", {.if_none_match = {"\"a,\"v1\""}}, 200, 200},
    {"If-None-Match hit beats a range", {.if_none_match = {etag}, .range = {"bytes=0-1"}}, 304, 304},
    {"If-None-Match miss, then the range", {.if_none_match = {"\"a\""}, .range = {"bytes=0-1"}}, 206, 200},

    {"If-Modified-Since equal", {.if_modified_since = {at}}, 304, 304},
    {"If-Modified-Since later", {.if_modified_since = {after}}, 304, 304},
    {"If-Modified-Since earlier", {.if_modified_since = {before}}, 200, 200},
    {"If-Modified-Since no date", {.if_modified_since = {"x"}}, 200, 200},
    {"If-Modified-Since twice", {.if_modified_since = {at, at}}, 200, 200},
    {"If-None-Match miss switches it off", {.if_none_match = {"\"a\""}, .if_modified_since = {at}}, 200, 200},
    {"If-None-Match hit with an old date", {.if_none_match = {etag}, .if_modified_since = {before}}, 304, 304},
    {"If-Match passes, If-None-Match decides", {.if_match = {etag}, .if_none_match = {etag}}, 304, 304},
    {"If-Match fails first", {.if_match = {"\"a\""}, .if_none_match = {etag}}, 412, 412},

    {"If-Range hit", {.if_range = {etag}, .range = {"bytes=0-1"}}, 206, 200},
    {"If-Range miss", {.if_range = {"\"a\""}, .range = {"bytes=0-1"}}, 200, 200},
    {"If-Range compares strongly", {.if_range = {"W/\"v1\""}, .range = {"bytes=0-1"}}, 200, 200},
    {"If-Range date equal", {.if_range = {at}, .range = {"bytes=0-1"}}, 206, 200},
    {"If-Range date later", {.if_range = {after}, .range = {"bytes=0-1"}}, 200, 200},
    {"If-Range date earlier", {.if_range = {before}, .range = {"bytes=0-1"}}, 200, 200},
    {"If-Range nonsense", {.if_range = {"v1"}, .range = {"bytes=0-1"}}, 200, 200},
    {"If-Range takes no list", {.if_range = {"\"v1\", \"v2\""}, .range = {"bytes=0-1"}}, 200, 200},
    {"If-Range miss hides an unsatisfiable range", {.if_range = {"\"a\""}, .range = {"bytes=1000-"}}, 200, 200},
    {"If-Range hit shows it", {.if_range = {etag}, .range = {"bytes=1000-"}}, 416, 200},
    {"If-Range without Range", {.if_range = {"\"a\""}}, 200, 200},
};

}  // namespace

TEST_CASE("preconditions and ranges are evaluated in the order of RFC 9110 §13.2.2") {
    for (const auto& row : rows) {
        INFO(row.note);
        CHECK(plan_stream("GET", row.fields, file(), "B").status == row.get);
        CHECK(plan_stream("HEAD", row.fields, file(), "B").status == row.head);
    }
}

TEST_CASE("without a date only tags decide") {
    auto undated = file();
    undated.last_modified.reset();
    const auto status = [&](const ConditionalFields& fields) { return plan_stream("GET", fields, undated, "B").status; };
    CHECK(status({.if_modified_since = {after}}) == 200);
    CHECK(status({.if_unmodified_since = {before}}) == 200);
    CHECK(status({.if_range = {"Thu, 01 Jan 1970 00:00:00 GMT"}, .range = {"bytes=0-1"}}) == 200);
    CHECK(status({.if_range = {etag}, .range = {"bytes=0-1"}}) == 206);
}

TEST_CASE("unsafe methods get 412 where GET gets 304") {
    const Validators current{etag, file().last_modified};
    CHECK(evaluate_preconditions(false, {.if_none_match = {"*"}}, current) == Verdict::precondition_failed);
    CHECK(evaluate_preconditions(false, {.if_modified_since = {after}}, current) == Verdict::proceed);
    CHECK(evaluate_preconditions(true, {.if_none_match = {"\"v1\""}}, {}) == Verdict::proceed);
}

TEST_CASE("each status carries its fields and bytes") {
    SECTION("200") {
        const auto plan = plan_stream("GET", {}, file(), "B");
        CHECK(or_dash(plan.content_type) == "-");
        CHECK(or_dash(plan.content_range) == "-");
        CHECK(plan.content_length == 1000);
        REQUIRE(plan.pieces.size() == 1);
        CHECK(plan.pieces[0].slice == earshot::model::Interval{0, 1000});
    }
    SECTION("HEAD has the same head and no bytes") {
        const auto plan = plan_stream("HEAD", {.range = {"bytes=0-9"}}, file(), "B");
        CHECK(plan.content_length == 1000);
        CHECK(plan.pieces.empty());
        CHECK(or_dash(plan.content_range) == "-");
    }
    SECTION("206") {
        const auto plan = plan_stream("GET", {.if_range = {etag}, .range = {"bytes=10-19"}}, file(), "B");
        CHECK(or_dash(plan.content_range) == "bytes 10-19/1000");
        CHECK(or_dash(plan.content_type) == "-");
        CHECK(plan.content_length == 10);
        CHECK(plan.tail.empty());
    }
    SECTION("coalesced to one range it is not multipart") {
        const auto plan = plan_stream("GET", {.range = {"bytes=0-9,10-19"}}, file(), "B");
        CHECK(or_dash(plan.content_range) == "bytes 0-19/1000");
        CHECK(or_dash(plan.content_type) == "-");
    }
    SECTION("multipart/byteranges") {
        const auto plan = plan_stream("GET", {.range = {"bytes=500-509,0-0"}}, file(), "B");
        CHECK(plan.status == 206);
        CHECK(or_dash(plan.content_range) == "-");
        CHECK(or_dash(plan.content_type) == "multipart/byteranges; boundary=B");
        REQUIRE(plan.pieces.size() == 2);
        CHECK(plan.pieces[0].head == "--B\r\nContent-Type: audio/mpeg\r\nContent-Range: bytes 500-509/1000\r\n\r\n");
        CHECK(plan.pieces[1].head == "\r\n--B\r\nContent-Type: audio/mpeg\r\nContent-Range: bytes 0-0/1000\r\n\r\n");
        CHECK(plan.tail == "\r\n--B--\r\n");
        CHECK(plan.content_length == plan.pieces[0].head.size() + 10 + plan.pieces[1].head.size() + 1 + plan.tail.size());
    }
    SECTION("416 says how long the file is") {
        const auto plan = plan_stream("GET", {.range = {"bytes=1000-"}}, file(), "B");
        CHECK(or_dash(plan.content_range) == "bytes */1000");
        CHECK(plan.content_length == 0);
        CHECK(plan.pieces.empty());
    }
    SECTION("304 has the tag and no content") {
        const auto plan = plan_stream("GET", {.if_none_match = {etag}}, file(), "B");
        CHECK(or_dash(plan.content_type) == "-");
        CHECK(plan.pieces.empty());
    }
    SECTION("an empty file is 200 for any range") {
        for (const std::string_view range : {"bytes=0-", "bytes=-5", "bytes=9-"}) {
            const auto plan = plan_stream("GET", {.range = {range}}, file(0), "B");
            CHECK(plan.status == 200);
            CHECK(plan.content_length == 0);
            CHECK(plan.pieces.empty());
        }
    }
}
