// What lists say of addresses and referrers, and that an operator can put others in their place while counting goes on.

#include <fstream>

#include "server/analytics/recognition.hpp"
#include "tests/analytics/mmdb.hpp"
#include "tests/analytics/room.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

namespace {

using namespace analytics;

constexpr const char* a_browser =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36";

bool is_in(const AddressBlocks& blocks, std::string_view address) {
    return blocks.contains(parse_ip_address(address).value());
}

Recognised recognised(const Recognition& recognition, std::string address, std::string agent, std::string referrer = "") {
    static Agent known;
    model::Delivery delivery;
    delivery.address = std::move(address);
    delivery.user_agent = std::move(agent);
    delivery.referrer = std::move(referrer);
    known = recognition.classifier().classify(delivery.user_agent);
    return recognition.of(delivery, known, parse_ip_address(delivery.address));
}

}  // namespace

TEST_CASE("blocks of addresses hold what lies in them and nothing else") {
    const auto blocks = AddressBlocks::parse(
        "# networks\n192.0.2.64/26\r\n  198.51.100.7  # one\n\n192.0.2.100/30\n2001:db8:1::/48\n0.0.0.0/32\n255.255.255.255/32", "list");
    REQUIRE(blocks.has_value());
    for (const auto* inside : {"192.0.2.64", "192.0.2.127", "192.0.2.102", "::ffff:192.0.2.64", "198.51.100.7",
                               "2001:db8:1::", "2001:db8:1:ffff:ffff:ffff:ffff:ffff", "0.0.0.0", "255.255.255.255"}) {
        INFO(inside);
        CHECK(is_in(*blocks, inside));
    }
    for (const auto* outside : {"192.0.2.63", "192.0.2.128", "198.51.100.6", "198.51.100.8", "2001:db8::", "2001:db8:2::", "::", "::1",
                                "0.0.0.1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
        INFO(outside);
        CHECK_FALSE(is_in(*blocks, outside));
    }
    CHECK(is_in(*AddressBlocks::parse("0.0.0.0/0", "list"), "203.0.113.9"));
    CHECK_FALSE(is_in(*AddressBlocks::parse("0.0.0.0/0", "list"), "2001:db8::1"));
    CHECK_FALSE(is_in(*AddressBlocks::parse("", "list"), "203.0.113.9"));
    for (const auto* wrong : {"192.0.2.0/33", "192.0.2.0/", "192.0.2/24", "2001:db8::/129", "name.example", "192.0.2.0/24x", "/8"}) {
        INFO(wrong);
        const auto refused = AddressBlocks::parse("# first\n" + std::string(wrong), "list");
        REQUIRE_FALSE(refused.has_value());
        CHECK_THAT(refused.error().message, Catch::StartsWith("list:2: "));
    }
}

TEST_CASE("the built-in data centres are there, and private and documentation networks are not") {
    const auto blocks = AddressBlocks::built_in_data_centres();
    REQUIRE(blocks.has_value());
    CHECK(is_in(*blocks, "52.95.0.1") == false);  // not every address of a cloud's neighbourhood
    CHECK(is_in(*blocks, "54.72.10.20"));
    CHECK(is_in(*blocks, "2a01:4f8:1:2::3"));
    for (const auto* people : {"10.1.2.3", "192.168.1.1", "172.16.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "100.64.0.1",
                               "127.0.0.1", "81.2.69.142", "86.1.2.3", "2001:db8::1", "fd00::1", "2a00:23c4::1", "17.58.1.1"}) {
        INFO(people);
        CHECK_FALSE(is_in(*blocks, people));
    }
}

TEST_CASE("shared addresses hold for 90 days from their review") {
    const auto shared =
        SharedAddresses::parse("192.0.2.0/24 2026-09-01 # university\n2001:db8::/32\t2026-11-20\n192.0.2.5 2026-06-01\n", "shared");
    REQUIRE(shared.has_value());
    const auto holds = [&](const char* address, const char* day) {
        return shared->contains(parse_ip_address(address).value(), *parse_day(day));
    };
    CHECK(holds("192.0.2.5", "2026-11-30"));  // 90 days
    CHECK_FALSE(holds("192.0.2.5", "2026-12-01"));
    CHECK(holds("2001:db8:1::1", "2026-12-01"));
    CHECK_FALSE(holds("203.0.113.1", "2026-11-30"));
    CHECK(shared->entries() == 3);
    CHECK(shared->overdue(*parse_day("2026-11-30")) == 1);
    CHECK(shared->overdue(*parse_day("2026-12-01")) == 2);
    CHECK(shared->oldest_review() == parse_day("2026-06-01"));
    for (const auto* wrong : {"192.0.2.0/24", "192.0.2.0/24 soon", "192.0.2.0/33 2026-11-01", "2026-11-01 192.0.2.0/24"}) {
        INFO(wrong);
        const auto refused = SharedAddresses::parse("# one\n" + std::string(wrong), "shared");
        REQUIRE_FALSE(refused.has_value());
        CHECK_THAT(refused.error().message, Catch::StartsWith("shared:2: "));
    }
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "shared") << "192.0.2.0/24 2026-06-01";
    Room room({.lists = {.shared_addresses = folder.path() / "shared"}});
    room.set_clock("2026-11-23T12:00:00Z");
    REQUIRE(room.statistics().warnings().size() == 1);
    CHECK_THAT(room.statistics().warnings().front(), Catch::Contains("1 of 1 shared addresses"));
    CHECK(room.statistics().shared_address_rules().oldest_review == "2026-06-01");
    CHECK(room.statistics().shared_address_rules().most_per_address == 500);
}

TEST_CASE("a browser's page is named from a list only") {
    const auto recognition = Recognition::load({.public_url = "https://pod.example.org"});
    REQUIRE(recognition.has_value());
    const auto site = [&](const char* referrer, const char* agent = a_browser) {
        return recognised(*recognition, "192.0.2.1", agent, referrer).site;
    };
    CHECK(site("https://pod.example.org/shows/x") == "own site");
    CHECK(site("https://pod.example.org:8443/") == "own site");
    CHECK(site("https://www.bbc.co.uk/news/1") == "BBC");
    CHECK(site("https://somebody.example/secret/page?name=jane") == "other");
    CHECK(site("https://notbbc.co.uk/") == "other");
    CHECK(site("https://evil.example/https://www.bbc.co.uk/") == "other");
    CHECK(site("") == "none");
    CHECK(site("https://www.bbc.co.uk/", "AntennaPod/3.1.2") == "none");  // apps play no pages
}

TEST_CASE("countries come from the operator's database, and replacing it disturbs nobody") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "countries.mmdb";
    write_mmdb(file, {{"192.0.2.0", 24, "GB"}, {"198.51.100.128", 25, "FR"}, {"2001:db8:1::", 48, "IE"}, {"203.0.113.0", 24, "x?"}});
    const auto recognition = Recognition::load({.countries = file});
    REQUIRE(recognition.has_value());
    std::ofstream(file) << "cut short";  // what was read stays
    const auto country = [&](const char* address) { return recognised(*recognition, address, "AntennaPod/3.1.2").country; };
    CHECK(country("192.0.2.77") == "GB");
    CHECK(country("::ffff:192.0.2.77") == "GB");
    CHECK(country("198.51.100.200") == "FR");
    CHECK(country("198.51.100.5") == "unknown");
    CHECK(country("2001:db8:1:2::3") == "IE");
    CHECK(country("2001:db8:2::3") == "unknown");
    CHECK(country("203.0.113.5") == "unknown");  // not a country's code
    CHECK(country("no address") == "unknown");
    const auto broken = Recognition::load({.countries = file});
    REQUIRE_FALSE(broken.has_value());
    CHECK_THAT(broken.error().message, Catch::Contains("countries.mmdb"));
    CHECK_FALSE(Recognition::load({.countries = folder.path() / "missing"}).has_value());
    CHECK_FALSE(Recognition::load({.data_centres = folder.path() / "missing"}).has_value());
}

TEST_CASE("lists can be replaced while counting goes on, and a wrong one changes nothing") {
    const TemporaryFolder folder;
    const ListFiles lists{.agents = folder.path() / "agents", .data_centres = folder.path() / "networks"};
    std::filesystem::create_directory(lists.agents);
    const auto write = [](const std::filesystem::path& file, const char* text) { std::ofstream(file) << text; };
    write(lists.data_centres, "");
    Room room({.lists = lists});
    room.set_clock("2026-11-23T12:00:00Z");
    const auto counted = [&] {
        room.statistics().submit(room.download("e1", "2026-11-23T10:00:00Z", "Sift/2.0"));
        room.statistics().flush();
        return room.total("e1");
    };
    CHECK(counted() == 1);
    write(lists.agents / "bots.json", R"({"entries":[{"name":"Sift","pattern":"^Sift/"}]})");
    CHECK(counted() == 2);  // not before it is asked for
    REQUIRE(room.statistics().reload_lists().has_value());
    CHECK(counted() == 2);
    write(lists.agents / "bots.json", R"({"entries":[]})");
    write(lists.data_centres, "10.0.0.0/8 x");
    const auto refused = room.statistics().reload_lists();
    REQUIRE_FALSE(refused.has_value());
    CHECK_THAT(refused.error().message, Catch::Contains("networks:1"));
    CHECK(counted() == 2);  // both as they were
    write(lists.data_centres, "172.16.0.0/12");
    REQUIRE(room.statistics().reload_lists().has_value());
    CHECK(counted() == 3);
    write(lists.data_centres, "10.0.0.0/8");  // where the test's listeners live
    REQUIRE(room.statistics().reload_lists().has_value());
    CHECK(counted() == 3);
    const auto tally = [&room] { return room.statistics().tallies({"2026-11-23", "2026-11-23", {{"e1"}}}).all; };
    CHECK(tally().reasons.at("counted").value == 3);
    CHECK(tally().reasons.at("bot").value == 3);

    // Also for somebody who is known already.
    auto known = room.download("e1", "2026-11-23T10:00:00Z", "Sift/2.0");
    known.address = "192.0.2.1";
    room.statistics().submit(model::Delivery(known));
    write(lists.agents / "bots.json", R"({"entries":[{"name":"Sift","pattern":"^Sift/"}]})");
    room.statistics().flush();
    REQUIRE(room.statistics().reload_lists().has_value());
    room.statistics().submit(std::move(known));
    room.statistics().flush();
    CHECK(tally().reasons.at("counted").value == 4);
    CHECK(tally().reasons.at("bot").value == 4);
    CHECK(tally().reasons.at("repeat").value == 0);
}

}  // namespace earshot::tests
