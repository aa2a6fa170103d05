// What there is to see of a recording, from the master to the files the player draws.

#include <cmath>

#include "media/waveform.hpp"
#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using tests::Stage;

namespace {

// 3 s of a tone, 3 s of nothing, 3 s of the tone at full scale and beyond: clipped.
std::string uneven_wav() {
    return tests::made_by_ffmpeg(
        "-f lavfi -i \"aevalsrc='if(lt(t,3),0.2,if(lt(t,6),0,3))*sin(2*PI*330*t)':s=48000:d=9\" -ac 1 -c:a pcm_s16le", "uneven.wav");
}

}  // namespace

TEST_CASE("waveform, loudness curve, pauses and warnings of a recording reach producers, and its waveform the public") {
    Stage stage;
    const auto episode = stage.make_episode(stage.make_show());
    const std::string path = "/episodes/" + episode.id.value;
    CHECK(stage.api("producer", "GET", path + "/sound").status == 404);
    CHECK(stage.api("producer", "GET", path + "/waveform/10.dat").status == 404);
    const auto job = stage.api("producer", "PUT", path + "/master", R"({"upload": ")" + stage.upload(uneven_wav()).value + "\"}");
    REQUIRE(stage.finish(model::JobId{job.at("id")}).state == model::JobState::succeeded);

    const auto sound = stage.api("producer", "GET", path + "/sound");
    REQUIRE(sound.status == 200);
    CHECK(sound.at("pauses.0.start_seconds") == "3E0");
    CHECK(sound.at("pauses.0.end_seconds") == "6E0");
    CHECK(sound.at("pauses.0.silent") == "true");
    CHECK(sound.at("pauses.1.silent") == "");
    CHECK_THAT(sound.at("warnings"), Catch::Matchers::Contains("clipped in"));
    CHECK(sound.at("loudness_curve.target_lufs") == "-1.9E1");  // a mono file
    CHECK(std::stod(sound.at("loudness_curve.short_term_lufs.4")) < -30);
    CHECK(std::stod(sound.at("loudness_curve.short_term_lufs.8")) > -20);
    CHECK(sound.at("loudness_curve.short_term_lufs.9") == "");
    CHECK(std::stod(sound.at("before.integrated_lufs")) > -10);
    CHECK(std::abs(std::stod(sound.at("after.0.loudness.integrated_lufs")) + 19) < 0.15);
    CHECK(sound.at("waveforms.0.points_a_second") == "100");
    CHECK(sound.at("waveforms.0.public_dat") == "");  // a draft

    const auto finest = media::parse_waveform_dat(stage.api("producer", "GET", path + "/waveform/100.dat").body);
    const auto coarse = media::parse_waveform_dat(stage.api("producer", "GET", path + "/waveform/1.dat").body);
    REQUIRE(finest);
    REQUIRE(coarse);
    CHECK(finest->lows.size() == 900);
    CHECK(coarse->highs.size() == 9);
    CHECK(coarse->highs[4] == 0);
    CHECK(coarse->highs[8] > coarse->highs[1]);
    const auto json = stage.api("producer", "GET", path + "/waveform/10.json");
    CHECK(json.at("length") == "90");
    CHECK(json.field("content-type") == "application/json");
    CHECK(stage.api("producer", "GET", path + "/waveform/20.json").status == 404);

    const std::string shape = "/shows/night-watch/multiple-bombings/waveform/10.dat";
    CHECK(stage.ask("none", "GET", shape).status == 404);
    REQUIRE(stage.api("producer", "POST", path + "/publish", "{}").status == 200);
    const auto seen = stage.ask("none", "GET", shape);
    CHECK(seen.status == 200);
    CHECK(media::parse_waveform_dat(seen.body) == media::coarser(*finest, 10));
    CHECK(seen.field("cache-control").find("no-cache") != std::string::npos);
    CHECK(seen.field("access-control-allow-origin") == "*");
    CHECK(stage.ask("none", "GET", shape, "", {{"If-None-Match", seen.field("etag")}}).status == 304);
    CHECK(stage.ask("none", "GET", "/shows/night-watch/multiple-bombings/waveform/10.png").status == 404);
    CHECK(stage.api("producer", "GET", path + "/sound").at("waveforms.1.public_dat").ends_with(shape));
    REQUIRE(stage.api("producer", "POST", path + "/withdraw").status == 200);
    CHECK(stage.ask("none", "GET", shape).status == 410);

    // Nothing of it is taken for litter.
    const auto referenced = stage.context().catalogue.referenced_objects();
    const auto stored = stage.context().catalogue.find_episode(episode.id)->master->sound.value();
    CHECK(referenced.contains(stored.analysis_key));
    for (const auto& files : stored.waveforms) CHECK((referenced.contains(files.dat_key) && referenced.contains(files.json_key)));
}
