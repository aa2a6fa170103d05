// Shape, loudness, pauses and ranges as pictures that need no script.

#include <regex>

#include "media/waveform.hpp"
#include "server/web/handlers.hpp"
#include "server/web/studio.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/put.hpp"
#include "tests/web/site.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

// 260 s at ten points a second: the second half half as high.
model::Sound store_sound(const Site& site) {
    media::Waveform waveform{.sample_rate = 48'000, .samples_per_point = 4'800, .lows = {}, .highs = {}};
    for (int i = 0; i < 2600; ++i) {
        waveform.highs.push_back(i < 1300 ? 100 : 50);
        waveform.lows.push_back(i < 1300 ? -80 : -40);
    }
    model::Sound sound;
    sound.waveforms = {{10, site.store_bytes(media::waveform_dat(waveform)), "none"}};
    sound.analysis_key = site.store_bytes(
        R"({"target_lufs": -16, "short_term_lufs": [-16, -40, -15.5, -16],
            "pauses": [{"start_ms": 26000, "end_ms": 39000, "silent": true}, {"start_ms": 100000, "end_ms": 102500, "silent": false}]})");
    return sound;
}

model::Episode with_sound(Site& site) {
    auto episode = site.add_episode(site.add_show("code", "Code"), {.slug = "one", .title = "One"});
    episode.chapters = {{std::chrono::seconds(0), "Start", ""}, {std::chrono::seconds(130), "Half", ""}};
    (void)tests::put(site.catalogue, episode).value();
    const model::MasterInfo info{.container = "wav", .codec = "pcm_s24le", .duration = std::chrono::seconds(260)};
    site.catalogue.set_master_info(episode.master->id, info, {}, store_sound(site)).value();
    site.view.refresh();
    return site.catalogue.find_episode(episode.id).value();
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

std::string studio_page(Site& site, const model::Episode& episode) {
    auto request = Site::get("/studio/episodes/x", {{"episode", episode.id.value}});
    request.identity = model::Identity{"pat", model::Role::producer, true, "csrf-of-pat"};
    return body_of(web::studio_episode(site.context, request));
}

}  // namespace

TEST_CASE("an episode's page draws its waveform with a mark for each chapter, and still loads no audio") {
    Site site;
    const auto episode = with_sound(site);
    site.publish(episode);
    const auto page = body_of(web::episode_page(site.context, Site::get("/shows/code/one", {{"show", "code"}, {"episode", "one"}})));
    CHECK_THAT(page, Contains("<div class=\"wave\" data-duration=\"260\">"));
    std::smatch path;
    REQUIRE(std::regex_search(page, path, std::regex("id=\"wave-bars\" d=\"([^\"]+)\"")));
    CHECK(count(path[1], "M") == 200);
    CHECK_THAT(path[1].str(), Contains("M0.7 2.0h2.6v76.0h-2.6z"));     // the first bar: all there is room for
    CHECK_THAT(path[1].str(), Contains("M796.7 21.0h2.6v38.0h-2.6z"));  // the last: half of it
    CHECK(count(page, "wave-mark") == 1);
    CHECK_THAT(page, Contains("d=\"M400.0 0v80\""));
    CHECK_THAT(page, Contains("preload=\"none\""));

    const auto without = site.add_episode(site.add_show("plain", "Plain"), {.slug = "two", .title = "Two"});
    site.publish(without);
    const auto plain = body_of(web::episode_page(site.context, Site::get("/shows/plain/two", {{"show", "plain"}, {"episode", "two"}})));
    CHECK_THAT(plain, Contains("<audio") && !Contains("class=\"wave\""));
    site.catalogue.set_master_info(without.master->id, {.container = "wav"}, {}).value();
    CHECK_THAT(studio_page(site, site.catalogue.find_episode(without.id).value()), Contains("There is no waveform"));
    CHECK_THAT(studio_page(site, episode), !Contains("There is no waveform"));
}

TEST_CASE("the studio draws loudness around its target, and pauses; ranges stand on the recording as it was handed in") {
    Site site;
    const auto episode = with_sound(site);
    auto page = studio_page(site, episode);
    CHECK_THAT(page, Contains("the dashed line is the target, −16 LUFS"));
    CHECK_THAT(page, Contains("d=\"M0 53.3H800\""));
    CHECK_THAT(page, Contains("d=\"M0.0 53.3L266.7 133.3L533.3 51.7L800.0 53.3\""));
    CHECK_THAT(page, Contains("<rect class=\"shape-pause\" x=\"80.0\" width=\"40.0\" height=\"80\"><title>0:26 to 0:39, silent</title>"));
    CHECK_THAT(page, Contains("<li>0:26 to 0:39: 13.0 s, not a sound</li>\n<li>1:40 to 1:42: 2.5 s</li>"));
    CHECK_THAT(page, Contains("data-duration=\"260\"") && !Contains("class=\"shape-taken\""));
    CHECK_THAT(page, !Contains("listeners get what is there now"));

    model::Master version = *episode.master;
    version.original = version.id;
    version.redactions = {{std::chrono::seconds(26), std::chrono::milliseconds(39'250), model::RedactionKind::cut}};
    const auto added = site.catalogue.add_master(version).value();
    (void)site.jobs.claim("here", std::chrono::minutes(1));
    site.catalogue.switch_audio(added.job, "here", {site.make_rendition(episode, added.master.id, "mp3", "other bytes")}).value();
    site.publish(episode);
    page = studio_page(site, episode);
    CHECK_THAT(page, Contains("<rect class=\"shape-taken\" x=\"80.0\" width=\"40.8\" height=\"80\"><title>cut: 0:26 to 0:39</title>"));
    CHECK_THAT(page, Contains("value=\"0:26\"") && Contains("value=\"0:39.250\"") && Contains("<option value=\"cut\" selected>"));
    CHECK_THAT(page, Contains("data-cut=\"26 39.250\""));
    CHECK_THAT(page, Contains("listeners get what is there now"));
}
