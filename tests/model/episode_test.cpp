#include "content/model/episode.hpp"
#include "tests/support/catch.hpp"

using namespace earshot::model;
using namespace std::chrono_literals;

TEST_CASE("visibility follows the clock") {
    const Timestamp noon{12h};
    Episode episode;
    CHECK_FALSE(is_public(episode, noon));
    episode.state = EpisodeState::scheduled;
    episode.publish_at = noon;
    CHECK_FALSE(is_public(episode, noon - 1ms));
    CHECK(is_public(episode, noon));
    episode.state = EpisodeState::withdrawn;
    CHECK_FALSE(is_public(episode, noon));
    episode.state = EpisodeState::published;
    CHECK(is_public(episode, noon));
}

TEST_CASE("chapters are refused with the reason") {
    const auto sentence = [](std::vector<Chapter> chapters, std::optional<std::chrono::milliseconds> duration = std::nullopt) {
        const auto result = check_chapters(chapters, duration);
        return result ? std::string("ok") : result.error().message;
    };
    CHECK(sentence({}) == "ok");
    CHECK(sentence({{0ms, "Opening", ""}, {60s, "Two", ""}}, 2min) == "ok");
    CHECK(sentence({{1s, "Late", ""}}) == "The first chapter must start at 00:00:00, not at 0:01.");
    CHECK(sentence({{0ms, " ", ""}}) == "Chapter 1 has no title.");
    CHECK_THAT(sentence({{0ms, "A", ""}, {0ms, "B", ""}}), Catch::Contains("Chapter 2 starts at 0:00, which is not after"));
    CHECK_THAT(sentence({{0ms, "A", ""}, {2min, "B", ""}}, 2min), Catch::Contains("the audio is only 2:00 long"));
    CHECK_THAT(sentence(std::vector<Chapter>(256, Chapter{0ms, "x", ""})), Catch::Contains("at most 255"));
}
