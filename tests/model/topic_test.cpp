#include "content/model/topic.hpp"

#include "tests/support/catch.hpp"

using namespace earshot::model;

TEST_CASE("topics are read a line each, and find their chapters") {
    const auto topics =
        parse_topics("What to look for: notice, hydrogen peroxide\n\n  Fear of being wrong:might be WRONG \nThe moment\n").value();
    REQUIRE(topics.size() == 3);
    CHECK(topics[0].name == "What to look for");
    CHECK(topics[0].words == std::vector<std::string>{"notice", "hydrogen peroxide"});
    CHECK(topics[2].words == std::vector<std::string>{"the moment"});
    CHECK(topic_of(topics, "What people notice") == 0);
    CHECK(topic_of(topics, "“I might be wrong”") == 1);
    CHECK(topic_of(topics, "The moment") == 2);
    CHECK_FALSE(topic_of(topics, "An ordinary day"));
    CHECK(parse_topics("")->empty());
    CHECK_FALSE(parse_topics(": no name"));
    CHECK_FALSE(parse_topics("1\n2\n3\n4\n5\n6\n7"));
}
