// One process passes counting on to another: every delivery is counted, once, by exactly one of them.

#include <atomic>
#include <future>

#include "server/analytics/delivery_codec.hpp"
#include "tests/analytics/room.hpp"
#include "tests/support/catch.hpp"

namespace earshot::tests {

namespace {

using analytics::Statistics;

// As one process has them: a connection to the database and its own Statistics.
struct Process {
    Process(const std::filesystem::path& data, const std::filesystem::path& runtime, bool standby)
        : database({.file = data / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false}),
          statistics(database,
                     {.runtime_dir = runtime, .suppress_below = 1, .commit_every = std::chrono::milliseconds(2), .standby = standby},
                     [] { return *model::parse_rfc3339(moment); }) {}
    std::uint64_t downloads() {
        statistics.flush();
        return *statistics.report({"2026-11-23", "2026-11-23", {{"e1"}}}).front().total.value;
    }
    std::uint64_t requests() {
        statistics.flush();
        return *statistics.tallies({"2026-11-23", "2026-11-23", {{"e1"}}}).all.requests.value;
    }
    storage::Database database;
    Statistics statistics;
};

Statistics::Successor to(Statistics& successor, std::size_t at_most) {
    return [&successor, at_most](std::span<const model::Delivery> deliveries) {
        std::string bytes;
        deliveries = deliveries.first(std::min(at_most, deliveries.size()));
        for (const auto& delivery : deliveries) analytics::write_delivery(delivery, bytes);
        auto received = analytics::read_deliveries(bytes).value();
        for (auto& delivery : received) successor.submit(std::move(delivery));
        return deliveries.size();
    };
}

}  // namespace

TEST_CASE("a delivery survives the way to another process unchanged") {
    model::Delivery full{.time = *model::parse_rfc3339(moment),
                         .episode = {"e1"},
                         .profile = "mp3",
                         .address = "2001:db8::1",
                         .user_agent = std::string("a\0b", 3),
                         .referrer = "https://example.org/",
                         .method = "HEAD",
                         .status = 206,
                         .range = "bytes=0-9,20-",
                         .acknowledged = {{0, 10}, {20, ~0ULL}},
                         .file = {1, 2, 3},
                         .requests = 0,
                         .opted_out = true,
                         .preview = true};
    const auto same = [](const model::Delivery& a, const model::Delivery& b) {
        return a.time == b.time && a.episode == b.episode && a.profile == b.profile && a.address == b.address &&
               a.user_agent == b.user_agent && a.referrer == b.referrer && a.method == b.method && a.status == b.status &&
               a.range == b.range && a.acknowledged == b.acknowledged && a.file.size == b.file.size &&
               a.file.audio_start == b.file.audio_start && a.file.bytes_for_60s == b.file.bytes_for_60s && a.requests == b.requests &&
               a.opted_out == b.opted_out && a.preview == b.preview;
    };
    std::string bytes;
    analytics::write_delivery(full, bytes);
    analytics::write_delivery({}, bytes);
    const auto back = analytics::read_deliveries(bytes);
    REQUIRE(back.has_value());
    REQUIRE(back->size() == 2);
    CHECK(same(back->front(), full));
    CHECK(same(back->back(), {}));
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        const auto some = analytics::read_deliveries(std::string_view(bytes).substr(0, cut));
        CHECK((!some || some->size() == 1));
    }
    CHECK_FALSE(analytics::read_deliveries("no deliveries at all, but long enough to look like some"));
}

TEST_CASE("a listen that began before a change of process and ended after it counts once") {
    const FolderUnder data("/tmp"), runtime("/dev/shm");
    Process old(data.path(), runtime.path(), false);
    CHECK_THROWS_AS(Process(data.path(), runtime.path(), false), std::runtime_error);
    Process fresh(data.path(), runtime.path(), true);
    for (int listener = 0; listener < 20; ++listener) old.statistics.submit(fragment(listener, true));
    CHECK(old.downloads() == 0);

    old.statistics.standby();
    CHECK(old.requests() == 20);
    for (int listener = 0; listener < 10; ++listener) old.statistics.submit(fragment(listener, false));
    CHECK(old.statistics.waiting() == 10);
    fresh.statistics.resume();
    CHECK_THROWS_AS(old.statistics.resume(), std::runtime_error);
    old.statistics.forward(to(fresh.statistics, 3));  // a few at a time
    while (old.statistics.waiting() > 0) old.statistics.flush();
    CHECK(fresh.downloads() == 10);
    for (int listener = 10; listener < 20; ++listener) old.statistics.submit(fragment(listener, false));
    while (old.statistics.waiting() > 0) old.statistics.flush();
    fresh.statistics.submit(fragment(0, false));
    CHECK(fresh.downloads() == 20);
    CHECK(fresh.requests() == 20);
    CHECK(old.statistics.dropped() + fresh.statistics.dropped() == 0);
}

TEST_CASE("who was asked to step back and then is needed after all goes on counting") {
    const FolderUnder data("/tmp"), runtime("/dev/shm");
    Process old(data.path(), runtime.path(), false);
    old.statistics.submit(fragment(1, true));
    old.statistics.standby();
    old.statistics.submit(fragment(1, false));
    CHECK(old.downloads() == 0);
    old.statistics.forward([](std::span<const model::Delivery>) { return 0UL; });  // nobody there
    old.statistics.flush();
    CHECK(old.statistics.waiting() == 1);
    old.statistics.resume();
    CHECK(old.downloads() == 1);
    CHECK(old.statistics.waiting() == 0);
}

TEST_CASE("who asks for rules and warnings does not wait for a batch that is being handled") {
    const FolderUnder data("/dev/shm"), runtime("/dev/shm");
    Process process(data.path(), runtime.path(), false);
    process.statistics.standby();
    std::promise<void> handling, told;
    std::atomic<bool> told_meanwhile{false};
    process.statistics.forward([&](std::span<const model::Delivery> batch) {
        handling.set_value();
        told_meanwhile = told.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready;
        return batch.size();
    });
    process.statistics.submit(fragment(1, true));
    handling.get_future().wait();
    CHECK(process.statistics.shared_address_rules().most_per_address == 500);
    CHECK(process.statistics.warnings().empty());
    told.set_value();
    process.statistics.flush();
    CHECK(told_meanwhile);
}

}  // namespace earshot::tests
