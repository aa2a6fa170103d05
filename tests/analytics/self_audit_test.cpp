// The documented cases, replayed by a server on itself.

#include <fstream>

#include "server/analytics/count.hpp"
#include "server/analytics/self_audit.hpp"
#include "tests/analytics/cases.hpp"
#include "tests/analytics/room.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

namespace {

struct Audited {
    TemporaryFolder folder;
    FolderUnder runtime{"/dev/shm"};
    model::Timestamp now{*model::parse_rfc3339("2026-12-24T09:00:00Z")};
    storage::Database database{{.file = folder.path() / "statistics.db", .migrations = storage::statistics_migrations()}};
    analytics::SelfAudits with(analytics::ListFiles lists = {}) {
        const auto recognition = std::make_shared<const analytics::Recognition>(analytics::Recognition::load(lists).value());
        return {database, runtime.path(), [recognition] { return recognition; }, [this] { return now; }};
    }
};

}  // namespace

TEST_CASE("this program counts every documented case as documented, and remembers that it was asked") {
    Audited place;
    {
        auto audits = place.with();
        CHECK_FALSE(audits.last());
        const auto audit = audits.run();
        REQUIRE(audit);
        for (const auto& one : audit->differences) UNSCOPED_INFO(one.name << ": " << one.expected << " | " << one.counted);
        CHECK(audit->passed());
        CHECK(audit->method == analytics::method_version);
        CHECK(audit->cases == documented_cases().size());
        std::uint64_t requests = 0;
        for (const auto& one : documented_cases()) requests += one.requests();
        CHECK(audit->requests == requests);
        CHECK(std::filesystem::is_empty(place.runtime.path()));
    }
    const auto kept = place.with().last();
    REQUIRE(kept);
    CHECK(kept->time == place.now);
    CHECK(kept->passed());
}

TEST_CASE("a server whose lists or limit count otherwise says which cases differ") {
    Audited place;
    std::filesystem::create_directories(place.runtime.path() / "audit-left-by-a-crash");
    auto audits = place.with({.most_per_address = 3});
    const auto audit = audits.run();
    REQUIRE(audit);
    REQUIRE_FALSE(audit->passed());
    CHECK(audit->differences.size() < audit->cases / 4);  // only those about floods
    CHECK_THAT(audit->differences.front().counted, Catch::Matchers::Contains("flood"));
    CHECK(place.with().last()->differences.size() == audit->differences.size());
    CHECK(std::filesystem::is_empty(place.runtime.path()));

    const auto lists = place.folder.path() / "agents.json";
    std::ofstream(lists) << R"({"bots": [{"pattern": "Overcast", "name": "Overcast", "examples": ["Overcast/3.0"]}]})";
    auto with_lists = place.with({.agents = lists});
    std::ofstream(lists) << "not read again yet, and so not what counts";
    const auto nobody = with_lists.run();
    REQUIRE(nobody);
    CHECK(nobody->differences.size() > nobody->cases / 2);  // most cases are told with that app
}

}  // namespace earshot::tests
