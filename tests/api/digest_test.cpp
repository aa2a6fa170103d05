// When digests fall due, what goes over the wire, and that a digest says what the page says.

#include "server/digests.hpp"

#include <arpa/inet.h>

#include "content/storage/digest.hpp"
#include "server/digest_schedule.hpp"
#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::app;
using Catch::Matchers::Contains;

namespace {

std::string due(const std::string& every, const std::string& zone, const std::string& now,
                std::chrono::minutes at = std::chrono::hours(7)) {
    config::Settings::Digest digest;
    digest.every = every;
    digest.at = at;
    const auto found = last_due(digest, storage::TimeZone::find(zone).value(), model::parse_rfc3339(now).value());
    const auto& period = found.period;
    return model::format_rfc3339(found.at) + " " + period.first_day + "/" + period.last_day + " " + period.before_first + "/" +
           period.before_last;
}

bool is_public(const std::string& text) {
    if (text.contains(':')) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        REQUIRE(::inet_pton(AF_INET6, text.c_str(), &address.sin6_addr) == 1);
        return is_public_address(reinterpret_cast<const sockaddr&>(address));
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, text.c_str(), &address.sin_addr) == 1);
    return is_public_address(reinterpret_cast<const sockaddr&>(address));
}

}  // namespace

TEST_CASE("digests fall due on the show's clock, when their last UTC day is over") {
    struct Row {
        std::string every, zone, now, due;
    };
    const std::string week = " 2026-11-16/2026-11-22 2026-11-09/2026-11-15";
    const Row rows[] = {
        {"weekly", "Europe/London", "2026-11-23T06:59:59Z", "2026-11-16T07:00:00Z 2026-11-09/2026-11-15 2026-11-02/2026-11-08"},
        {"weekly", "Europe/London", "2026-11-23T07:00:00Z", "2026-11-23T07:00:00Z" + week},
        {"weekly", "Europe/London", "2026-11-29T23:00:00Z", "2026-11-23T07:00:00Z" + week},
        {"weekly", "America/New_York", "2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z" + week},
        {"weekly", "America/New_York", "2026-11-23T11:59:00Z", "2026-11-16T12:00:00Z 2026-11-09/2026-11-15 2026-11-02/2026-11-08"},
        // Monday, 07:00 in Auckland is Sunday, 18:00 UTC: the week is not over.
        {"weekly", "Pacific/Auckland", "2026-11-23T00:10:00Z", "2026-11-16T00:11:00Z 2026-11-09/2026-11-15 2026-11-02/2026-11-08"},
        {"weekly", "Pacific/Auckland", "2026-11-23T00:11:00Z", "2026-11-23T00:11:00Z" + week},
        {"daily", "", "2026-11-24T07:00:00Z", "2026-11-24T07:00:00Z 2026-11-23/2026-11-23 2026-11-22/2026-11-22"},
        // Clocks go forward on 29 March 2026 at 01:00 UTC, back on 25 October at 01:00 UTC.
        {"daily", "Europe/London", "2026-03-28T07:00:00Z", "2026-03-28T07:00:00Z 2026-03-27/2026-03-27 2026-03-26/2026-03-26"},
        {"daily", "Europe/London", "2026-03-29T06:00:00Z", "2026-03-29T06:00:00Z 2026-03-28/2026-03-28 2026-03-27/2026-03-27"},
        {"daily", "Europe/London", "2026-10-25T07:00:00Z", "2026-10-25T07:00:00Z 2026-10-24/2026-10-24 2026-10-23/2026-10-23"},
        {"monthly", "Europe/London", "2026-03-01T07:00:00Z", "2026-03-01T07:00:00Z 2026-02-01/2026-02-28 2026-01-01/2026-01-31"},
        {"monthly", "Europe/London", "2026-02-28T23:59:59Z", "2026-02-01T07:00:00Z 2026-01-01/2026-01-31 2025-12-01/2025-12-31"},
    };
    for (const auto& row : rows) {
        INFO(row.every << ' ' << row.zone << ' ' << row.now);
        CHECK(due(row.every, row.zone, row.now) == row.due);
    }
    // 01:30 does not exist on the day that clocks go forward.
    CHECK(due("daily", "Europe/London", "2026-03-29T12:00:00Z", std::chrono::minutes(90)).starts_with("2026-03-29T0"));
}

TEST_CASE("webhooks only reach the public Internet unless the settings say otherwise") {
    for (const auto* text :
         {"93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"})
        CHECK(is_public(text));
    for (const auto* text : {"127.0.0.1", "0.0.0.0", "10.1.2.3", "100.64.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
                             "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fd00::1", "ff02::1",
                             "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"}) {
        INFO(text);
        CHECK_FALSE(is_public(text));
    }
}

TEST_CASE("what is posted is signed, and what is mailed is plain ASCII on the wire") {
    // RFC 4231, test case 2.
    CHECK(storage::hex(storage::hmac_sha256_raw("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    const auto signature = webhook_signature("Jefe", "weekly-2026-11-22", "1795000000", "Hello");
    CHECK(signature == "v1," + storage::base64(storage::hmac_sha256_raw("Jefe", "weekly-2026-11-22.1795000000.Hello")));
    CHECK(webhook_signature("whsec_SmVmZQ==", "weekly-2026-11-22", "1795000000", "Hello") == signature);
    CHECK_THROWS(webhook_signature("whsec_!", "a", "b", "c"));

    const Message message{
        .id = "weekly-2026-11-22", .subject = "Nächtliche Wache: 16 Nov – 22 Nov 2026\r\nBcc: x@example.org", .text = "Über 1.240\n.\n"};
    const auto mail = mail_text("earshot@example.org", "press@example.org", message, model::parse_rfc3339("2026-11-23T07:00:00Z").value());
    CHECK_THAT(mail,
               Contains("Message-ID: <weekly-2026-11-22@example.org>\r\n") && Contains("To: press@example.org\r\n") && !Contains("Bcc"));
    CHECK(std::ranges::all_of(mail, [](char c) { return static_cast<unsigned char>(c) < 127; }));
    std::size_t begin = 0;
    for (auto end = mail.find("\r\n"); end != std::string::npos; begin = end + 2, end = mail.find("\r\n", begin)) CHECK(end - begin <= 76);
}

TEST_CASE("a log of digests hands each attempt to one process") {
    tests::Stage stage;
    storage::Database database({.file = stage.folder() / "catalogue.db", .migrations = storage::catalogue_migrations()});
    storage::DigestLog log(database);
    storage::DigestEntry first{.name = "weekly", .channel = "webhook", .last_day = "2026-11-22", .sent = true};
    CHECK_FALSE(log.find("weekly", "webhook"));
    REQUIRE(log.replace(std::nullopt, first));
    CHECK_FALSE(log.replace(std::nullopt, first));
    auto next = first;
    next.last_day = "2026-11-29";
    next.sent = false;
    next.attempts = 1;
    CHECK(log.replace(first, next));
    CHECK_FALSE(log.replace(first, next));
    CHECK(log.list().size() == 1);
    CHECK(log.find("weekly", "webhook")->attempts == 1);
}
