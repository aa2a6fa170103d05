// `earshot probe` and `earshot transcode`: the same worker, no server.

#include <algorithm>

#include "tests/publishing/worker_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

CommandResult earshot_command(const std::string& arguments) {
    return run_command(std::string(EARSHOT_BINARY) + " " + arguments);
}

// The value at a path of a JSON document, as python prints it.
std::string json_value(const std::string& json, const std::string& path) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "report.json") << json;
    return run_command("/usr/bin/python3 -c \"import json,sys;print(json.load(open(sys.argv[1]))" + path + ")\" " +
                       (folder.path() / "report.json").string())
        .out;
}

}  // namespace

TEST_CASE("probe tells what a file is and how loud") {
    const Workshop shop;
    const auto probed = earshot_command("probe " + shop.master(5).string());
    REQUIRE(probed.status == 0);
    CHECK(json_value(probed.out, "['codec']") == "pcm_s24le\n");
    CHECK(json_value(probed.out, "['duration_seconds']") == "5.0\n");
    CHECK(json_value(probed.out, "['loudness']['integrated_lufs'] < -10") == "True\n");
    CHECK(json_value(probed.out, "['embedded']").find("Nobody") != std::string::npos);
}

TEST_CASE("probe refuses with one sentence and status 1") {
    const Workshop shop;
    for (const auto& file :
         {shop.write("text.wav", "just text"), shop.path("missing.wav"), shop.folder.path(), shop.write("empty.wav", "")}) {
        const auto refused = earshot_command("probe " + file.string() + " 2>&1 >/dev/null");
        INFO(refused.out);
        CHECK(refused.status == 1);
        CHECK(std::count(refused.out.begin(), refused.out.end(), '\n') == 1);
        CHECK(refused.out.size() > 20);
    }
}

TEST_CASE("transcode writes the chosen profiles and reports what it did") {
    const Workshop shop;
    const auto out = shop.path("out");
    const auto done = earshot_command("transcode " + shop.master(20).string() + " " + out.string() + " --profile mp3");
    REQUIRE(done.status == 0);
    CHECK(std::filesystem::exists(out / "mp3.mp3"));
    CHECK(std::distance(std::filesystem::directory_iterator(out), {}) == 7);  // and the shape in three resolutions, as .dat and .json
    CHECK(json_value(done.out, "['waveforms'][3]") == (out / "waveform-10.json").string() + "\n");
    CHECK(json_value(done.out, "['pauses']") == "[]\n");
    CHECK(json_value(done.out, "['renditions'][0]['profile']") == "mp3\n");
    CHECK(json_value(done.out, "['renditions'][0]['byte_length']") == std::to_string(std::filesystem::file_size(out / "mp3.mp3")) + "\n");
    CHECK(json_value(done.out, "['speed'] > 0") == "True\n");
    CHECK(json_value(done.out, "['master']['embedded']").find("Nobody") != std::string::npos);

    const auto both = earshot_command("transcode " + shop.path("master.wav").string() + " " + out.string());
    REQUIRE(both.status == 0);
    CHECK(std::filesystem::exists(out / "aac.m4a"));
    CHECK(std::filesystem::exists(out / "opus.opus"));
    CHECK(std::distance(std::filesystem::directory_iterator(out), {}) == 9);
    REQUIRE(earshot_command("transcode " + shop.path("master.wav").string() + " " + out.string()).status == 0);  // replaces what it made

    // A recording that is called as a result would be.
    const auto size = std::filesystem::file_size(out / "mp3.mp3");
    const auto refused = earshot_command("transcode " + (out / "mp3.mp3").string() + " " + out.string() + " 2>&1");
    CHECK(refused.status == 1);
    CHECK(refused.out.find("is the recording itself") != std::string::npos);
    CHECK(std::filesystem::file_size(out / "mp3.mp3") == size);
    CHECK(std::distance(std::filesystem::directory_iterator(out), {}) == 9);
}

TEST_CASE("transcode takes ranges out, and refuses those that make no sense") {
    const Workshop shop;
    const auto ranges = shop.write("ranges.json", R"({"ranges": [{"start": 1, "end": "0:02.5", "kind": "cut"}]})");
    const auto master = shop.master(6).string(), out = shop.path("out").string();
    const auto done = earshot_command("transcode " + master + " " + out + " --profile mp3 --redact " + ranges.string());
    REQUIRE(done.status == 0);
    CHECK(done.out.find("\"duration_seconds\": 4.5") != std::string::npos);
    (void)shop.write("ranges.json", R"({"ranges": [{"start": 1, "end": 7, "kind": "mute"}]})");
    const auto refused = earshot_command("transcode " + master + " " + out + " --redact " + ranges.string() + " 2>&1");
    CHECK(refused.status == 1);
    CHECK(refused.out.find("Range 1 ends at 0:07, but the recording is only 0:06 long.") != std::string::npos);
}

TEST_CASE("transcode tells the chapters that a recording holds, but none that lies in a range taken out") {
    const Workshop shop;
    std::string meta = ";FFMETADATA1\n";
    for (const auto* chapter : {"START=0\nEND=1000\ntitle=Start", "START=1000\nEND=2500\ntitle=A name", "START=2500\nEND=6000\ntitle=End"})
        meta += std::string("[CHAPTER]\nTIMEBASE=1/1000\n") + chapter + "\n";
    const auto out = shop.path("out").string(), marked = shop.path("marked.m4a").string();
    REQUIRE(run_command("ffmpeg -loglevel error -i " + shop.master(6).string() + " -i " + shop.write("meta.txt", meta).string() +
                        " -map_chapters 1 " + marked)
                .status == 0);
    const auto whole = earshot_command("transcode " + marked + " " + out + " --profile mp3");
    REQUIRE(whole.status == 0);
    CHECK(json_value(whole.out, "['master']['chapters'][1]") == "{'start_seconds': 1.0, 'title': 'A name'}\n");
    const auto ranges = shop.write("ranges.json", R"({"ranges": [{"start": 1, "end": 2.5, "kind": "cut"}]})").string();
    const auto cut = earshot_command("transcode " + marked + " " + out + " --profile mp3 --redact " + ranges);
    REQUIRE(cut.status == 0);
    CHECK(json_value(cut.out, "['master']['chapters']") ==
          "[{'start_seconds': 0.0, 'title': 'Start'}, {'start_seconds': 1.0, 'title': 'End'}]\n");
}

TEST_CASE("transcode leaves nothing behind for a refused file") {
    const Workshop shop;
    const auto text = shop.write("text.wav", "just text").string();
    const auto fresh = shop.path("fresh");
    auto refused = earshot_command("transcode " + text + " " + fresh.string() + " 2>&1");
    CHECK(refused.status == 1);
    CHECK(std::count(refused.out.begin(), refused.out.end(), '\n') == 1);
    CHECK_FALSE(std::filesystem::exists(fresh));

    std::filesystem::create_directory(shop.path("old"));
    std::ofstream(shop.path("old") / "mp3.mp3") << "yesterday's";
    refused = earshot_command("transcode " + text + " " + shop.path("old").string() + " 2>&1");
    CHECK(refused.status == 1);
    CHECK(bytes_of(shop.path("old") / "mp3.mp3") == "yesterday's");
    CHECK(std::distance(std::filesystem::directory_iterator(shop.path("old")), {}) == 1);

    refused = earshot_command("transcode " + text + " " + fresh.string() + " --profile flac 2>&1");
    CHECK(refused.status == 1);
    CHECK(refused.out.find("There is no profile \"flac\"; the settings have mp3, aac, opus. A [[rendition]] block") != std::string::npos);
}
