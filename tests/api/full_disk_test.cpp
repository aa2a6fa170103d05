// A database without room is the operator's to mend and no fault of the server: 507, the old state intact, and on it goes afterwards.

#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_disk.hpp"

using namespace earshot;
using Catch::Matchers::Contains;

TEST_CASE("a full disk is answered 507 with a sentence, and nothing is changed") {
    const tests::SmallDisk disk("24m");
    tests::Stage stage(tests::Stage::roomy_settings(), disk.path() / "data");
    disk.fill();
    const auto create = [&](int n) {
        return stage.api("producer", "POST", "/shows",
                         R"({"title": "Show )" + std::to_string(n) + R"(", "description": ")" + std::string(3000, 'x') + "\"}");
    };
    tests::Answered answer;
    int made = 0;
    while ((answer = create(made)).status == 201 && made < 5000) ++made;
    CHECK(answer.status == 507);
    CHECK_THAT(answer.body, Contains("disk is full, so nothing was changed"));
    CHECK(stage.context().catalogue.list_shows().size() == static_cast<std::size_t>(made));
    CHECK(stage.api("producer", "GET", "/shows").status == 200);
    disk.empty();
    CHECK(create(made).status == 201);
}
