#include "content/storage/time_zone.hpp"

#include "tests/support/catch.hpp"

using namespace earshot;
using storage::TimeZone;

TEST_CASE("a place's clock is read across its changes") {
    const auto reads = [](const char* zone, const char* utc) {
        return model::format_rfc3339(TimeZone::find(zone).value().local(*model::parse_rfc3339(utc)));
    };
    CHECK(reads("", "2026-07-01T12:00:00Z") == "2026-07-01T12:00:00Z");
    CHECK(reads("Europe/London", "2026-10-25T00:59:59Z") == "2026-10-25T01:59:59Z");
    CHECK(reads("Europe/London", "2026-10-25T01:00:00Z") == "2026-10-25T01:00:00Z");
    CHECK(reads("Europe/London", "2027-03-28T00:59:59Z") == "2027-03-28T00:59:59Z");
    CHECK(reads("Europe/London", "2027-03-28T01:00:00Z") == "2027-03-28T02:00:00Z");
    CHECK(reads("America/New_York", "2026-11-01T05:59:59Z") == "2026-11-01T01:59:59Z");
    CHECK(reads("America/New_York", "2026-11-01T06:00:00Z") == "2026-11-01T01:00:00Z");
    CHECK(reads("Asia/Kolkata", "2026-11-24T20:00:00Z") == "2026-11-25T01:30:00Z");
    CHECK(reads("Australia/Sydney", "2026-01-01T00:00:00Z") == "2026-01-01T11:00:00Z");
    // After the changes that the file lists, by its rule.
    CHECK(reads("Europe/London", "2060-07-01T12:00:00Z") == "2060-07-01T13:00:00Z");
    CHECK(reads("Europe/London", "2060-12-01T12:00:00Z") == "2060-12-01T12:00:00Z");
    CHECK(reads("Australia/Sydney", "2060-12-01T12:00:00Z") == "2060-12-01T23:00:00Z");
}

TEST_CASE("what is no time zone is refused") {
    for (const auto* name : {"Europe/Nowhere", "../../../etc/passwd", "/etc/passwd", "zone.tab", "Europe", "a b", "tzdata.zi"}) {
        INFO(name);
        CHECK_FALSE(TimeZone::find(name));
    }
}
