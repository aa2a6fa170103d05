#include "server/health.hpp"

#include "tests/support/catch.hpp"

using namespace earshot;
using Catch::Matchers::Contains;
using namespace std::chrono_literals;

TEST_CASE("only what is needed takes a server out of service; sentences stay in the log") {
    std::string catalogue, disk;
    std::vector<std::string> told;
    const auto tell = [&](const std::string& name, const std::string& problem) { told.push_back(name + ": " + problem); };
    app::Readiness readiness({{"catalogue", true,
                               [&] {
                                   if (catalogue == "throw") throw std::runtime_error("catalogue.db is damaged");
                                   return catalogue;
                               }},
                              {"disk", false, [&] { return disk; }}},
                             0ms, tell);
    CHECK(readiness.reply().body == "{\"ready\":true,\"checks\":{\"catalogue\":\"ok\",\"disk\":\"ok\"}}\n");
    CHECK(told.empty());

    disk = "The disk is full.";
    const auto warned = readiness.reply();
    CHECK(warned.status == 200);
    CHECK(warned.body == "{\"ready\":true,\"checks\":{\"catalogue\":\"ok\",\"disk\":\"warning\"}}\n");
    (void)readiness.reply();
    CHECK(told == std::vector<std::string>{"disk: The disk is full."});

    catalogue = "throw";
    const auto failed = readiness.reply();
    CHECK(failed.status == 503);
    CHECK_THAT(failed.body, Contains("\"catalogue\":\"failed\"") && !Contains("damaged"));
    CHECK(told.back() == "catalogue: catalogue.db is damaged");

    catalogue = disk = "";
    CHECK(readiness.reply().status == 200);  // and what has passed is forgotten
    CHECK(told.size() == 4);
}

TEST_CASE("many who ask cost one look") {
    int looks = 0;
    app::Readiness readiness({{"catalogue", true, [&] { return ++looks, std::string(); }}}, 1h, [](const auto&, const auto&) {});
    for (int i = 0; i < 100; ++i) CHECK(readiness.reply().status == 200);
    CHECK(looks == 1);
}
