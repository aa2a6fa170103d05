// How a worker is started and listened to, shown with stand-ins that look around or misbehave.

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "server/publishing/worker_process.hpp"
#include "server/publishing/worker_protocol.hpp"
#include "tests/publishing/worker_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using publishing::WorkerPool;

namespace {

WorkerPool pool_of(const std::filesystem::path& program, int seconds = 60) {
    return WorkerPool(program, {.deadline = std::chrono::seconds(seconds)});
}

std::string reason(const std::expected<model::Result<model::MasterInfo>, publishing::WorkerDied>& outcome) {
    return outcome ? "an answer" : outcome.error().reason;
}

}  // namespace

TEST_CASE("A worker keeps off the cores that are left to listeners, and always has one") {
    cpu_set_t ours;
    REQUIRE(::sched_getaffinity(0, sizeof ours, &ours) == 0);
    const int have = CPU_COUNT(&ours);
    const Workshop shop;
    const auto program = shop.script("/usr/bin/nproc >&4");
    const OpenDescriptor input(shop.write("input", "")), output(shop.path("output"), O_RDWR | O_CREAT | O_APPEND);
    for (const unsigned spare : {0U, 1U, 1000U}) {
        const auto outcome =
            WorkerPool(program, {.deadline = std::chrono::seconds(60), .spare_cores = spare}).tag(model::Codec::mp3, input, output, {}, {});
        REQUIRE_FALSE(outcome);  // a script gives no answer
    }
    CHECK(bytes_of(shop.path("output")) == fmt::format("{}\n{}\n1\n", have, std::max(have - 1, 1)));
    cpu_set_t after;
    REQUIRE(::sched_getaffinity(0, sizeof after, &after) == 0);
    CHECK(CPU_EQUAL(&ours, &after));
}

TEST_CASE("A worker may use as much processor time as the recording's length warrants, on any number of cores") {
    using publishing::worker_cpu_seconds;
    using std::chrono::hours, std::chrono::minutes, std::chrono::milliseconds;
    CHECK(worker_cpu_seconds(minutes(10), 1'000'000) == 60 + 2 * 600);
    CHECK(worker_cpu_seconds(milliseconds(1), 0) == 62);
    CHECK(worker_cpu_seconds(minutes(10), 640'000'000) == 60 + 2 * 10'000);  // a head that cannot be right
    for (const auto stated : {milliseconds(0), milliseconds(-1), milliseconds(hours(12)), milliseconds(hours(1000))})
        CHECK(worker_cpu_seconds(stated, 0) == 60 + 2 * 12 * 3600);

    const Workshop shop;
    const auto program = shop.script("/bin/cat >&4");
    const OpenDescriptor input(shop.write("input", "")), output(shop.path("output"), O_RDWR | O_CREAT);
    REQUIRE_FALSE(pool_of(program).transcode(input, {{mp3_profile(), output}}, {}, -1, {}, minutes(10)));  // a script gives no answer
    CHECK(publishing::parse_worker_record(bytes_of(shop.path("output"))).cpu_seconds == 60 + 2 * 600);
}

TEST_CASE("A worker gets its descriptors at fixed numbers, no others, and an empty environment") {
    const Workshop shop;
    const auto program =
        shop.script("/bin/cat /proc/$$/environ >&4; echo '|' >&4; for n in /proc/$$/fd/*; do echo ${n##*/} >&4; done; /bin/cat <&3 >&4");
    const OpenDescriptor input(shop.write("input", "the input")), output(shop.path("output"), O_RDWR | O_CREAT);
    const int leaked = ::dup2(input, 9);  // without close-on-exec: must not get through all the same
    REQUIRE(leaked == 9);
    ::setenv("EARSHOT_SECRET", "do not pass on", 1);
    const auto outcome = pool_of(program).tag(model::Codec::mp3, input, output, {}, {});
    ::unsetenv("EARSHOT_SECRET");
    ::close(leaked);
    REQUIRE_FALSE(outcome);  // a script gives no answer

    const auto seen = bytes_of(shop.path("output"));
    CHECK(seen.substr(0, 2) == "|\n");
    std::istringstream lines(seen.substr(2));
    std::vector<std::string> numbers;
    for (std::string line; std::getline(lines, line);) {
        if (line.size() < 2) numbers.push_back(line);  // the shell keeps its script at 10
    }
    CHECK(numbers == std::vector<std::string>{"0", "1", "2", "3", "4", "5"});  // 5: the shell's own, to list them
    CHECK(seen.find("the input") != std::string::npos);
}

TEST_CASE("What a worker says is checked") {
    const Workshop shop;
    const OpenDescriptor input(shop.write("input", "x"));
    const auto say = [&](const std::string& body) { return pool_of(shop.script(body)).probe(input); };

    CHECK(reason(say("exit 0")).find("ended with status 0 and without an answer") != std::string::npos);
    CHECK(reason(say("echo oops >&2; exit 7")).find("ended with status 7 and without an answer; its last words: oops") !=
          std::string::npos);
    CHECK(reason(say("echo hello")).find("makes no sense") != std::string::npos);
    CHECK(reason(say("echo '{\"result\":{\"container\":1}}'")).find("makes no sense") != std::string::npos);
    CHECK(reason(say("echo '{\"error\":\"x\",\"code\":99}'")).find("makes no sense") != std::string::npos);
    CHECK(reason(say("/bin/head -c 5000000 /dev/zero")).find("makes no sense") != std::string::npos);
    CHECK(reason(say("echo '{\"refusal\":\"No sandbox here.\"}'")) == "No sandbox here.");
    CHECK(reason(say("kill -SYS $$")).find("the sandbox refused a system call") != std::string::npos);

    const auto line = publishing::error_line({model::Errc::unprocessable, "This file holds no sound."});
    const auto refused = say("echo '" + line.substr(0, line.size() - 1) + "'");
    REQUIRE(refused);
    REQUIRE_FALSE(*refused);
    CHECK(refused->error().code == model::Errc::unprocessable);
    CHECK(refused->error().message == "This file holds no sound.");
    for (int code = 0; code <= static_cast<int>(model::Errc::insufficient_storage); ++code) {
        using enum model::Errc;
        const auto cause = static_cast<model::Errc>(code);
        CAPTURE(code);
        const bool about_a_file = cause == invalid_input || cause == too_large || cause == unsupported_media || cause == unprocessable ||
                                  cause == insufficient_storage;
        const auto told = publishing::error_line({cause, "No."});
        if (about_a_file)
            CHECK(publishing::parse_worker_line(told).error.code == cause);
        else
            CHECK_THROWS((void)publishing::parse_worker_line(told));
    }
    // An answer before a violent end is none.
    CHECK(reason(say("echo '" + line.substr(0, line.size() - 1) + "'; kill -9 $$")).find("signal 9") != std::string::npos);

    const OpenDescriptor output(shop.path("output"), O_RDWR | O_CREAT);
    const auto lie = pool_of(shop.script("echo '{\"result\":{\"byte_length\":5,\"audio_start\":0,\"bytes_for_60s\":5}}'"))
                         .tag(model::Codec::mp3, input, output, {}, {});
    REQUIRE_FALSE(lie);
    CHECK(lie.error().reason.find("does not match") != std::string::npos);
}

TEST_CASE("What a worker wrote must be as large as such a thing can be") {
    const Workshop shop;
    const OpenDescriptor input(shop.write("input", "x"));
    const auto pictures = [&](const std::string& written, std::uintmax_t bytes) {
        const auto line =
            fmt::format(R"({{"result":{{"embedded":[],"sizes":[{{"pixels":1400,"byte_length":{},"webp_byte_length":0}}]}}}})", bytes);
        const auto made = pool_of(shop.script(written + " >&4; echo '" + line + "'")).artwork(input, shop.folder.path());
        return made ? "" : made.error().reason;
    };
    CHECK_THAT(pictures("/bin/head -c 20000000 /dev/zero", 20'000'000), Catch::Matchers::Contains("does not match the pictures"));
    const auto small = shop.path("small.jpg");
    REQUIRE(run_command("ffmpeg -v error -f lavfi -i testsrc2=s=140x140 -frames:v 1 " + small.string()).status == 0);
    CHECK_THAT(pictures("/bin/cat " + small.string(), std::filesystem::file_size(small)),
               Catch::Matchers::Contains("does not match the pictures"));

    // Beside a right JPEG the WebP must be right, too.
    const auto right = shop.path("right.jpg"), webp = shop.path("right.webp");
    for (const auto& file : {right, webp})
        REQUIRE(run_command("ffmpeg -v error -f lavfi -i testsrc2=s=1400x1400 -frames:v 1 " + file.string()).status == 0);
    const auto beside = [&](const std::filesystem::path& other) {
        const auto line =
            fmt::format(R"({{"result":{{"embedded":[],"sizes":[{{"pixels":1400,"byte_length":{},"webp_byte_length":{}}}]}}}})",
                        std::filesystem::file_size(right), std::filesystem::file_size(other));
        const auto program = shop.script("/bin/cat " + right.string() + " >&4; /bin/cat " + other.string() + " >&5; echo '" + line + "'");
        return pool_of(program).artwork(input, shop.folder.path()).has_value();
    };
    CHECK(beside(webp));
    CHECK_FALSE(beside(shop.write("page.webp", "<!DOCTYPE html><script>alert(1)</script>")));
    CHECK_FALSE(beside(shop.write("cut.webp", bytes_of(webp).substr(0, 1000))));
    CHECK_FALSE(beside(right));
    const auto other_size = shop.path("small.webp");
    REQUIRE(run_command("ffmpeg -v error -f lavfi -i testsrc2=s=140x140 -frames:v 1 " + other_size.string()).status == 0);
    CHECK_FALSE(beside(other_size));

    media::TranscodeReport report;
    report.master.duration = std::chrono::seconds(2);
    const auto waveform_of = [&](int bytes) {
        const OpenDescriptor waveform(shop.path("waveform"), O_RDWR | O_CREAT | O_TRUNC);
        const auto program =
            shop.script(fmt::format("/bin/head -c {} /dev/zero >&4\n/bin/cat <<'END'\n{}END", bytes, publishing::result_line(report)));
        return pool_of(program).transcode(input, {}, {}, waveform).has_value();
    };
    CHECK(waveform_of(420));
    CHECK_FALSE(waveform_of(4200));
    report.master.duration = std::chrono::hours(1'000'000);
    CHECK_FALSE(waveform_of(9'000'000));
}

TEST_CASE("What a worker says to people is a line of bounded length") {
    const Workshop shop;
    const OpenDescriptor input(shop.write("input", "x"));
    const auto line = publishing::error_line({model::Errc::unprocessable, "No\x01 sound.\n" + std::string(100'000, 'x')});
    const auto refused = pool_of(shop.script("/bin/cat <<'END'\n" + line + "END")).probe(input);
    REQUIRE(refused);
    CHECK_THAT(refused->error().message, Catch::Matchers::StartsWith("No sound. xxx"));
    CHECK(refused->error().message.size() == 1000);
    media::TranscodeReport report;
    report.master = {.container = std::string(1000, 'c'), .codec = "a\nb"};
    report.warnings = {"Two\nlines."};
    const auto back = publishing::parse_result<media::TranscodeReport>(publishing::parse_worker_line(publishing::result_line(report)).text);
    CHECK(back.master.container.size() == 60);
    CHECK(back.master.codec == "a b");
    CHECK(back.warnings.front() == "Two lines.");
    const auto read = [](const media::TranscodeReport& told) {
        return publishing::parse_result<media::TranscodeReport>(publishing::parse_worker_line(publishing::result_line(told)).text);
    };
    report.warnings.assign(101, "Much.");
    CHECK_THROWS(read(report));
}

TEST_CASE("Times that a worker tells are those of a recording") {
    using std::chrono::hours, std::chrono::milliseconds;
    const auto read = [](const media::TranscodeReport& told) {
        return publishing::parse_result<media::TranscodeReport>(publishing::parse_worker_line(publishing::result_line(told)).text);
    };
    media::TranscodeReport report;
    for (const auto& [told, taken] : {std::pair(milliseconds(-1), milliseconds(0)), std::pair(milliseconds::max(), milliseconds(hours(12))),
                                      std::pair(milliseconds(1234), milliseconds(1234))}) {
        report.master.duration = told;  // of a master its head may tell anything
        CHECK(read(report).master.duration == taken);
    }
    for (const auto impossible : {milliseconds(-1), milliseconds(hours(13)), milliseconds::min()}) {
        report.renditions = {{.duration = impossible}};
        CHECK_THROWS(read(report));
        report.renditions.clear();
        report.pauses = {{.start = impossible, .end = {}}};
        CHECK_THROWS(read(report));
        report.pauses.clear();
    }
    report.renditions = {{.duration = hours(12) + milliseconds(26)}};
    CHECK(read(report).renditions.front().duration == report.renditions.front().duration);
}

TEST_CASE("Half a day of a lossless rendition, and its tags, fit into what a worker may write") {
    const Workshop shop;
    const OpenDescriptor input(shop.write("input", "x")), output(shop.path("output"), O_RDWR | O_CREAT);
    const auto program = shop.script("/bin/cat >&4");
    const auto allowed = [&] { return publishing::parse_worker_record(bytes_of(shop.path("output"))).file_bytes; };
    const model::RenditionProfile flac{.name = "flac", .codec = model::Codec::flac, .sample_rate = 44'100};
    REQUIRE_FALSE(pool_of(program).transcode(input, {{flac, output}}, {}));  // a script gives no answer
    CHECK(allowed() > 12ULL * 3600 * 44'100 * 6);
    REQUIRE(::ftruncate(output, 0) == 0);
    const OpenDescriptor essence(shop.write("essence", ""), O_RDWR), fresh(shop.path("output"), O_RDWR | O_TRUNC);
    REQUIRE(::ftruncate(essence, 11LL << 30) == 0);
    REQUIRE_FALSE(pool_of(program).tag(model::Codec::flac, essence, fresh, {}, {}));
    CHECK(allowed() > 11ULL << 30);
    const OpenDescriptor again(shop.path("output"), O_RDWR | O_TRUNC);
    REQUIRE_FALSE(pool_of(program).transcode(input, {{mp3_profile(), again}}, {}));
    CHECK(allowed() == 4ULL << 30);
}

TEST_CASE("A silent worker, or one that shut its mouth and goes on, ends at its deadline") {
    const Workshop shop;
    const OpenDescriptor input(shop.write("input", "x"));
    CHECK(reason(pool_of(shop.script("exec /bin/sleep 60"), 1).probe(input)).find("did not finish in time") != std::string::npos);
    CHECK(reason(pool_of(shop.script("exec /bin/sleep 60 >&- 2>&-"), 1).probe(input)).find("did not finish in time") != std::string::npos);
    CHECK(child_of(::getpid()) == 0);
}

TEST_CASE("A worker that shut its mouth and goes on is ended on request all the same") {
    const Workshop shop;
    const OpenDescriptor input(shop.write("input", "x"));
    int asked = 0;
    const auto cancelled =
        pool_of(shop.script("exec /bin/sleep 600 >&- 2>&-")).transcode(input, {}, [&](std::string_view, double) { return ++asked < 5; });
    REQUIRE(cancelled);
    REQUIRE_FALSE(*cancelled);
    CHECK(cancelled->error().code == model::Errc::conflict);
    CHECK(child_of(::getpid()) == 0);
}

TEST_CASE("A program that cannot be started is told") {
    const Workshop shop;
    const OpenDescriptor input(shop.write("input", "x"));
    CHECK(reason(pool_of(shop.path("missing")).probe(input)).find("could not be started") != std::string::npos);
}

TEST_CASE("Job records and reports survive the way there and back") {
    publishing::WorkerRecord record{
        .task = publishing::WorkerTask::tag, .parent = 42, .degraded = true, .cpu_seconds = 7, .file_bytes = 5ULL << 30, .descriptors = 3};
    record.profiles = {mp3_profile()};
    record.codec = model::Codec::aac;
    record.tags = {.title = "“T” \\ \n", .show = "S", .language = "en-GB", .people = {{"Anna", "host", "cast", "https://a.example"}}};
    record.tags.date = model::Timestamp(std::chrono::milliseconds(1'795'000'000'123));
    record.tags.number = 3;
    record.tags.chapters = {{std::chrono::milliseconds(1500), "One", "https://b.example"}};
    record.has_artwork = true;
    record.duration = std::chrono::milliseconds(90'001);
    const auto back = publishing::parse_worker_record(publishing::to_json(record));
    CHECK(back.task == record.task);
    CHECK(back.parent == 42);
    CHECK(back.degraded);
    CHECK(back.file_bytes == 5ULL << 30);
    CHECK(back.profiles == record.profiles);
    CHECK(back.codec == model::Codec::aac);
    CHECK(back.tags.title == record.tags.title);
    CHECK(back.tags.people == record.tags.people);
    CHECK(back.tags.date == record.tags.date);
    CHECK(back.tags.number == record.tags.number);
    CHECK_FALSE(back.tags.season);
    CHECK(back.tags.chapters == record.tags.chapters);
    CHECK(back.duration == record.duration);

    const auto silence = publishing::parse_worker_line(publishing::result_line(media::Measurement{{}, {-HUGE_VAL, -HUGE_VAL, 0}}));
    CHECK(publishing::parse_result<media::Measurement>(silence.text).loudness.integrated_lufs <= -70);
    const auto progress = publishing::parse_worker_line(publishing::progress_line("encoding", 0.25));
    CHECK(progress.text == "encoding");
    CHECK(progress.fraction == 0.25);
    const model::MasterInfo info{.container = "wav", .chapters = {{std::chrono::milliseconds(1500), "One", "https://b.example"}}};
    CHECK(publishing::parse_result<model::MasterInfo>(publishing::parse_worker_line(publishing::result_line(info)).text).chapters ==
          info.chapters);
}
