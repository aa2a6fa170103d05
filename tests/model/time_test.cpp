#include "content/model/time.hpp"
#include "tests/support/catch.hpp"

using namespace earshot::model;
using namespace std::chrono_literals;

namespace {
Timestamp at(long long milliseconds) {
    return Timestamp{std::chrono::milliseconds{milliseconds}};
}
}  // namespace

TEST_CASE("RFC 3339 in and out") {
    CHECK(format_rfc3339(at(1795503600000)) == "2026-11-24T07:00:00Z");
    CHECK(parse_rfc3339("2026-11-24T07:00:00Z") == at(1795503600000));
    CHECK(parse_rfc3339("2026-11-24T08:00:00+01:00") == at(1795503600000));
    CHECK(parse_rfc3339("2026-11-24T06:30:00.250-00:30") == at(1795503600250));
    CHECK(parse_rfc3339("2024-02-29T00:00:00Z"));
    for (const char* bad : {"", "2026-11-24", "2026-11-24T07:00:00", "2026-13-24T07:00:00Z", "2026-02-29T00:00:00Z", "2026-11-24T24:00:00Z",
                            "2026-11-24T07:00:00+1:00", "2026-11-24T07:00:00Zx", "tomorrow", "2026-11-24T07:00:00.Z"})
        CHECK_FALSE(parse_rfc3339(bad));
}

TEST_CASE("HTTP dates in all three forms (RFC 9110 5.6.7)") {
    const auto when = at(784111777000);
    CHECK(format_http_date(when) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == when);
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == when);
    CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == when);
    for (const char* bad : {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT", "0"})
        CHECK_FALSE(parse_http_date(bad));
}

TEST_CASE("RFC 2822, days and clocks") {
    CHECK(format_rfc2822(at(1795503600000)) == "Tue, 24 Nov 2026 07:00:00 +0000");
    CHECK(format_utc_day(at(1795503600000)) == "2026-11-24");
    CHECK(format_clock(63s) == "1:03");
    CHECK(format_clock(3723s + 999ms) == "1:02:03");
    CHECK(parse_clock("37") == 37s);
    CHECK(parse_clock("7:48") == 468s);
    CHECK(parse_clock("35:12.250") == 2112s + 250ms);
    CHECK(parse_clock("01:35:52") == 5752s);
    for (const char* bad : {"", ":", "1:2", "1:60", "1:00:00:00", "x", "1.", "-1", "1:00,5"}) CHECK_FALSE(parse_clock(bad));
}
