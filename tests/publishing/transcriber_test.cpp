// The operators' program for drafts of transcripts, shown with stand-ins that behave and that don't.

#include <fcntl.h>

#include <thread>

#include "tests/publishing/worker_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

std::string reason(const publishing::WorkerPool::Outcome<std::string>& outcome) {
    return outcome ? *outcome ? "written: " + **outcome : "refused: " + outcome->error().message : outcome.error().reason;
}

auto run(
    const Workshop& shop, const std::vector<std::string>& command, const std::function<bool()>& goes_on = [] { return true; },
    std::chrono::seconds deadline = std::chrono::seconds(60)) {
    return real_workers().transcribe(OpenDescriptor(shop.write("audio", "the audio")), command, deadline, goes_on);
}

// Some process has this number as an argument. The brackets keep the search from finding itself.
bool runs(const std::string& number) {
    return run_command("grep -las -- '[" + number.substr(0, 1) + "]" + number.substr(1) + "' /proc/[0-9]*/cmdline").out.find("/proc/") !=
           std::string::npos;
}

// A process that was killed is there for a moment yet.
bool ends(const std::string& mark) {
    for (int look = 0; look < 200 && runs(mark); ++look) std::this_thread::sleep_for(std::chrono::milliseconds(25));
    return !runs(mark);
}

}  // namespace

TEST_CASE("a transcriber gets the audio as its input and little else; what it writes comes back") {
    const Workshop shop;
    ::setenv("EARSHOT_SECRET", "hidden", 1);
    ::setenv("LANG", "C.UTF-8", 1);
    const OpenDescriptor inheritable(shop.write("secret", "hidden"));
    REQUIRE(::fcntl(inheritable, F_SETFD, 0) == 0);
    const auto program = shop.script(R"(cat; echo; cat /dev/stdin; echo "args: $1 $2"; ls -l /proc/self/fd
env | cut -d= -f1 | grep -vE '^(PWD|SHLVL|_|OLDPWD)$' | sort | tr '\n' ' '; printf 'no line end')");
    const auto written = run(shop, {program.string(), "--language", "en-GB"});
    INFO(reason(written));
    REQUIRE((written && *written));
    CHECK_THAT(**written, Contains("the audio\nthe audioargs: --language en-GB\n"));
    CHECK_THAT(**written, Contains("LANG PATH ") && !Contains("EARSHOT_SECRET"));
    CHECK_THAT(**written, Contains(" 0 -> ") && Contains(" 2 -> ") && !Contains("secret") && !Contains(".db"));
    CHECK((*written)->ends_with("no line end\n"));
    ::unsetenv("EARSHOT_SECRET");
}

TEST_CASE("a transcriber that fails, floods or never ends costs its job only") {
    const Workshop shop;
    CHECK_THAT(reason(run(shop, {"/nowhere/transcribe"})),
               Contains("/nowhere/transcribe ended with status 127") && Contains("No such file"));
    CHECK_THAT(reason(run(shop, {shop.script("echo out of memory >&2; exit 3").string()})),
               Contains("ended with status 3") && Contains("out of memory"));
    CHECK_THAT(reason(run(shop, {shop.script("yes 'a line of words'").string()})), Contains("wrote more than 4 MiB"));
    CHECK_THAT(reason(run(shop, {shop.script("head -c 10000000 /dev/zero").string()})), Contains("wrote more than 4 MiB"));
    CHECK_THAT(reason(run(shop, {shop.script("kill -9 $$").string()})), Contains("signal 9"));
    CHECK(child_of(::getpid()) == 0);
}

TEST_CASE("a transcriber is ended with whatever it started: at its deadline, on request, and when it leaves something behind") {
    const Workshop shop;
    const auto mark = "98765." + std::to_string(::getpid());
    const auto program = shop.script("sleep " + mark + " &\nsleep " + mark);
    CHECK_THAT(reason(run(shop, {program.string()}, [] { return true; }, std::chrono::seconds(1))), Contains("did not finish in time"));
    CHECK(ends(mark));
    CHECK_THAT(reason(run(shop, {program.string()}, [] { return false; })), Contains("refused: The job was cancelled."));
    CHECK(ends(mark));
    CHECK_THAT(reason(run(shop, {shop.script("sleep " + mark + " >&- 2>&- &\necho done").string()})), Contains("written: done"));
    CHECK(ends(mark));
}
