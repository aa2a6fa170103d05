// A word is taken out of a public episode: afterwards it is in no byte that is served, and everything timed fits the new audio.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <numbers>
#include <thread>

#include "feeds/addresses.hpp"
#include "media/waveform.hpp"
#include "server/housekeeping.hpp"
#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using Catch::Matchers::Contains;
using tests::Stage;

namespace {

constexpr std::size_t rate = 44'100;

// 440 Hz, the word (1777 Hz, loud) from 2 to 3 s, 620 Hz to 6 s.
std::string word_wav() {
    return tests::made_by_ffmpeg(
        "-f lavfi -i \"aevalsrc='if(lt(t,2),0.2*sin(2*PI*440*t),if(lt(t,3),0.8*sin(2*PI*1777*t),0.2*sin(2*PI*620*t)))':s=48000:d=6\" -ac 1 "
        "-c:a pcm_s24le",
        "word.wav");
}

// Pages and files follow the catalogue a moment later.
std::string served(Stage& stage, const std::string& path) {
    for (int tries = 0; tries < 200; ++tries) {
        if (auto answer = stage.ask("none", "GET", path); answer.status == 200) return answer.body;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL(path << " is not served");
    return {};
}

std::vector<float> decoded(const std::string& file) {
    const tests::TemporaryFolder folder;
    const auto path = folder.path() / "served";
    std::ofstream(path, std::ios::binary) << file;
    const auto bytes = tests::made_by_ffmpeg("-i " + path.string() + " -ac 1 -ar 44100 -f f32le", "raw");
    std::vector<float> samples(bytes.size() / sizeof(float));
    std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
    return samples;
}

double amplitude(const std::vector<float>& samples, double hertz, double begin, double end) {
    const auto first = static_cast<std::size_t>(begin * rate), last = std::min(static_cast<std::size_t>(end * rate), samples.size());
    double cosine = 0, sine = 0;
    for (std::size_t i = first; i < last; ++i) {
        const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / rate;
        cosine += static_cast<double>(samples[i]) * std::cos(angle);
        sine += static_cast<double>(samples[i]) * std::sin(angle);
    }
    return 2 * std::hypot(cosine, sine) / static_cast<double>(last - first);
}

constexpr const char* words =
    "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n<v Nora>Good evening.\n\n00:00:02.000 --> 00:00:03.000\n<v Anna>My name is Halloway.\n\n"
    "00:00:03.000 --> 00:00:05.000\n<v Nora>Thank you.\n";
constexpr const char* chapters = "0:00 Start\n0:02 Halloway speaks\n0:03 Thanks";

// A public episode with that recording, its words and chapters.
std::string published(Stage& stage) {
    const auto episode = stage.make_episode(stage.make_show());
    const std::string path = "/episodes/" + episode.id.value;
    REQUIRE(stage.api("producer", "PUT", path + "/transcript?language=en", words).status == 200);
    REQUIRE(stage.api("producer", "PUT", path + "/chapters", chapters).status == 200);
    CHECK(stage.api("producer", "PUT", path + "/redactions", R"({"ranges": []})").status == 409);
    const auto job = stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + stage.upload(word_wav()).value + "\"}");
    REQUIRE(stage.finish(model::JobId{job.at("id")}).state == model::JobState::succeeded);
    REQUIRE(stage.api("producer", "POST", path + "/publish", "{}").status == 200);
    return path;
}

void redact(Stage& stage, const std::string& path, const std::string& ranges) {
    const auto job = stage.api("producer", "PUT", path + "/redactions", R"({"ranges": )" + ranges + "}");
    INFO(job.body);
    REQUIRE(job.status == 202);
    const auto ended = stage.finish(model::JobId{job.at("id")});
    INFO(ended.reason);
    REQUIRE(ended.state == model::JobState::succeeded);
}

tests::Answered hand_in(Stage& stage, const std::string& path, const std::string& recording) {
    return stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + stage.upload(recording).value + "\"}");
}

const std::string page = "/shows/night-watch/multiple-bombings";

// Every public byte of the episode but its audio.
std::string all_words(Stage& stage) {
    std::string all;
    for (const auto* part : {"", "/transcript.vtt", "/transcript.srt", "/transcript.json", "/transcript.html", "/chapters.json"})
        all += stage.ask("none", "GET", page + part).body;
    return all + stage.ask("none", "GET", "/shows/night-watch/feed.xml").body;
}

model::Episode stored(Stage& stage, const std::string& path) {
    return stage.context().catalogue.find_episode(model::EpisodeId{path.substr(10)}).value();
}

}  // namespace

TEST_CASE("a word that is cut is in no byte that is served, and everything timed moves with the audio at once") {
    Stage stage;
    const auto path = published(stage);
    const auto before = stored(stage, path);
    REQUIRE_THAT(all_words(stage), Contains("Halloway"));
    const auto shape_before = stage.ask("none", "GET", page + "/waveform/100.dat");

    stage.context().runner.stop();
    const auto job = stage.api("producer", "PUT", path + "/redactions", R"({"ranges": [{"start": 2, "end": "0:03", "kind": "cut"}]})");
    REQUIRE(job.status == 202);
    CHECK(stage.api("producer", "PUT", path + "/redactions", R"({"ranges": [{"start": 2.0, "end": 3, "kind": "cut"}]})").at("id") ==
          job.at("id"));  // said twice, done once
    CHECK(stage.ask("none", "GET", before.renditions[0].url_path).status == 200);
    CHECK(stage.ask("none", "GET", page + "/waveform/100.dat").body == shape_before.body);
    REQUIRE(stage.finish(model::JobId{job.at("id")}).state == model::JobState::succeeded);

    const auto after = stored(stage, path);
    CHECK(after.guid == before.guid);
    CHECK(after.state == before.state);
    CHECK(after.publish_at == before.publish_at);
    for (std::size_t i = 0; i < after.renditions.size(); ++i) {
        CHECK(after.renditions[i].url_path != before.renditions[i].url_path);
        CHECK(stage.ask("none", "GET", before.renditions[i].url_path).status == 410);
        CHECK(stage.context().store.open(before.renditions[i].object_key).has_value());  // whoever is downloading finishes on the old bytes
        const auto audio = stage.ask("none", "GET", after.renditions[i].url_path);
        REQUIRE(audio.status == 200);
        CHECK(audio.body.find("Halloway") == std::string::npos);
        const auto samples = decoded(audio.body);
        // The ffmpeg program plays what pads the last frame of an M4A, too.
        CHECK(std::abs(static_cast<double>(samples.size()) - 5.0 * rate) <= (after.renditions[i].codec == model::Codec::aac ? 1024 : 2));
        CHECK(amplitude(samples, 440, 0.1, 1.9) > 0.1);
        CHECK(amplitude(samples, 620, 2.1, 4.9) > 0.1);
        CHECK(amplitude(samples, 1777, 0, 5) < 0.0005);
    }
    const auto served = all_words(stage);
    CHECK_THAT(served, !Contains("Halloway"));
    CHECK_THAT(served, Contains("Thank you."));
    CHECK_THAT(served, Contains("<itunes:duration>5</itunes:duration>"));
    CHECK_THAT(stage.api("producer", "GET", path).at("advice"), Contains(R"(or where they begin or end: \"Start\", \"Thanks\". Check)"));
    CHECK_THAT(served, Contains("00:00:02.000 --> 00:00:04.000"));
    CHECK(after.chapters == std::vector<model::Chapter>{{std::chrono::seconds(0), "Start", ""}, {std::chrono::seconds(2), "Thanks", ""}});
    const auto shape = media::parse_waveform_dat(stage.ask("none", "GET", page + "/waveform/100.dat").body).value();
    CHECK(shape.lows.size() == 500);
    CHECK(shape.highs[199] < 2 * shape.highs[100]);  // the word was four times as loud
    CHECK(stage.ask("none", "GET", page + "/waveform/100.dat", "", {{"If-None-Match", shape_before.field("etag")}}).status == 200);

    // The recording as it was handed in stays, for staff to begin from again, and nobody can fetch it.
    const auto held = stage.api("producer", "GET", path + "/redactions");
    CHECK(held.at("ranges.0.kind") == "cut");
    CHECK(held.at("recording.sha256") == before.master->sha256);
    CHECK(held.at("recording.info.duration_seconds") == "6E0");
    CHECK(media::parse_waveform_dat(stage.api("producer", "GET", path + "/master/waveform/100.dat").body)->lows.size() == 600);
    CHECK(stage.api("none", "GET", path + "/master/waveform/100.dat").status == 401);
    app::Housekeeping housekeeping(stage.context().uploads, stage.context().catalogue, stage.context().store, stage.folder() / "work",
                                   stage.context().clock);
    for (int day = 0; day < 4; ++day) {
        stage.clock_offset_ms += std::chrono::milliseconds(std::chrono::hours(24)).count();
        housekeeping.run();
    }
    CHECK(stage.context().store.verify(before.master->object_key));
    CHECK_FALSE(stage.context().store.open(before.renditions[0].object_key).has_value());
    CHECK(stage.ask("none", "GET", after.renditions[0].url_path).status == 200);
    CHECK(stage.context().audit.list(1)[0].what == "episode.redact");
    CHECK(stage.context().audit.list(1)[0].who == "token:producer");
}

TEST_CASE("mute and bleep leave everything in its place; a further redaction begins from the untouched recording, none restores it") {
    Stage stage;
    const auto path = published(stage);
    redact(stage, path, R"([{"start": 2, "end": 3, "kind": "bleep"}])");
    auto now = stored(stage, path);
    auto samples = decoded(served(stage, now.renditions[0].url_path));
    CHECK(std::abs(static_cast<double>(samples.size()) - 6.0 * rate) <= 2);
    CHECK(amplitude(samples, 1777, 0, 6) < 0.0005);
    CHECK(amplitude(samples, 1000, 2.1, 2.9) > 0.1);
    CHECK_THAT(all_words(stage), !Contains("Halloway") && Contains("[redacted]"));
    CHECK(now.chapters[1].title == "[redacted]");
    CHECK(stage.ask("none", "GET", now.renditions[0].url_path).body.find("Halloway") == std::string::npos);

    redact(stage, path, R"([{"start": 0.5, "end": 1, "kind": "cut"}, {"start": 2, "end": 3, "kind": "mute"}])");
    now = stored(stage, path);
    samples = decoded(served(stage, now.renditions[0].url_path));
    CHECK(std::abs(static_cast<double>(samples.size()) - 5.5 * rate) <= 2);
    CHECK(amplitude(samples, 1777, 0, 5.5) < 0.0005);
    CHECK(amplitude(samples, 1000, 0, 5.5) < 0.0005);
    CHECK(amplitude(samples, 620, 2.6, 5.4) > 0.1);
    CHECK(now.chapters[2].start == std::chrono::milliseconds(2500));
    CHECK(stage.api("producer", "GET", path + "/sound").at("pauses.0.start_seconds") == "1.5E0");
    CHECK(stage
              .api("producer", "PUT", path + "/redactions",
                   R"({"ranges": [{"start": 0.5, "end": 1, "kind": "cut"}, {"start": 2, "end": 3, "kind": "mute"}]})")
              .status == 409);

    // The same file once more is the same recording: what was taken out of it stays out, also when another was heard in between.
    const auto taken_out = now.master->redactions;
    const auto before = stage.context().clock();
    for (const auto& recording : {word_wav(), tests::tone_wav(2), word_wav()}) {
        stage.context().runner.stop();
        const auto job = hand_in(stage, path, recording);
        CHECK(hand_in(stage, path, recording).at("id") == job.at("id"));  // said twice, done once
        REQUIRE(stage.finish(model::JobId{job.at("id")}).state == model::JobState::succeeded);
    }
    now = stored(stage, path);
    CHECK(now.master->redactions == taken_out);
    CHECK(now.master->uploaded_at >= before);
    CHECK(amplitude(decoded(served(stage, now.renditions[0].url_path)), 1777, 0, 5.5) < 0.0005);

    redact(stage, path, "[]");
    now = stored(stage, path);
    samples = decoded(served(stage, now.renditions[0].url_path));
    CHECK(amplitude(samples, 1777, 2.1, 2.9) > 0.2);
    CHECK(now.chapters[2].start == std::chrono::seconds(3));
    CHECK_THAT(all_words(stage), !Contains("Halloway"));  // words do not come back by themselves
}

TEST_CASE("titles that a recording gives its chapters do not outlive the range they name, whatever is edited afterwards") {
    Stage stage;
    const tests::TemporaryFolder folder;
    std::ofstream(folder.path() / "word.wav", std::ios::binary) << word_wav();
    std::ofstream meta(folder.path() / "chapters.txt");
    meta << ";FFMETADATA1\n";
    for (const auto* chapter :
         {"START=0\nEND=2000\ntitle=Start", "START=2000\nEND=3000\ntitle=Halloway speaks", "START=3000\nEND=6000\ntitle=Thanks"})
        meta << "[CHAPTER]\nTIMEBASE=1/1000\n" << chapter << "\n";
    meta.close();
    const auto recording = tests::made_by_ffmpeg(
        fmt::format("-i {0}/word.wav -i {0}/chapters.txt -map 0:a -map_chapters 1 -c:a aac -b:a 128k", folder.path().string()), "word.m4a");
    const std::string path = "/episodes/" + stage.make_episode(stage.make_show()).id.value;
    const auto job = stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + stage.upload(recording).value + "\"}");
    REQUIRE(stage.finish(model::JobId{job.at("id")}).state == model::JobState::succeeded);
    REQUIRE(stage.api("producer", "POST", path + "/publish", "{}").status == 200);
    REQUIRE(stage.api("producer", "GET", path).at("chapters_origin") == "master");
    REQUIRE_THAT(all_words(stage), Contains("Halloway speaks"));
    REQUIRE(stage.ask("none", "GET", stored(stage, path).renditions[0].url_path).body.find("Halloway") != std::string::npos);

    const auto check_silence = [&](const std::string& titles) {
        const auto now = stored(stage, path);
        std::string all;
        for (const auto& chapter : now.chapters) all += std::to_string(chapter.start.count()) + " " + chapter.title + "|";
        CHECK(all == titles);
        CHECK_THAT(all_words(stage), !Contains("Halloway"));
        for (const auto& each : stage.context().jobs.list_for_episode(now.id))  // that of the tags
            REQUIRE(stage.finish(each.id).state != model::JobState::failed);
        for (const auto& rendition : stored(stage, path).renditions) {
            const auto file = stage.ask("none", "GET", rendition.url_path);
            REQUIRE(file.status == 200);
            CHECK(file.body.find("Halloway") == std::string::npos);
        }
    };
    redact(stage, path, R"([{"start": 2, "end": 3, "kind": "cut"}])");
    check_silence("0 Start|2000 Thanks|");
    const auto edited = [&](const char* method, const char* part, const std::string& body) {
        REQUIRE(stage.api("producer", method, path + part, body).status == 200);
    };
    edited("PATCH", "", R"({"notes": "Nothing new.", "title": "Another title"})");
    check_silence("0 Start|2000 Thanks|");
    edited("PUT", "/chapters", "0:00 Typed");
    check_silence("0 Typed|");
    edited("DELETE", "/chapters", "");
    check_silence("0 Start|2000 Thanks|");
    CHECK(stage.api("producer", "GET", path).at("chapters_origin") == "master");

    redact(stage, path, R"([{"start": 2, "end": 3, "kind": "bleep"}])");
    check_silence("0 Start|3000 Thanks|");
    edited("DELETE", "/chapters", "");
    check_silence("0 Start|2000 [redacted]|3000 Thanks|");
}

TEST_CASE("a draft of a transcript does not outlive what is taken out of its recording, nor does one that is being written") {
    const tests::TemporaryFolder folder;
    const auto at = [&](const char* name) { return (folder.path() / name).string(); };
    // It waits while there is a file `wait`.
    std::ofstream(at("transcribe")) << "#!/bin/sh\nwhile test -e " << at("wait") << "; do sleep 0.05; done\ncat " << at("said") << "\n";
    std::filesystem::permissions(at("transcribe"), std::filesystem::perms::owner_all);
    const auto say = [&](const std::string& words_heard) {
        std::ofstream(at("said")) << "WEBVTT\n\n00:00.000 --> 00:02.500\n" << words_heard << "\n";
    };
    auto settings = Stage::roomy_settings();
    settings.transcribe.command = {at("transcribe")};
    Stage stage(settings);
    const auto path = published(stage);
    REQUIRE(stage.api("producer", "DELETE", path + "/transcript").status == 200);
    // The server asks for a draft a moment after the audio has changed.
    const auto draft_job_after = [&](const model::JobId& last) {
        for (int i = 0; i < 600; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
            const auto jobs = stage.context().jobs.list_for_episode(stored(stage, path).id);
            const auto newest = std::ranges::find(jobs, model::JobKind::transcribe, &model::Job::kind);
            if (newest != jobs.end() && newest->id != last) return newest->id;
        }
        FAIL("no draft was asked for");
        return model::JobId{};
    };
    say("Halloway");
    REQUIRE(stage.api("producer", "POST", path + "/transcript/draft", "{}").status == 202);
    const auto first = draft_job_after({});
    REQUIRE(stage.finish(first).state == model::JobState::succeeded);
    REQUIRE_THAT(stored(stage, path).transcript_draft->source, Contains("Halloway"));

    std::ofstream(at("wait")) << "";
    redact(stage, path, R"([{"start": 2, "end": 3, "kind": "bleep"}])");
    CHECK_FALSE(stored(stage, path).transcript_draft.has_value());
    CHECK(stage.api("producer", "POST", path + "/transcript/accept", "{}").status == 409);

    const auto second = draft_job_after(first);
    redact(stage, path, R"([{"start": 2, "end": 3, "kind": "cut"}])");
    CHECK(stage.finish(second).state == model::JobState::cancelled);
    say("Nothing");
    std::filesystem::remove(at("wait"));
    REQUIRE(stage.finish(draft_job_after(second)).state == model::JobState::succeeded);
    CHECK_THAT(stored(stage, path).transcript_draft->source, !Contains("Halloway") && Contains("Nothing"));
}

TEST_CASE("times in the notes make no chapters once ranges were taken out; those that were taken from there stay, moved") {
    Stage stage;
    const auto path = published(stage);
    REQUIRE(stage.api("producer", "PATCH", path, R"({"notes": "0:00 Start\n0:02 Halloway speaks\n0:03 Thanks"})").status == 200);
    REQUIRE(stage.api("producer", "DELETE", path + "/chapters").at("chapters_origin") == "notes");
    redact(stage, path, R"([{"start": 2, "end": 3, "kind": "cut"}])");
    const auto moved = std::vector<model::Chapter>{{std::chrono::seconds(0), "Start", ""}, {std::chrono::seconds(2), "Thanks", ""}};
    CHECK(stored(stage, path).chapters == moved);
    const auto after = stage.api("producer", "PATCH", path, R"({"notes": "0:00 Start\n0:02 Halloway speaks\n0:03 Thanks\n0:04 End"})");
    CHECK(stored(stage, path).chapters == moved);
    CHECK(after.at("chapters_origin") == "producer");
    CHECK_THAT(after.body, Contains("It makes no chapters any more."));
    CHECK(stage.api("producer", "DELETE", path + "/chapters").status == 200);
    CHECK(stored(stage, path).chapters.empty());
}

TEST_CASE("ranges that make no sense change nothing and get a sentence") {
    Stage stage;
    const auto path = published(stage);
    const auto before = stored(stage, path);
    const auto refusal = [&](const std::string& ranges) {
        const auto answer = stage.api("producer", "PUT", path + "/redactions", R"({"ranges": )" + ranges + "}");
        CHECK(answer.status == 400);
        return answer.at("detail");
    };
    CHECK_THAT(refusal(R"([{"start": 2, "end": 7, "kind": "mute"}])"), Contains("ends at 0:07, but the recording is only 0:06 long"));
    CHECK_THAT(refusal(R"([{"start": 3, "end": 4, "kind": "mute"}, {"start": 1, "end": 2, "kind": "mute"}])"),
               Contains("Put them in order"));
    CHECK_THAT(refusal(R"([{"start": 3, "end": 5, "kind": "mute"}, {"start": 4, "end": 6, "kind": "cut"}])"),
               Contains("goes on until 0:05"));
    CHECK_THAT(refusal(R"([{"start": 0, "end": 5.5, "kind": "cut"}])"), Contains("less than a second"));
    CHECK_THAT(refusal(R"([{"start": 3, "end": 5, "kind": "beep"}])"),
               Contains("\"ranges[0].kind\" must be \"mute\", \"bleep\" or \"cut\""));
    CHECK_THAT(refusal(R"([{"start": "soon", "end": 5, "kind": "cut"}])"), Contains("seconds from the beginning"));
    CHECK_THAT(refusal(R"([{"end": 5, "kind": "cut"}])"), Contains("\"ranges[0].start\" must be there"));
    CHECK_THAT(refusal(R"("none")"), Contains("\"ranges\" must be a list"));
    CHECK(stage.api("analyst", "PUT", path + "/redactions", R"({"ranges": []})").status == 403);
    CHECK(stage.api("producer", "PUT", path + "/redactions", R"({"ranges": []})").status == 409);
    CHECK(stored(stage, path).renditions[0].url_path == before.renditions[0].url_path);
    CHECK(stage.context().audit.list(1)[0].what != "episode.redact");
}

TEST_CASE("while a restoration is under way, ordering again what is taken out stops it") {
    Stage stage;
    const auto path = published(stage);
    const std::string ranges = R"([{"start": 2, "end": 3, "kind": "mute"}])";
    redact(stage, path, ranges);
    stage.context().runner.stop();
    const auto restoration = stage.api("producer", "PUT", path + "/redactions", R"({"ranges": []})");
    REQUIRE(restoration.status == 202);
    redact(stage, path, ranges);
    CHECK(stage.context().jobs.find(model::JobId{restoration.at("id")})->state == model::JobState::cancelled);
    CHECK(amplitude(decoded(served(stage, stored(stage, path).renditions[0].url_path)), 1777, 0, 6) < 0.0005);
    CHECK(stage.api("producer", "PUT", path + "/redactions", R"({"ranges": )" + ranges + "}").status == 409);
}

TEST_CASE("what a redaction was to take out is not published when nothing came of it, until its producer says so") {
    Stage stage;
    const auto path = published(stage);
    const auto obstacles = [&] { return stage.context().publisher.obstacles(stored(stage, path)); };
    REQUIRE(stage.api("producer", "POST", path + "/withdraw", "{}").status == 200);
    const auto soon = model::format_rfc3339(stage.context().clock() + std::chrono::hours(1));
    REQUIRE(stage.api("producer", "POST", path + "/publish", R"({"at": ")" + soon + "\"}").at("state") == "scheduled");
    stage.context().runner.stop();
    const auto job = stage.api("producer", "PUT", path + "/redactions", R"({"ranges": [{"start": 2, "end": 3, "kind": "cut"}]})");
    CHECK_THAT(job.at("reason"), Contains("taken off its schedule"));
    stage.clock_offset_ms += std::chrono::milliseconds(std::chrono::hours(2)).count();
    CHECK(stage.ask("none", "GET", stored(stage, path).renditions[0].url_path).status != 200);
    CHECK(stage.api("producer", "GET", path).at("state") == "draft");
    CHECK(obstacles() == std::vector<std::string>{"The redaction waits for its turn."});
    REQUIRE(stage.api("producer", "POST", "/jobs/" + job.at("id") + "/cancel").status == 200);
    const auto refused = stage.api("producer", "POST", path + "/publish", "{}");
    CHECK(refused.status == 409);
    CHECK_THAT(refused.at("detail"), Contains("The redaction was cancelled; everything is still heard as it was."));
    // Nor when a recording that was handed in later failed.
    const auto other = hand_in(stage, path, "no sound");
    REQUIRE(stage.finish(model::JobId{other.at("id")}).state == model::JobState::failed);
    CHECK(stage.api("producer", "POST", path + "/publish", "{}").status == 409);

    SECTION("made after all") {
        redact(stage, path, R"([{"start": 2, "end": 3, "kind": "cut"}])");
    }
    SECTION("made with the same recording handed in again") {
        REQUIRE(stage.finish(model::JobId{hand_in(stage, path, word_wav()).at("id")}).state == model::JobState::succeeded);
        CHECK(stored(stage, path).master->redactions.size() == 1);
    }
    SECTION("nothing is to be taken out") {
        redact(stage, path, "[]");
    }
    CHECK(obstacles().empty());
    REQUIRE(stage.api("producer", "POST", path + "/publish", "{}").status == 200);
    stage.context().runner.stop();
    const auto again = stage.api("producer", "PUT", path + "/redactions", R"({"ranges": [{"start": 4, "end": 5, "kind": "mute"}]})");
    CHECK_THAT(stage.context().publisher.advice(stored(stage, path)).front(), Contains("Until it is ready, listeners get everything"));
    REQUIRE(stage.api("producer", "POST", "/jobs/" + again.at("id") + "/cancel").status == 200);
    CHECK_THAT(stage.context().publisher.advice(stored(stage, path)).front(), Contains("The redaction was cancelled"));
}

TEST_CASE("a cancelled redaction leaves the episode as it was; another recording on its way is not overtaken") {
    Stage stage;
    const auto path = published(stage);
    const auto before = stored(stage, path);
    stage.context().runner.stop();
    const auto job = stage.api("producer", "PUT", path + "/redactions", R"({"ranges": [{"start": 2, "end": 3, "kind": "cut"}]})");
    const auto early = hand_in(stage, path, tests::tone_wav(3));
    CHECK(early.status == 409);
    CHECK_THAT(early.at("detail"), Contains("Wait until it is done, or stop it first."));
    REQUIRE(stage.api("producer", "POST", "/jobs/" + job.at("id") + "/cancel").status == 200);
    CHECK(stage.finish(model::JobId{job.at("id")}).state == model::JobState::cancelled);
    CHECK(stored(stage, path).chapters == before.chapters);
    CHECK(stored(stage, path).renditions[0].url_path == before.renditions[0].url_path);
    stage.context().runner.stop();
    const auto other = hand_in(stage, path, tests::tone_wav(3));
    REQUIRE(other.status == 202);
    const auto refused = stage.api("producer", "PUT", path + "/redactions", R"({"ranges": [{"start": 2, "end": 3, "kind": "cut"}]})");
    CHECK(refused.status == 409);
    CHECK_THAT(refused.at("detail"), Contains("Another recording is being transcoded"));
}
