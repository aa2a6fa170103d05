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

TEST_CASE("A worker on many cores is ended by its deadline, not by the processor time it may use") {
    using publishing::worker_cpu_seconds;
    using std::chrono::hours;
    CHECK(worker_cpu_seconds(hours(3), 16, 0) > 16 * 3 * 3600);
    CHECK(worker_cpu_seconds(hours(3), 16, 1) == 15 * 3 * 3600 + 1);
    for (const unsigned spare : {0U, 1U, 2U, 1000U}) CHECK(worker_cpu_seconds(hours(3), 2, spare) == 2 * 3 * 3600 + 1);

    const Workshop shop;
    const auto program = shop.script("/bin/cat >&4");
    const OpenDescriptor input(shop.write("input", "")), output(shop.path("output"), O_RDWR | O_CREAT);
    REQUIRE_FALSE(pool_of(program).tag(model::Codec::mp3, input, output, {}, {}));  // a script gives no answer
    CHECK(publishing::parse_worker_record(bytes_of(shop.path("output"))).cpu_seconds ==
          worker_cpu_seconds(std::chrono::seconds(60), publishing::cores_at_hand(), 0));
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
    // An answer before a violent end is none.
    CHECK(reason(say("echo '" + line.substr(0, line.size() - 1) + "'; kill -9 $$")).find("signal 9") != std::string::npos);

    const OpenDescriptor output(shop.path("output"), O_RDWR | O_CREAT);
    const auto lie = pool_of(shop.script("echo '{\"result\":{\"byte_length\":5,\"audio_start\":0,\"bytes_for_60s\":5}}'"))
                         .tag(model::Codec::mp3, input, output, {}, {});
    REQUIRE_FALSE(lie);
    CHECK(lie.error().reason.find("does not match") != std::string::npos);
}

TEST_CASE("A silent worker, or one that shut its mouth and goes on, ends at its deadline") {
    const Workshop shop;
    const OpenDescriptor input(shop.write("input", "x"));
    CHECK(reason(pool_of(shop.script("exec /bin/sleep 60"), 1).probe(input)).find("did not finish in time") != std::string::npos);
    CHECK(reason(pool_of(shop.script("exec /bin/sleep 60 >&- 2>&-"), 1).probe(input)).find("signal 9") != std::string::npos);
    CHECK(child_of(::getpid()) == 0);
}

TEST_CASE("A program that cannot be started is told") {
    const Workshop shop;
    const OpenDescriptor input(shop.write("input", "x"));
    CHECK(reason(pool_of(shop.path("missing")).probe(input)).find("could not be started") != std::string::npos);
}

TEST_CASE("Job records and reports survive the way there and back") {
    publishing::WorkerRecord record{
        .task = publishing::WorkerTask::tag, .parent = 42, .degraded = true, .cpu_seconds = 7, .descriptors = 3};
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
    CHECK(back.profiles == record.profiles);
    CHECK(back.codec == model::Codec::aac);
    CHECK(back.tags.title == record.tags.title);
    CHECK(back.tags.people == record.tags.people);
    CHECK(back.tags.date == record.tags.date);
    CHECK(back.tags.number == record.tags.number);
    CHECK_FALSE(back.tags.season);
    CHECK(back.tags.chapters == record.tags.chapters);
    CHECK(back.duration == record.duration);

    const auto silence = publishing::parse_worker_line(publishing::result_line(model::Loudness{-HUGE_VAL, -HUGE_VAL, 0}));
    CHECK(publishing::parse_result<model::Loudness>(silence.text).integrated_lufs <= -70);
    const auto progress = publishing::parse_worker_line(publishing::progress_line("encoding", 0.25));
    CHECK(progress.text == "encoding");
    CHECK(progress.fraction == 0.25);
    const model::MasterInfo info{.container = "wav", .chapters = {{std::chrono::milliseconds(1500), "One", "https://b.example"}}};
    CHECK(publishing::parse_result<model::MasterInfo>(publishing::parse_worker_line(publishing::result_line(info)).text).chapters ==
          info.chapters);
}
