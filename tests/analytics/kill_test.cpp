// kill -9 at random moments: nothing that reached the journal is lost, and nothing is counted twice.

#include <csignal>
#include <random>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/analytics/room.hpp"
#include "tests/support/catch.hpp"

namespace earshot::tests {

namespace {

using analytics::Statistics;

struct Places {
    std::filesystem::path data, runtime;
};

struct Server {
    explicit Server(const Places& places, std::uint64_t long_journal = 1 << 20)
        : database(
              {.file = places.data / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false}),
          statistics(database,
                     {.runtime_dir = places.runtime,
                      .suppress_below = 1,
                      .commit_every = std::chrono::milliseconds(2),
                      .long_journal = long_journal},
                     [] { return *model::parse_rfc3339(moment); }) {}
    std::uint64_t downloads() { return *statistics.report(query()).front().total.value; }
    std::uint64_t requests() { return *statistics.tallies(query()).all.requests.value; }
    std::uint64_t counted() { return *statistics.tallies(query()).all.reasons.at("counted").value; }
    static Statistics::Query query() { return {"2026-11-23", "2026-11-23", {{"e1"}}}; }

    storage::Database database;
    Statistics statistics;
};

// Counts listeners from `listener` on until it is killed, telling how many surely are in the journal.
[[noreturn]] void serve(const Places& places, std::uint32_t listener, int pipe, unsigned batch, std::uint64_t long_journal) {
    Server server(places, long_journal);
    while (true) {
        for (unsigned i = 0; i < batch; ++i, ++listener) {
            server.statistics.submit(fragment(listener, true));
            server.statistics.submit(fragment(listener, false));
        }
        server.statistics.settle();
        if (::write(pipe, &listener, sizeof listener) != sizeof listener) ::_exit(1);
    }
}

// How many listeners the child had reported before it died.
std::uint32_t run_and_kill(const Places& places, std::uint32_t from, unsigned batch, std::chrono::microseconds after,
                           std::uint64_t long_journal) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        serve(places, from, ends[1], batch, long_journal);
    }
    ::close(ends[1]);
    std::uint32_t reported = from;
    REQUIRE(::read(ends[0], &reported, sizeof reported) == sizeof reported);  // it serves now
    std::this_thread::sleep_for(after);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    std::uint32_t value = 0;
    while (::read(ends[0], &value, sizeof value) == sizeof value) reported = value;
    ::close(ends[0]);
    return reported;
}

}  // namespace

TEST_CASE("kill -9 loses no accepted listener and doubles none") {
    const FolderUnder data("/dev/shm"), runtime("/dev/shm");
    const Places places{data.path(), runtime.path()};
    std::mt19937 random(std::random_device{}());
    std::uint64_t before = 0, requests = 0;  // at the last restart
    std::uint32_t next = 0;                  // every listener below is known to be counted
    for (int round = 0; round < 25; ++round) {
        const unsigned batch = round % 3 == 0 ? 1 : 50;
        const auto reported = run_and_kill(places, next, batch, std::chrono::microseconds(random() % 60'000), round % 2 == 0 ? 1 : 1 << 20);
        Server server(places);
        const auto counted = server.downloads();
        INFO("round " << round << ": " << before << " before, " << next << " to " << reported << " reported, " << counted << " counted");
        CHECK(counted >= before + (reported - next));          // none lost
        CHECK(counted <= before + (reported - next) + batch);  // none but the unreported batch beyond
        CHECK(server.counted() == counted);
        CHECK(server.requests() >= requests + (reported - next));
        CHECK(server.requests() <= requests + (reported - next) + batch);
        // All over again: whoever was counted is known again, the rest is counted now, each once.
        for (std::uint32_t listener = next; listener < reported + batch; ++listener) {
            server.statistics.submit(fragment(listener, true));
            server.statistics.submit(fragment(listener, false));
        }
        server.statistics.flush();
        before += reported + batch - next;
        next = reported + batch;
        requests = server.requests();
        CHECK(server.downloads() == before);
        CHECK(server.counted() == before);
    }
    CHECK(before > 25);
    Server server(places);
    CHECK(server.downloads() == before);
}

}  // namespace earshot::tests
