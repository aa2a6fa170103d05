// A public episode whose producer hands in something unusable: a sentence for them, and nothing changes for anybody else.

#include <algorithm>

#include "content/storage/digest.hpp"
#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/wav_bytes.hpp"

using namespace earshot;
using Catch::Matchers::Contains;
using tests::Stage;

namespace {

// One that lasts thirteen hours by its header.
std::string long_flac() {
    std::string bytes = tests::made_by_ffmpeg("-f lavfi -i anullsrc=r=8000:cl=mono -t 1 -c:a flac", "long.flac");
    // STREAMINFO ends in 36 bits of samples before the MD5: bytes 21 (its low half) to 25 of the file.
    constexpr std::uint64_t samples = 13ULL * 3600 * 8000;
    bytes[21] = static_cast<char>((bytes[21] & 0xF0) | static_cast<char>(samples >> 32));
    for (std::size_t i = 0; i < 4; ++i) bytes[22 + i] = static_cast<char>(samples >> (24 - 8 * i));
    return bytes;
}

std::string without_index() {
    const std::string bytes = tests::made_by_ffmpeg("-f lavfi -i sine=d=4 -c:a aac", "late.m4a");
    return bytes.substr(0, bytes.size() / 2);
}

struct PublicEpisode {
    Stage stage;
    model::Show show = stage.make_show();
    model::EpisodeId id = stage.make_episode(show).id;
    std::string path = "/episodes/" + id.value;

    PublicEpisode() {
        REQUIRE(stage.finish(attach(tests::tone_wav(3))).state == model::JobState::succeeded);
        REQUIRE(stage.api("producer", "POST", path + "/publish", "{}").status == 200);
        stage.context().runner.stop();
    }
    model::JobId attach(std::string_view bytes) {
        const auto job = stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + stage.upload(bytes).value + "\"}");
        REQUIRE(job.status == 202);
        return model::JobId{job.at("id")};
    }
    std::string feed() { return stage.ask("none", "GET", "/shows/night-watch/feed.xml").body; }
    std::string audio_path() { return stage.context().catalogue.find_episode(id)->renditions.front().url_path; }
    std::string audio() { return stage.ask("none", "GET", audio_path()).body; }
    std::string title_in_file() {
        const auto rendition = stage.context().catalogue.find_episode(id)->renditions.front();
        return media::read_tags(rendition.codec, stage.context().store.open(rendition.object_key).value()->descriptor()).value().title;
    }
    // All that listeners have.
    auto heard() { return std::tuple(feed(), audio_path(), audio()); }

    void check_still_editable(const std::string& title) {
        REQUIRE(stage.api("producer", "PATCH", path, R"({"title": ")" + title + "\"}").status == 200);
        CHECK(title_in_file() == title);
        CHECK_THAT(feed(), Contains("<title>" + title + "</title>"));
        CHECK(stage.api("producer", "POST", path + "/withdraw").status == 200);
        CHECK(stage.ask("none", "GET", audio_path()).status == 410);
        const auto back = stage.api("producer", "POST", path + "/publish", "{}");
        INFO(back.body);
        CHECK(back.status == 200);
        CHECK(stage.ask("none", "GET", audio_path()).status == 200);
    }
};

}  // namespace

TEST_CASE("an unusable new master leaves a public episode as it was") {
    struct Row {
        const char* what;
        std::string bytes, sentence;
    };
    const std::vector<Row> rows{
        {"truncated", without_index(), "The index of this M4A/MP4 file is missing, so it was probably cut short. Export or copy it again."},
        {"cut off in its head", tests::tone_wav(1).substr(0, 40), "This file is damaged at its start and cannot be opened."},
        {"no audio", "These are my show notes.\n", "This is a text file, not a recording."},
        {"noise", std::string(5000, '\0'), "This is not an audio file that can be read."},
        {"video only", tests::made_by_ffmpeg("-f lavfi -i testsrc=d=1:s=64x64", "film.mp4"), "This file holds video but no sound."},
        {"40 channels", tests::wav_head(40, 48000, 16, 80'000) + std::string(80'000, '\1'), "This file has 40 channels; at most 8"},
        {"0 seconds", tests::wav_head(2, 48000, 16, 0), "There is no sound in this file: it is 0 seconds long."},
        {"13 hours by its header", long_flac(), "This recording is 13:00:00 long; at most 12 hours are possible."},
    };
    PublicEpisode episode;
    const auto good_master = episode.stage.api("producer", "GET", episode.path).at("master.id");
    REQUIRE(episode.audio().size() > 10'000);
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const auto before = episode.heard();
        const auto job = episode.attach(row.bytes);
        CHECK(episode.heard() == before);
        const auto ended = episode.stage.finish(job);
        CHECK(ended.state == model::JobState::failed);
        CHECK_THAT(episode.stage.api("producer", "GET", "/jobs/" + job.value).at("reason"), Contains(row.sentence));
        CHECK(episode.heard() == before);
        const auto seen = episode.stage.api("producer", "GET", episode.path);
        CHECK(seen.at("state") == "published");
        CHECK(seen.at("obstacles") == "[]");
        CHECK_THAT(seen.at("advice.0"), Contains("the one before it stays") && Contains(row.sentence));
        CHECK(seen.at("master.id") == good_master);
        episode.check_still_editable(std::string("After ") + row.what);
        episode.stage.context().runner.stop();
    }
}

TEST_CASE("an edit made while a new master waits is not lost with it") {
    PublicEpisode episode;
    const auto job = episode.attach("no audio at all");
    REQUIRE(episode.stage.api("producer", "PATCH", episode.path, R"({"title": "Meanwhile"})").status == 200);
    CHECK(episode.title_in_file() == "Meanwhile");
    CHECK(episode.stage.finish(job).state == model::JobState::failed);
    CHECK(episode.title_in_file() == "Meanwhile");
}

TEST_CASE("a new master whose job is cancelled leaves a public episode as it was; until then the old audio is not published again") {
    PublicEpisode episode;
    const auto before = episode.heard();
    const auto job = episode.attach(tests::tone_wav(4));
    CHECK(std::get<2>(episode.heard()) == std::get<2>(before));
    REQUIRE(episode.stage.api("producer", "POST", episode.path + "/withdraw").status == 200);
    const auto early = episode.stage.api("producer", "POST", episode.path + "/publish", "{}");
    CHECK(early.status == 409);
    CHECK_THAT(early.at("detail"), Contains("The master waits to be transcoded."));
    REQUIRE(episode.stage.api("producer", "POST", "/jobs/" + job.value + "/cancel").at("state") == "cancelled");
    CHECK(episode.stage.api("producer", "POST", episode.path + "/publish", "{}").status == 200);
    CHECK(episode.audio_path() == std::get<1>(before));
    episode.check_still_editable("After the cancellation");

    SECTION("and starting it again still works") {
        REQUIRE(episode.stage.api("producer", "POST", "/jobs/" + job.value + "/retry").at("state") == "queued");
        REQUIRE(episode.stage.finish(job).state == model::JobState::succeeded);
        CHECK(episode.audio_path() != std::get<1>(before));
        CHECK(episode.title_in_file() == "After the cancellation");
    }
    SECTION("and a newer one takes its place for good") {
        const auto newer = episode.attach(tests::tone_wav(2));
        REQUIRE(episode.stage.finish(newer).state == model::JobState::succeeded);
        const auto again = episode.stage.api("producer", "POST", "/jobs/" + job.value + "/retry");
        CHECK(again.status == 409);
        CHECK_THAT(again.at("detail"), Contains("A newer recording or redaction was ordered since."));
    }
}

TEST_CASE("an upload that cannot be used never becomes a public episode's master") {
    PublicEpisode episode;
    const auto before = episode.heard();
    const tests::Fields tus{{"Tus-Resumable", "1.0.0"}, {"Content-Type", "application/offset+octet-stream"}, {"Upload-Offset", "0"}};
    const auto unchanged = [&](std::string_view upload) {
        const auto refused =
            episode.stage.api("producer", "PUT", episode.path + "/master", R"({"upload": ")" + std::string(upload) + "\"}");
        CHECK(refused.status == 404);
        CHECK_THAT(refused.at("detail"), Contains("There is no such upload."));
        CHECK(episode.stage.context().jobs.list_for_episode(episode.id).size() == 1);
        CHECK(episode.heard() == before);
    };
    SECTION("empty") {
        const auto refused = episode.stage.api("producer", "POST", "/uploads", "", {{"Tus-Resumable", "1.0.0"}, {"Upload-Length", "0"}});
        CHECK(refused.status == 400);
        CHECK_THAT(refused.at("detail"), Contains("The file is empty. Choose a recording."));
        CHECK_FALSE(refused.has("location"));
        unchanged("none");
    }
    SECTION("not the file that was announced") {
        const std::string sent = tests::tone_wav(1);
        std::string arrived = sent;
        arrived[arrived.size() / 2] ^= 1;
        const auto made =
            episode.stage.api("producer", "POST", "/uploads", "",
                              {{"Tus-Resumable", "1.0.0"},
                               {"Upload-Length", std::to_string(sent.size())},
                               {"Upload-Metadata", "filename bWl4LndhdiA=,sha256 " + storage::base64(storage::sha256_hex(sent))}});
        REQUIRE(made.status == 201);
        const std::string location = made.field("location");
        const auto refused = episode.stage.ask("producer", "PATCH", location, arrived, tus);
        CHECK(refused.status == 460);
        CHECK_THAT(refused.at("detail"), Contains("What arrived is not what was sent: the SHA-256 differs. Upload the file again."));
        unchanged(location.substr(location.rfind('/') + 1));
    }
}
