// From an upload to a public episode through the API, with the real worker.

#include <fstream>
#include <thread>

#include "feeds/addresses.hpp"
#include "media/tags/audio_tags.hpp"
#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/wav_bytes.hpp"

using namespace earshot;
using Catch::Matchers::Contains;
using tests::Stage;

namespace {

// An episode with a transcoded master.
model::Episode ready_episode(Stage& stage, const model::Show& show) {
    const auto episode = stage.make_episode(show);
    const auto job = stage.api("producer", "PUT", "/episodes/" + episode.id.value + "/master",
                               R"({"upload": ")" + stage.upload(tests::tone_wav(3)).value + "\"}");
    REQUIRE(job.status == 202);
    const auto ended = stage.finish(model::JobId{job.at("id")});
    INFO(ended.reason);
    REQUIRE(ended.state == model::JobState::succeeded);
    return stage.context().catalogue.find_episode(episode.id).value();
}

}  // namespace

TEST_CASE("a master becomes an episode that is published, withdrawn and published again") {
    Stage stage;
    const auto show = stage.make_show();
    const auto episode = ready_episode(stage, show);
    const std::string path = "/episodes/" + episode.id.value;
    const auto draft = stage.api("producer", "GET", path);
    CHECK(draft.at("obstacles") == "[]");
    CHECK(draft.at("master.info.codec") == "pcm_s24le");
    CHECK(draft.at("master.loudness.integrated_lufs") != "");
    CHECK(draft.at("renditions.0.profile") == "mp3");
    CHECK(draft.at("renditions.1.profile") == "aac");
    CHECK(draft.at("renditions.2.mime_type") == "audio/ogg");
    CHECK(draft.at("renditions.0.mime_type") == "audio/mpeg");
    CHECK(std::abs(std::stod(draft.at("renditions.0.loudness.integrated_lufs")) + 16.0) <= 0.5);
    CHECK(std::abs(std::stod(draft.at("renditions.0.duration_seconds")) - 3.0) <= 0.5);
    const std::string media = draft.at("renditions.0.url").substr(stage.context().settings.server.public_url.size());
    CHECK_THAT(media, Catch::Matchers::StartsWith("/media/") && Catch::Matchers::EndsWith("/multiple-bombings.mp3"));
    CHECK(stage.ask("none", "GET", media).status == 404);

    for (const auto& rendition : episode.renditions) {
        const auto tags = stage.context().publisher.tags_for(show, episode, rendition);
        CHECK(tags.page_url == stage.context().settings.server.public_url + feeds::episode_path(show, episode));
        CHECK(tags.feed_url == stage.context().settings.server.public_url + feeds::feed_path(show));
    }

    const auto published = stage.api("producer", "POST", path + "/publish", "{}");
    CHECK(published.status == 200);
    CHECK(published.at("state") == "published");
    CHECK(published.at("publish_at") != "null");
    CHECK(published.at("renditions.0.url") == draft.at("renditions.0.url"));
    CHECK(published.at("renditions.0.sha256") != draft.at("renditions.0.sha256"));  // the date is in the tags
    const auto audio = stage.ask("none", "GET", media);
    CHECK(audio.status == 200);
    CHECK(std::to_string(audio.body.size()) == published.at("renditions.0.byte_length"));
    CHECK(stage.api("producer", "POST", path + "/publish", "{}").status == 409);
    CHECK(stage.api("producer", "DELETE", path).status == 409);

    CHECK(stage.api("producer", "POST", path + "/withdraw").at("state") == "withdrawn");
    CHECK(stage.ask("none", "GET", media).status == 410);
    CHECK(stage.api("producer", "POST", path + "/withdraw").status == 409);
    const auto back = stage.api("producer", "POST", path + "/publish", "{}");
    CHECK(back.at("guid") == published.at("guid"));
    CHECK(back.at("publish_at") == published.at("publish_at"));
    CHECK(stage.ask("none", "GET", media).status == 200);
    const auto trail = stage.context().audit.list(3);
    CHECK(trail[0].what == "episode.publish");
    CHECK(trail[1].what == "episode.withdraw");
    CHECK(stage.context().audit.verify() == 0);
}

TEST_CASE("a scheduled episode appears at its instant and not before") {
    Stage stage;
    const auto episode = ready_episode(stage, stage.make_show());
    const std::string path = "/episodes/" + episode.id.value;
    CHECK_THAT(stage.api("producer", "POST", path + "/publish", R"({"at": "2017-03-06T07:00:00Z"})").at("detail"),
               Contains("is in the past"));
    CHECK_THAT(stage.api("producer", "POST", path + "/publish", R"({"at": "tomorrow"})").at("detail"),
               Contains("\"at\" must be a time with its offset"));
    CHECK_THAT(stage.api("producer", "POST", path + "/publish", R"({"when": "x"})").at("detail"), Contains("no member \"when\""));
    CHECK(stage.api("producer", "GET", path).at("state") == "draft");

    const auto hour = std::chrono::milliseconds(std::chrono::hours(1));
    const std::string at = model::format_rfc3339(stage.context().clock() + hour);
    const auto scheduled = stage.api("producer", "POST", path + "/publish", R"({"at": ")" + at + "\"}");
    CHECK(scheduled.at("state") == "scheduled");
    CHECK(scheduled.at("publish_at") == at);
    CHECK(stage.ask("none", "GET", "/shows/night-watch/multiple-bombings").status == 404);
    CHECK(stage.api("producer", "POST", path + "/withdraw").status == 409);
    const auto off = stage.api("producer", "POST", path + "/unschedule");
    CHECK(off.at("state") == "draft");
    CHECK(off.at("publish_at") == "null");
    CHECK(stage.api("producer", "POST", path + "/unschedule").status == 409);

    REQUIRE(stage.api("producer", "POST", path + "/publish", R"({"at": ")" + at + "\"}").status == 200);
    stage.clock_offset_ms = hour.count() + 1000;
    CHECK(stage.api("producer", "GET", path).at("state") == "published");
    stage.context().view.refresh();
    CHECK(stage.ask("none", "GET", "/shows/night-watch/multiple-bombings").status == 200);
    CHECK(stage.api("producer", "POST", path + "/unschedule").status == 409);
}

TEST_CASE("an edit after publication changes words and files at one instant, and keeps the address and the audio") {
    Stage stage;
    const auto show = stage.make_show();
    const auto ready = ready_episode(stage, show);
    const std::string path = "/episodes/" + ready.id.value;
    REQUIRE(stage.api("producer", "PATCH", path, R"({"title": "Before"})").status == 200);
    auto jobs = stage.context().jobs.list_for_episode(ready.id);
    REQUIRE(jobs.front().kind == model::JobKind::tag);  // nobody hears it yet, nobody waits
    CHECK(stage.finish(jobs.front().id).state == model::JobState::succeeded);
    REQUIRE(stage.api("producer", "POST", path + "/publish", "{}").status == 200);
    const auto before = stage.context().catalogue.find_episode(ready.id).value();

    int looks = 0, apart = 0;
    {
        const std::jthread looking([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const auto snapshot = stage.context().view.get();
                const auto& seen = snapshot->shows.front().episodes.front();
                const bool new_files = std::ranges::none_of(seen.renditions, [&](const model::Rendition& rendition) {
                    return std::ranges::find(before.renditions, rendition.sha256, &model::Rendition::sha256) != before.renditions.end();
                });
                ++looks;
                apart += (seen.title == "Corrected") == new_files ? 0 : 1;
                std::this_thread::sleep_for(std::chrono::microseconds(200));
            }
        });
        REQUIRE(stage.api("producer", "PATCH", path, R"({"title": "Corrected"})").status == 200);
        std::this_thread::sleep_for(std::chrono::milliseconds(300));  // the view looks by itself as well
    }
    CHECK(looks > 100);
    CHECK(apart == 0);
    const auto after = stage.context().catalogue.find_episode(before.id).value();
    for (std::size_t i = 0; i < after.renditions.size(); ++i) {
        CHECK(after.renditions[i].url_path == before.renditions[i].url_path);
        CHECK(after.renditions[i].essence_key == before.renditions[i].essence_key);
        CHECK(after.renditions[i].sha256 != before.renditions[i].sha256);
        // Also when both were made in the same second: Last-Modified may stand in If-Range.
        CHECK(model::format_http_date(after.renditions[i].tagged_at) != model::format_http_date(before.renditions[i].tagged_at));
        const auto file = stage.context().store.open(after.renditions[i].object_key).value();
        CHECK(media::read_tags(after.renditions[i].codec, file->descriptor()).value().title == "Corrected");
        CHECK(stage.context().store.open(before.renditions[i].object_key).has_value());  // whoever is downloading finishes on the old bytes
    }
    const std::size_t count = stage.context().jobs.list_for_episode(before.id).size();
    REQUIRE(stage.api("producer", "PATCH", path, R"({"explicit": true})").status == 200);  // not in the tags
    CHECK(stage.context().jobs.list_for_episode(before.id).size() == count);
    REQUIRE(stage.api("producer", "PATCH", "/shows/night-watch", R"({"author": "Somebody"})").status == 200);
    CHECK(stage.context().jobs.list_for_episode(before.id).size() == count + 1);
}

TEST_CASE("another master gets another address; the old audio is served until then") {
    Stage stage;
    const auto before = ready_episode(stage, stage.make_show());
    const std::string path = "/episodes/" + before.id.value;
    REQUIRE(stage.api("producer", "POST", path + "/publish", "{}").status == 200);
    stage.context().runner.stop();
    const auto job = stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + stage.upload(tests::tone_wav(4)).value + "\"}");
    REQUIRE(job.status == 202);
    CHECK(stage.ask("none", "GET", before.renditions[0].url_path).status == 200);
    REQUIRE(stage.finish(model::JobId{job.at("id")}).state == model::JobState::succeeded);
    const auto after = stage.context().catalogue.find_episode(before.id).value();
    CHECK(after.guid == before.guid);
    CHECK(after.renditions[0].url_path != before.renditions[0].url_path);
    CHECK(stage.ask("none", "GET", after.renditions[0].url_path).status == 200);
}

TEST_CASE("a master that cannot be used gets a sentence, and nothing is published") {
    Stage stage;
    const auto show = stage.make_show();
    const auto episode = stage.make_episode(show);
    const std::string path = "/episodes/" + episode.id.value;
    CHECK_THAT(stage.api("producer", "POST", path + "/publish", "{}").at("detail"), Contains("There is no audio yet. Upload a master."));
    CHECK_THAT(stage.api("producer", "PUT", path + "/master", "{}").at("detail"),
               Contains("\"upload\" must be the id of a complete upload"));
    CHECK(stage.api("producer", "PUT", path + "/master", R"({"upload": "nothing"})").status == 404);
    const auto half = stage.context().uploads.create(100, "", "token:producer").value();
    const auto early = stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + half.id.value + "\"}");
    CHECK(early.status == 409);
    CHECK_THAT(early.at("detail"), Contains("0 of 100 bytes"));

    const auto job =
        stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + stage.upload("this is no audio at all").value + "\"}");
    REQUIRE(job.status == 202);
    CHECK_THAT(stage.api("producer", "POST", path + "/publish", "{}").at("detail"), Contains("transcoded"));
    const auto ended = stage.finish(model::JobId{job.at("id")});
    CHECK(ended.state == model::JobState::failed);
    CHECK_FALSE(ended.reason.empty());
    CHECK_THAT(stage.api("producer", "GET", path).at("obstacles.0"), Contains("The master could not be used: " + ended.reason));
    CHECK(stage.api("producer", "POST", path + "/publish", "{}").status == 409);
    CHECK(stage.api("producer", "POST", "/jobs/" + ended.id.value + "/cancel").status == 409);
    CHECK(stage.api("producer", "POST", "/jobs/" + ended.id.value + "/retry").at("state") == "queued");
    CHECK(stage.finish(ended.id).state == model::JobState::failed);
}

TEST_CASE("chapters beyond the end keep an episode from being published") {
    Stage stage;
    const auto episode = stage.make_episode(stage.make_show());
    const std::string path = "/episodes/" + episode.id.value;
    REQUIRE(stage.api("producer", "PUT", path + "/chapters", "0:00 Start\n0:30 Beyond").status == 200);
    const auto job = stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + stage.upload(tests::tone_wav(3)).value + "\"}");
    REQUIRE(stage.finish(model::JobId{job.at("id")}).state == model::JobState::succeeded);
    const auto refused = stage.api("producer", "POST", path + "/publish", "{}");
    CHECK(refused.status == 409);
    CHECK_THAT(refused.at("detail"), Contains("Chapter 2 starts at 0:30"));
    CHECK(stage.api("producer", "PUT", path + "/chapters", "0:00 Start\n0:30 Beyond").status == 400);
    CHECK(stage.api("producer", "PUT", path + "/chapters", "0:00 Start\n0:02 End").status == 200);
    CHECK(stage.api("producer", "GET", path).at("obstacles.0") == "");
    const auto other = stage.api("producer", "PUT", path + "/transcript", "WEBVTT\n\n00:30.000 --> 00:31.000\nBeyond\n");
    CHECK(other.status == 422);
    CHECK_THAT(other.at("detail"), Contains("The transcript does not fit the audio, which is 0:03 long"));
}

TEST_CASE("a shorter recording of a public episode leaves listeners nothing that points beyond it, and its producer is told") {
    Stage stage;
    const auto show = stage.make_show();
    const auto episode = ready_episode(stage, show);
    const std::string path = "/episodes/" + episode.id.value, page = "/shows/" + show.slug + "/" + episode.slug;
    REQUIRE(stage.api("producer", "PUT", path + "/chapters", "0:00 Start\n0:01 Kept\n0:02 Beyond").status == 200);
    REQUIRE(stage
                .api("producer", "PUT", path + "/transcript",
                     "WEBVTT\n\n00:00.000 --> 00:01.000\nHeard words\n\n00:02.600 --> 00:02.900\nUnheard words\n")
                .status == 200);
    REQUIRE(stage.api("producer", "POST", path + "/publish", "{}").status == 200);
    const auto hand_in = [&](const std::string& bytes) {
        const auto job = stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + stage.upload(bytes).value + "\"}");
        auto ended = stage.finish(model::JobId{job.at("id")});
        stage.context().view.refresh();
        return ended;
    };
    const auto ended = hand_in(tests::made_by_ffmpeg("-f lavfi -i sine=d=1.5 -c:a flac", "short.flac"));
    REQUIRE(ended.state == model::JobState::succeeded);

    const auto kept = stage.api("producer", "GET", path);
    for (const auto& told : {ended.reason, kept.at("advice")}) {
        CHECK_THAT(told, Contains("One chapter begins after the audio has ended, which is 0:01 long (at 0:02)"));
        CHECK_THAT(told, Contains("The transcript does not fit the audio") && Contains("one cue begins after its end, the first at 0:02"));
        CHECK_THAT(told, !Contains("It is cut there"));
    }
    CHECK(kept.at("chapters.2.title") == "Beyond");  // the wrong file may have been handed in
    for (const auto& address : {page, page + "/chapters.json", "/shows/" + show.slug + "/feed.xml"}) {
        CAPTURE(address);
        CHECK_THAT(stage.ask("none", "GET", address).body, Contains("Kept") && !Contains("Beyond"));
    }
    for (const auto* form : {"/transcript.vtt", "/transcript.srt", "/transcript.json", "/transcript.html", ""})
        CHECK_THAT(stage.ask("none", "GET", page + form).body, Contains("Heard words") && !Contains("Unheard"));
    const auto stored = stage.context().catalogue.find_episode(episode.id).value();
    for (const auto& rendition : stored.renditions) {
        const auto file = stage.context().store.open(rendition.object_key).value();
        const auto tags = media::read_tags(rendition.codec, file->descriptor()).value();
        CHECK(tags.chapters.size() == 2);
        CHECK_THAT(tags.transcript, !Contains("Unheard"));
    }

    const auto back = hand_in(tests::tone_wav(3));
    CHECK(back.reason.empty());
    CHECK_THAT(stage.ask("none", "GET", page).body, Contains("Beyond") && Contains("Unheard"));
}

TEST_CASE("a job's progress is told as it happens, until its end") {
    Stage stage;
    const auto episode = stage.make_episode(stage.make_show());
    const auto job = stage.api("producer", "PUT", "/episodes/" + episode.id.value + "/master",
                               R"({"upload": ")" + stage.upload(tests::tone_wav(3)).value + "\"}");
    std::string told;
    std::thread listener([&] { told = stage.api("producer", "GET", "/jobs/" + job.at("id") + "/events").body; });
    (void)stage.finish(model::JobId{job.at("id")});
    listener.join();
    CHECK_THAT(told, Contains("event: job\ndata: {"));
    CHECK_THAT(told, Contains("\"state\":\"queued\"") || Contains("\"state\":\"running\""));
    CHECK_THAT(told.substr(told.rfind("data: ")), Contains("\"state\":\"succeeded\"") && Contains("\"progress\":1E0"));
    CHECK(stage.api("producer", "GET", "/jobs").at("jobs.0.id") == job.at("id"));
    CHECK(stage.api("producer", "GET", "/jobs/" + job.at("id")).at("state") == "succeeded");
}

TEST_CASE("jobs say whose they are and how quick; what goes before everybody's is for admins to say") {
    Stage stage;
    const auto show = stage.make_show();
    const auto episode = stage.make_episode(show), other = stage.make_episode(show);
    const std::string body = R"({"upload": ")" + stage.upload(tests::tone_wav(30)).value + "\"}";
    const auto waiting = stage.api("producer", "PUT", "/episodes/" + episode.id.value + "/master", body);
    CHECK(waiting.at("producer") == "token:producer");
    CHECK(waiting.at("priority") == "normal");
    CHECK(waiting.at("speed") == "null");
    CHECK(waiting.at("seconds_left") == "null");
    const std::string priority = "/jobs/" + waiting.at("id") + "/priority";
    CHECK(stage.api("producer", "PUT", priority, R"({"priority": "high"})").at("priority") == "high");
    CHECK(stage.api("producer", "PUT", priority, R"({"priority": "urgent"})").status == 403);
    CHECK(stage.api("admin", "PUT", priority, R"({"priority": "urgent"})").at("priority") == "urgent");
    CHECK(stage.api("producer", "PUT", priority, R"({"priority": "low"})").status == 403);
    CHECK(stage.api("producer", "PUT", priority, R"({"priority": "soon"})").status == 400);
    CHECK(stage.api("producer", "PUT", priority, "{}").status == 400);
    (void)stage.finish(model::JobId{waiting.at("id")});
    const auto ended = stage.api("producer", "GET", "/jobs/" + waiting.at("id"));
    CHECK(ended.at("audio_seconds") == "3E1");
    CHECK(std::stod(ended.at("speed")) > 0);
    CHECK(stage.api("admin", "PUT", priority, R"({"priority": "low"})").status == 409);
    CHECK_FALSE(stage.context().jobs.promised_bytes() > 0);
}

TEST_CASE("a producer who has enough under way is told so, and keeps the upload") {
    auto settings = Stage::roomy_settings();
    settings.publishing.queue_per_producer = 1;
    Stage stage(settings);
    const auto show = stage.make_show();
    const auto first = stage.make_episode(show), second = stage.make_episode(show);
    const std::string body = R"({"upload": ")" + stage.upload("RIFF").value + "\"}";
    CHECK(stage.api("producer", "PUT", "/episodes/" + first.id.value + "/master", body).status == 202);
    const auto refused = stage.api("producer", "PUT", "/episodes/" + second.id.value + "/master", body);
    CHECK(refused.status == 429);
    CHECK_THAT(refused.at("detail"), Contains("You have 1 recording waiting") && Contains("is kept"));
    CHECK(stage.api("admin", "PUT", "/episodes/" + second.id.value + "/master", body).status == 202);
}

TEST_CASE("chapters come from the producer, else from the recording, else from the notes, and all that listeners get agrees") {
    Stage stage;
    const auto show = stage.make_show();
    const auto episode = stage.make_episode(show);
    const std::string path = "/episodes/" + episode.id.value, page = "/shows/" + show.slug + "/" + episode.slug;
    const auto notes = stage.api("producer", "PATCH", path, R"({"notes": "0:00 Hello\n0:01 Middle\n0:02 Goodbye\n0:30 Never heard"})");
    CHECK(notes.at("chapters_origin") == "notes");
    CHECK(notes.at("chapters.3.title") == "Never heard");

    const auto hand_in = [&](const std::string& bytes) {
        const auto job = stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + stage.upload(bytes).value + "\"}");
        REQUIRE(stage.finish(model::JobId{job.at("id")}).state == model::JobState::succeeded);
        return stage.api("producer", "GET", path);
    };
    CHECK(hand_in(tests::tone_wav(3)).at("chapters.2.title") == "Goodbye");
    CHECK(stage.api("producer", "GET", path).at("chapters.3").empty());  // the audio is 3 s long
    REQUIRE(stage.api("producer", "POST", path + "/publish", "{}").status == 200);
    CHECK_THAT(stage.ask("none", "GET", page + "/chapters.json").body, Contains("Goodbye") && !Contains("Never heard"));

    const auto marked = tests::tone_wav(4) +
                        tests::riff_chunk("cue ", tests::little_endian(2, 4) + tests::cue_point(1, 0) + tests::cue_point(2, 96000)) +
                        tests::riff_chunk("LIST", "adtl" + tests::cue_label(1, "Marked start") + tests::cue_label(2, "Marked middle"));
    const auto of_master = hand_in(marked);
    CHECK(of_master.at("chapters_origin") == "master");
    CHECK(of_master.at("chapters.1.title") == "Marked middle");
    CHECK(of_master.at("chapters.1.start_seconds") == "2E0");
    // Tags, feed and file describe the same audio from the instant it is switched.
    const auto stored = stage.context().catalogue.find_episode(episode.id).value();
    const auto file = stage.context().store.open(stored.renditions[0].object_key).value();
    CHECK(media::read_tags(model::Codec::mp3, file->descriptor())->chapters == stored.chapters);
    CHECK_THAT(stage.ask("none", "GET", "/shows/" + show.slug + "/feed.xml").body,
               Contains("title=\"Marked middle\"") && !Contains("title=\"Goodbye\""));
    CHECK(stage.api("producer", "PATCH", path, R"({"notes": "0:00 A\n0:01 B\n0:02 C"})").at("chapters_origin") == "master");

    CHECK(stage.api("producer", "PUT", path + "/chapters", "0:00 By hand").at("chapters_origin") == "producer");
    CHECK(hand_in(marked + "x").at("chapters.0.title") == "By hand");
    const auto none = stage.api("producer", "PUT", path + "/chapters", "");
    CHECK(none.at("chapters") == "[]");
    CHECK(none.at("chapters_origin") == "producer");
    CHECK(stage.ask("none", "GET", page + "/chapters.json").status == 404);
    CHECK(stage.api("producer", "DELETE", path + "/chapters").at("chapters.0.title") == "Marked start");
    CHECK(hand_in(tests::tone_wav(3)).at("chapters.0.title") == "A");
}

namespace {

// A stand-in for a program that hears; its text stands in the file `said`.
config::Settings with_transcriber(const tests::TemporaryFolder& folder) {
    auto settings = Stage::roomy_settings();
    const auto program = folder.path() / "transcribe";
    std::ofstream(program) << "#!/bin/sh\ntest \"$(head -c 3)\" = ID3 || exit 9\necho $1 > " << folder.path().string() << "/language\ncat "
                           << folder.path().string() << "/said\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    settings.transcribe.command = {program.string(), "{language}"};
    return settings;
}

// A job that another one leaves behind comes a moment after that one's end.
model::Job newest_of(Stage& stage, const model::Episode& episode, model::JobKind kind) {
    for (int look = 0; look < 100; ++look) {
        for (const auto& job : stage.context().jobs.list_for_episode(episode.id))
            if (job.kind == kind) return job;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL("there is no such job");
    return {};
}

}  // namespace

TEST_CASE("a draft of the transcript that a program wrote reaches nobody before a producer accepts it") {
    const tests::TemporaryFolder folder;
    Stage stage(with_transcriber(folder));
    const auto say = [&](const std::string& text) { std::ofstream(folder.path() / "said") << text; };
    say("WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ann>Whispered words\n");
    const auto show = stage.make_show();
    const auto episode = ready_episode(stage, show);
    const std::string path = "/episodes/" + episode.id.value, page = "/shows/" + show.slug + "/" + episode.slug;
    const auto job = stage.finish(newest_of(stage, episode, model::JobKind::transcribe).id);
    CAPTURE(job.reason);
    REQUIRE(job.state == model::JobState::succeeded);

    const auto seen = stage.api("producer", "GET", path);
    CHECK(seen.at("transcript") == "null");
    CHECK_THAT(seen.at("transcript_draft.source"), Contains("<v Ann>Whispered words"));
    CHECK(seen.at("transcript_draft.language") == show.language);
    CHECK_THAT(seen.body, Contains("A program wrote a draft of the transcript."));
    std::ifstream language_file(folder.path() / "language");
    std::string language;
    CHECK((std::getline(language_file, language) && language == show.language));
    CHECK_THAT(stage.api("producer", "GET", path + "/transcript/draft?format=srt").body, Contains("Ann: Whispered words"));
    CHECK(stage.api("analyst", "GET", path + "/transcript/draft").status == 403);
    CHECK(stage.ask("none", "GET", "/api/v1" + path + "/transcript/draft").status == 401);

    REQUIRE(stage.api("producer", "POST", path + "/publish", "{}").status == 200);
    const auto feed = [&] { return stage.ask("none", "GET", "/shows/" + show.slug + "/feed.xml").body; };
    CHECK_THAT(feed(), !Contains("podcast:transcript"));
    for (const auto* form : {"vtt", "srt", "json", "html"}) CHECK(stage.ask("none", "GET", page + "/transcript." + form).status == 404);
    CHECK_THAT(stage.ask("none", "GET", page).body, !Contains("Whispered"));
    CHECK(stage.context().view.get()->shows.front().episodes.front().transcript_draft == std::nullopt);
    const auto file = [&] {
        const auto stored = stage.context().catalogue.find_episode(episode.id).value();
        const auto audio = stage.context().store.open(stored.renditions[0].object_key).value();
        return media::read_tags(model::Codec::mp3, audio->descriptor())->transcript;
    };
    CHECK(file().empty());

    CHECK(stage.api("producer", "POST", path + "/transcript/accept", R"({"now": 1})").status == 400);
    const auto accepted = stage.api("producer", "POST", path + "/transcript/accept", "{}");
    CHECK(accepted.status == 200);
    CHECK(accepted.at("transcript_draft") == "null");
    CHECK_THAT(accepted.at("transcript.source"), Contains("Whispered words"));
    CHECK_THAT(feed(), Contains("transcript.vtt") && Contains("transcript.html"));
    CHECK_THAT(stage.ask("none", "GET", page + "/transcript.json").body, Contains("\"speaker\":\"Ann\""));
    CHECK(file() == "Ann: Whispered words\n");
    CHECK(stage.api("producer", "POST", path + "/transcript/accept", "{}").status == 409);

    // Asked for again; thrown away; another recording takes the draft of the old one with it.
    say("WEBVTT\n\n00:00.000 --> 00:02.000\nSecond try\n");
    const auto again = stage.api("producer", "POST", path + "/transcript/draft", "{}");
    CHECK(again.status == 202);
    REQUIRE(stage.finish(model::JobId{again.at("id")}).state == model::JobState::succeeded);
    CHECK(stage.api("producer", "DELETE", path + "/transcript/draft").at("transcript_draft") == "null");
    CHECK(stage.api("producer", "GET", path + "/transcript/draft").status == 404);
    REQUIRE(stage.finish(model::JobId{stage.api("producer", "POST", path + "/transcript/draft", "{}").at("id")}).state ==
            model::JobState::succeeded);
    const auto other = stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + stage.upload(tests::tone_wav(4)).value + "\"}");
    REQUIRE(stage.finish(model::JobId{other.at("id")}).state == model::JobState::succeeded);
    CHECK(stage.api("producer", "GET", path).at("transcript_draft") == "null");
}

TEST_CASE("a program for drafts that fails leaves the episode as it is, with a sentence") {
    const tests::TemporaryFolder folder;
    Stage stage(with_transcriber(folder));
    const auto episode = ready_episode(stage, stage.make_show());  // nothing stands in `said`
    const std::string path = "/episodes/" + episode.id.value;
    const auto failed = stage.finish(newest_of(stage, episode, model::JobKind::transcribe).id);
    CHECK(failed.state == model::JobState::failed);
    CHECK_THAT(failed.reason, Contains("The program that writes drafts of transcripts failed"));
    CHECK(stage.api("producer", "GET", path).at("obstacles") == "[]");
    std::ofstream(folder.path() / "said") << "WEBVTT\n\n10:00:00.000 --> 10:00:02.000\nOf another recording\n";
    const auto job = stage.api("producer", "POST", path + "/transcript/draft", "{}");
    CHECK_THAT(stage.finish(model::JobId{job.at("id")}).reason,
               Contains("is no transcript of this recording. The transcript does not fit the audio"));
    CHECK(stage.api("producer", "GET", path).at("transcript_draft") == "null");

    Stage without;
    const auto plain = without.make_episode(without.make_show());
    const auto refused = without.api("producer", "POST", "/episodes/" + plain.id.value + "/transcript/draft", "{}");
    CHECK(refused.status == 409);
    CHECK_THAT(refused.at("detail"), Contains("transcribe.command"));
}
