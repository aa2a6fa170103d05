#include "server/web/studio.hpp"

#include "server/web/studio_recording.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/put.hpp"
#include "tests/web/site.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

constexpr std::string_view hostile = "</textarea></title><script>alert(1)</script>\"'&";
const std::string escaped = "&lt;script&gt;alert(1)&lt;/script&gt;";

http::Request as_producer(std::string path, std::map<std::string, std::string> params = {}) {
    auto request = Site::get(std::move(path), std::move(params));
    request.identity = model::Identity{"pat", model::Role::producer, true, "csrf-of-pat"};
    return request;
}

std::string episode_page(Site& site, const model::Episode& episode) {
    const auto answer = web::studio_episode(site.context, as_producer("/studio/episodes/x", {{"episode", episode.id.value}}));
    REQUIRE(status_of(answer) == 200);
    return body_of(answer);
}

}  // namespace

TEST_CASE("the studio begins with a show, then lists every episode with its state") {
    Site site;
    CHECK_THAT(body_of(web::studio_home(site.context, as_producer("/studio"))), Contains("Create a show"));

    const auto show = site.add_show("code", "Code");
    const auto draft = site.add_episode(show, {.slug = "draft", .title = "A draft"});
    site.publish(site.add_episode(show, {.slug = "out", .title = "Out"}));
    site.publish(site.add_episode(show, {.slug = "soon", .title = "Soon"}), site.now + std::chrono::hours(24));
    const auto gone = site.add_episode(show, {.slug = "gone", .title = "Gone"});
    site.publish(gone);
    site.withdraw(gone);

    const auto body = body_of(web::studio_home(site.context, as_producer("/studio")));
    for (const auto* state : {"state-draft", "state-published", "state-scheduled", "state-withdrawn"}) CHECK_THAT(body, Contains(state));
    CHECK_THAT(body, Contains("datetime=\"2026-11-25T12:00:00Z\""));
    CHECK_THAT(body, Contains("4 episodes"));
    CHECK_THAT(body, Contains("data-csrf=\"csrf-of-pat\""));
    CHECK_THAT(body, Contains("/studio/episodes/" + draft.id.value));

    site.now += std::chrono::hours(25);
    CHECK_THAT(body_of(web::studio_home(site.context, as_producer("/studio"))), !Contains("state-scheduled"));
}

TEST_CASE("words from producers and files stay words on every studio page") {
    Site site;
    auto show = site.add_show("code", std::string(hostile));
    show.description = show.notice = show.author = hostile;
    show.people = {{.name = std::string(hostile), .role = std::string(hostile), .href = "javascript:alert(1)"}};
    show.actions = {{std::string(hostile), "javascript:alert(1)", std::string(hostile), true}};
    show = tests::put(site.catalogue, show).value();
    auto episode = site.add_episode(show, {.slug = "one", .title = std::string(hostile)});
    episode.summary = episode.notes = hostile;
    episode.chapters = {{std::chrono::milliseconds(0), std::string(hostile), ""}};
    episode.artwork = model::Artwork{std::string(hostile), {{600, std::string(64, 'a'), 10}}};
    episode = tests::put(site.catalogue, episode).value();
    site.catalogue
        .set_master_info(episode.master->id,
                         {.container = "wav", .embedded = {{std::string(hostile), std::string(hostile), std::string(hostile)}}}, {})
        .value();

    for (const auto& body :
         {body_of(web::studio_home(site.context, as_producer("/studio"))),
          body_of(web::studio_show(site.context, as_producer("/studio/shows/code", {{"show", "code"}}))), episode_page(site, episode)}) {
        CHECK_THAT(body, Contains(escaped));
        CHECK_THAT(body, !Contains("<script>alert"));
        CHECK_THAT(body, !Contains("href=\"javascript:"));
    }
}

TEST_CASE("a form shows text exactly as it was typed, line by line") {
    Site site;
    const auto show = site.add_show("code", "Code");
    auto episode = site.add_episode(show, {.slug = "one", .title = "One"});
    episode.notes = "First\n\n- a\n- b\tc";
    episode.chapters = {{std::chrono::milliseconds(0), "Start", ""}, {std::chrono::milliseconds(90'500), "Then", "https://example.org/x"}};
    episode = tests::put(site.catalogue, episode).value();
    const auto body = episode_page(site, episode);
    CHECK_THAT(body, Contains(">\nFirst\n\n- a\n- b\tc</textarea>"));
    CHECK_THAT(body, Contains(">\n00:00:00 Start\n00:01:30.500 Then https://example.org/x\n</textarea>"));
}

TEST_CASE("an episode's page says where its chapters come from, and what else there is") {
    Site site;
    const auto show = site.add_show("code", "Code");
    auto episode = site.add_episode(show, {.slug = "one", .title = "One"});
    episode.notes = "0:00 One\n0:01 Two\n0:02 Three";
    episode = tests::put(site.catalogue, episode).value();
    CHECK_THAT(episode_page(site, episode), Contains(">\n00:00:00 One\n00:00:01 Two\n00:00:02 Three\n</textarea>") &&
                                                Contains("times in your show notes, and") && !Contains("found-chapters"));
    // The script puts these into the field, line by line, too.
    CHECK_THAT(episode_page(site, episode), Contains("data-lines=\"00:00:00 One\n00:00:01 Two\n00:00:02 Three\n\""));
    episode.chapters = {{std::chrono::milliseconds(0), "Start", ""}};
    episode.chapters_origin = model::ChaptersOrigin::producer;
    episode = tests::put(site.catalogue, episode).value();
    CHECK_THAT(episode_page(site, episode), Contains("Your show notes hold 3 chapters.") && Contains("data-act=\"found-chapters\""));
}

TEST_CASE("an episode's page says what its file gives away, how loud it was, and what is in the way") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto empty = site.catalogue.create_episode({.show = show.id, .slug = "empty", .title = "Empty"}).value();
    const auto without = episode_page(site, empty);
    CHECK_THAT(without, Contains("There is no audio yet. Upload a master."));
    CHECK_THAT(without, Contains("data-act=\"publish\" disabled"));

    const auto episode = site.add_episode(show, {.slug = "one", .title = "One"});
    const model::MasterInfo info{.container = "wav",
                                 .codec = "pcm_s24le",
                                 .sample_rate = 48'000,
                                 .channels = 2,
                                 .bits_per_sample = 24,
                                 .duration = std::chrono::seconds(260),
                                 .embedded = {{"Who made the file", "Studio 4", "bext Originator"},
                                              {"Comment", "Hush", "iXML NOTE"},
                                              {"Who made the file", "A. Producer", "iXML USER"}}};
    site.catalogue.set_master_info(episode.master->id, info, {.integrated_lufs = -26.1, .true_peak_dbtp = -5.24, .range_lu = 6}).value();
    const auto body = episode_page(site, episode);
    CHECK_THAT(body, Contains("WAV, 48 kHz, 24 bit, stereo"));
    CHECK_THAT(body, Contains("What your recording gives away: it is not published"));
    CHECK_THAT(body,
               Contains("<dt>Who made the file</dt>\n<dd>Studio 4 <span class=\"where\">bext Originator</span></dd>\n<dd>A. Producer "));
    CHECK_THAT(body, Contains("Your file says more than its sound: who made the file, comment. None of it is published"));
    CHECK_THAT(body, Contains("−26.1 LUFS"));
    CHECK_THAT(body, Contains("−5.2 dBTP"));
    CHECK_THAT(body, Contains("Ready to go out."));
    CHECK_THAT(body, !Contains("disabled"));
    CHECK_THAT(body, Contains("src=\"/studio/preview/" + episode.id.value + "/mp3?v="));
}

TEST_CASE("a failed job's sentence stands on the page, with the way to try again") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto episode = site.add_episode(show, {.slug = "one", .title = "One"});
    const auto job = site.jobs.enqueue(model::JobKind::transcode, episode.id, episode.master->id);
    CHECK_THAT(episode_page(site, episode), Contains("data-job=\"" + job.id.value));
    REQUIRE(site.jobs.claim("here", std::chrono::minutes(1)));
    site.jobs.fail(job.id, "here", "This file is <text>, not audio.");
    const auto body = episode_page(site, episode);
    CHECK_THAT(body, Contains("This file is &lt;text&gt;, not audio."));
    CHECK_THAT(body, Contains("data-act=\"choose-master\"") && !Contains("retry-job"));  // a second try would end alike
    CHECK_THAT(body, !Contains("data-job="));
    const auto queue = body_of(web::studio_queue(site.context, as_producer("/studio/queue")));
    CHECK_THAT(queue, Contains("Choose another file") && !Contains("value=\"retry\""));

    REQUIRE(site.jobs.retry(job.id));
    REQUIRE(site.jobs.claim("here", std::chrono::minutes(1)));
    REQUIRE(site.jobs.reserve(job.id, "here", 20, 10, std::chrono::minutes(20)) == storage::JobQueue::Room::never);
    site.jobs.fail(job.id, "here", "No room.");
    CHECK_THAT(episode_page(site, episode),
               Contains("data-act=\"retry-job\" data-id=\"" + job.id.value) && !Contains("data-act=\"choose-master\""));
}

TEST_CASE("what is wrong with the workers of this machine is shown to admins alone") {
    Site site;
    (void)site.workers.check();  // this program of tests is none
    auto request = as_producer("/studio");
    const auto pages = [&] { return body_of(web::studio_home(site.context, request)) + body_of(web::studio_queue(site.context, request)); };
    CHECK_THAT(pages(), !Contains("worker-trouble"));
    request.identity->role = model::Role::admin;
    const auto shown = pages();
    const auto first = shown.find("worker-trouble\">The worker "), second = shown.rfind("worker-trouble\">The worker ");
    CHECK(first != std::string::npos);
    CHECK(first != second);
}

TEST_CASE("of a producer's recordings that were put first only the first is said to be it") {
    Site site;
    const auto show = site.add_show("code", "Code");
    std::vector<model::Episode> episodes;
    for (const auto* slug : {"flac", "m4a", "mp3"}) episodes.push_back(site.add_episode(show, {.slug = slug, .title = slug}));
    std::vector<model::Job> jobs;
    for (const auto& episode : episodes) {
        jobs.push_back(site.jobs.enqueue(model::JobKind::transcode, episode.id, episode.master->id));
        REQUIRE(site.jobs.set_priority(jobs.back().id, model::JobPriority::high));
    }
    const auto body = body_of(web::studio_queue(site.context, as_producer("/studio/queue")));
    const auto at = [&](const std::string& words) { return body.find(words); };
    CHECK(at("First of this producer’s") < at("One of this producer’s first"));
    CHECK(at("job-" + jobs[2].id.value) < at("job-" + jobs[1].id.value));
    CHECK(at("high-" + jobs[2].id.value) == std::string::npos);  // it is there already
    CHECK(at("high-" + jobs[0].id.value) != std::string::npos);
    CHECK_THAT(body, Contains("24 November 2026, 12:00 UTC</time>"));
}

TEST_CASE("the studio leads to public pages only where there are some, and presets no category") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto episode = site.add_episode(show, {.slug = "one", .title = "One"});
    const auto pages = [&] {
        return body_of(web::studio_home(site.context, as_producer("/studio"))) +
               body_of(web::studio_show(site.context, as_producer("/studio/shows/code", {{"show", "code"}})));
    };
    CHECK_THAT(pages(), !Contains("/shows/code/feed.xml") && Contains("appear with the first episode"));
    site.publish(episode);
    CHECK_THAT(pages(), Contains("href=\"/shows/code\"") && Contains("/shows/code/feed.xml") && !Contains("appear with the first episode"));
    const auto form = body_of(web::studio_new_show(site.context, as_producer("/studio/shows/new")));
    CHECK_THAT(form, Contains("<option value=\"\">Choose one</option>") && !Contains(" selected>News"));
}

TEST_CASE("a job's page says how far it is, how quick and how long still; one that waits can be put first") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto episode = site.add_episode(show, {.slug = "one", .title = "One"});
    const auto job = site.jobs.enqueue(model::JobKind::transcode, episode.id, episode.master->id);
    CHECK_THAT(episode_page(site, episode),
               Contains("Waiting for its turn") && Contains("data-act=\"job-first\" data-id=\"" + job.id.value));
    const auto queue = [&] { return body_of(web::studio_queue(site.context, as_producer("/studio/queue"))); };
    CHECK_THAT(queue(), Contains("<span class=\"queue-position\" aria-hidden=\"true\">1</span>") && Contains("<span>since <time") &&
                            Contains("<p class=\"job-words\">") && !Contains("<progress"));
    REQUIRE(site.jobs.set_priority(job.id, model::JobPriority::high));
    CHECK_THAT(episode_page(site, episode), !Contains("job-first"));
    CHECK_THAT(queue(), !Contains("No worker"));
    site.now += std::chrono::minutes(3);
    CHECK_THAT(queue(), Contains("No worker takes recordings") && Contains("Waits for a worker"));
    CHECK_THAT(episode_page(site, episode), Contains("Waits for a worker"));
    REQUIRE(site.jobs.claim("here", std::chrono::minutes(1)));
    REQUIRE(site.jobs.reserve(job.id, "here", 1, 10, std::chrono::minutes(20)) == storage::JobQueue::Room::granted);
    site.now += std::chrono::seconds(10);
    REQUIRE(site.jobs.heartbeat(job.id, "here", "encoding", 0.25, std::chrono::minutes(1)));
    CHECK_THAT(episode_page(site, episode), Contains("Encoding · 25 % · 30× real time · 30 seconds left") && !Contains("job-first"));
    CHECK_THAT(queue(), Contains("<progress max=\"1\" value=\"0.250\" aria-label=\"Progress of One\">") && !Contains("queue-position") &&
                            !Contains("<span>since") && !Contains("<p class=\"job-words\">"));
    site.jobs.postpone(job.id, "here", "Waits for room on the server's disk.", std::chrono::seconds(1));
    CHECK_THAT(episode_page(site, episode), Contains("Waits for room on the server&#39;s disk."));
}

TEST_CASE("new words on their way into the files are shown, and cannot be stopped") {
    Site site;
    const auto episode = site.add_episode(site.add_show("code", "Code"), {.slug = "one", .title = "One"});
    (void)site.jobs.enqueue(model::JobKind::tag, episode.id, episode.master->id);
    const auto queue = [&] { return body_of(web::studio_queue(site.context, as_producer("/studio/queue"))); };
    CHECK_THAT(queue(), Contains("New words wait") && !Contains("Stop"));
    CHECK_THAT(episode_page(site, episode), Contains("New words wait") && !Contains("cancel-job"));
    (void)site.jobs.enqueue(model::JobKind::transcode, episode.id, episode.master->id);
    CHECK_THAT(queue(), Contains("Stop"));
    CHECK_THAT(episode_page(site, episode), Contains("cancel-job"));
}

TEST_CASE("a preview is the rendition's own bytes, and counts as a preview only") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto episode = site.add_episode(show, {.slug = "one", .title = "One"});  // a draft: the public has no way to it
    const auto ask = [&](const std::string& id, const std::string& profile) {
        return web::studio_preview(site.context, as_producer("/studio/preview/x", {{"episode", id}, {"profile", profile}}));
    };
    const auto answer = ask(episode.id.value, "aac");
    const auto& reply = std::get<http::FileReply>(answer);
    CHECK(reply.file->size() == episode.renditions[1].byte_length);
    CHECK(reply.content_type == "audio/x-m4a");
    REQUIRE(reply.counted);
    CHECK(reply.counted->preview);
    CHECK(reply.counted->episode == episode.id);
    CHECK(status_of(ask(episode.id.value, "flac")) == 404);
    CHECK(status_of(ask("nothing", "mp3")) == 404);
}

TEST_CASE("only a cover's own pictures can be fetched as one") {
    Site site;
    auto show = site.add_show("code", "Code");
    const auto episode = site.add_episode(show, {.slug = "one", .title = "One"});
    const auto picture = site.store_bytes("a picture");
    show.artwork = model::Artwork{"A disc", {{600, picture, 9}}};
    show = tests::put(site.catalogue, show).value();
    const auto ask = [&](const std::string& file) {
        return web::studio_show_cover(site.context, as_producer("/studio/shows/code/cover/x", {{"show", "code"}, {"file", file}}));
    };
    CHECK(std::holds_alternative<http::FileReply>(ask(picture + ".jpg")));
    CHECK(status_of(ask(picture)) == 404);
    CHECK(status_of(ask(episode.master->object_key + ".jpg")) == 404);
    CHECK(status_of(web::studio_episode_cover(
              site.context, as_producer("/studio/x", {{"episode", episode.id.value}, {"file", picture + ".jpg"}}))) == 404);
}

TEST_CASE("pages about nothing say so; a show named new is reached by its id") {
    Site site;
    CHECK(status_of(web::studio_episode(site.context, as_producer("/studio/episodes/x", {{"episode", "x"}}))) == 404);
    CHECK(status_of(web::studio_show(site.context, as_producer("/studio/shows/x", {{"show", "x"}}))) == 404);
    const auto show = site.add_show("new", "New");
    CHECK_THAT(body_of(web::studio_home(site.context, as_producer("/studio"))), Contains("/studio/shows/" + show.id.value));
    CHECK(status_of(web::studio_show(site.context, as_producer("/studio/shows/x", {{"show", show.id.value}}))) == 200);
}

TEST_CASE("notes are previewed by the rules of the public page") {
    Site site;
    auto request = as_producer("/studio/notes");
    request.body = "**Call** <script>alert(1)</script> [ACT](https://www.gov.uk/ACT)";
    const auto body = body_of(web::studio_notes(site.context, request));
    CHECK_THAT(body, Contains("<strong>Call</strong>") && Contains("https://www.gov.uk/ACT"));
    CHECK_THAT(body, !Contains("<script"));
}
