// Delivered means acknowledged: clients that read a known number of bytes and vanish are credited with exactly what their kernels had
// taken.
#include <sys/socket.h>

#include <algorithm>
#include <future>
#include <thread>

#include "tests/http/file_station.hpp"
#include "tests/http/kernel_counts.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using model::Interval;

namespace {

constexpr std::size_t size = 4 << 20;
// TCP acknowledges every second segment at the latest; a reset takes the acknowledgement of what came since with it. Loopback has large
// ones.
constexpr std::uint64_t unacknowledged = 2 * 65'483;
constexpr int receive_buffer = 32 * 1024;  // asked for; the kernel keeps twice as much

const std::string& audio() {
    static const std::string bytes = pattern(size);
    return bytes;
}

model::OpenFilePtr audio_file() {
    static const TemporaryFolder folder;
    static const auto file = open_bytes(folder.path() / "a.mp3", audio());
    return file;
}

struct Station {
    Reports reports;
    std::unique_ptr<http::Server> server;

    Station() {
        std::vector<http::Route> routes{file_route("/a.mp3", audio_file, true)};
        server = std::make_unique<http::Server>(quick_options(), http::Router(std::move(routes), {}), reports.sink(), reports.log());
        server->start();
    }
    [[nodiscard]] std::uint16_t port() const { return server->ports().front(); }
};

struct Scene {
    std::string note, requests;
    std::vector<Interval> slices;  // of the file, in the order in which they are sent; no two touch
    std::size_t read;              // bytes of the stream that the client takes
};

std::vector<Scene> scenes() {
    return {
        {"a whole file", get("/a.mp3"), {{0, size}}, 700'000},
        {"a whole file, only the head read", get("/a.mp3"), {{0, size}}, 200},
        {"the rest of a file", get("/a.mp3", "Range: bytes=1500000-\r\n"), {{1'500'000, size}}, 555'555},
        {"a range that leaves in one piece", get("/a.mp3", "Range: bytes=100-900099\r\n"), {{100, 900'100}}, 300'000},
        {"several ranges, into the second",
         get("/a.mp3", "Range: bytes=3000000-3299999,0-999999,1500000-2499999\r\n"),
         {{3'000'000, 3'300'000}, {0, 1'000'000}, {1'500'000, 2'500'000}},
         600'000},
        {"pipelined, into the third",
         get("/a.mp3", "Range: bytes=0-99999\r\n") + request("HEAD", "/a.mp3") + get("/a.mp3", "Range: bytes=1000000-1099999\r\n") +
             get("/a.mp3", "If-None-Match: \"v1\"\r\n") + get("/a.mp3", "Range: bytes=2000000-\r\n"),
         {{0, 100'000}, {1'000'000, 1'100'000}, {2'000'000, size}},
         400'000},
    };
}

// Where in the stream each slice begins: from a client that reads all of it. Heads have the same length for everybody.
std::vector<std::size_t> places_of(const Scene& scene) {
    Station station;
    WireClient client(station.port());
    client.send(scene.requests);
    client.half_close();
    const auto stream = client.read_to_end();
    std::vector<std::size_t> places;
    std::size_t from = 0;
    for (const auto& slice : scene.slices) {
        const auto text = std::string_view(audio()).substr(slice.begin, slice.end - slice.begin);
        from = stream.find(text, from);
        REQUIRE(from != std::string::npos);
        places.push_back(from);
        from += text.size();
    }
    return places;
}

// The file's bytes among the first `received` of the stream.
std::vector<Interval> expected(const Scene& scene, const std::vector<std::size_t>& places, std::uint64_t received) {
    std::vector<Interval> found;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto& slice = scene.slices[i];
        const auto length = std::min<std::uint64_t>(received - std::min<std::uint64_t>(received, places[i]), slice.end - slice.begin);
        if (length > 0) found.push_back({slice.begin, slice.begin + length});
    }
    std::ranges::sort(found, {}, &Interval::begin);
    return found;
}

// All fragments together, joined where one goes on where another ended. They may not overlap.
std::vector<Interval> reported(const std::vector<model::Delivery>& deliveries) {
    std::vector<Interval> all, joined;
    for (const auto& delivery : deliveries) all.insert(all.end(), delivery.acknowledged.begin(), delivery.acknowledged.end());
    std::ranges::sort(all, {}, &Interval::begin);
    for (const auto& interval : all) {
        if (!joined.empty() && joined.back().end == interval.begin) {
            joined.back().end = interval.end;
        } else {
            joined.push_back(interval);
        }
    }
    return joined;
}

// Until the client's window is full and every byte in it is acknowledged and reported.
std::uint64_t settled(Station& station, const WireClient& client, const Scene& scene, const std::vector<std::size_t>& places) {
    std::uint64_t before = 0;
    for (int calm = 0; calm < 5;) {
        const auto now = received_bytes(client.descriptor());
        static_cast<void>(station.reports.wait(
            [&](const auto& all) { return reported(all) == expected(scene, places, now) || received_bytes(client.descriptor()) != now; }));
        calm = now == before ? calm + 1 : 0;
        before = now;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return before;
}

enum class Leaving { close_with_unread, reset, half_close, shut_both };

void leave(WireClient& client, Leaving way) {
    if (way == Leaving::reset) client.reset();
    if (way == Leaving::half_close) client.half_close();
    if (way == Leaving::shut_both) ::shutdown(client.descriptor(), SHUT_RDWR);
    client.close();
}

struct Outcome {
    std::string note;
    std::uint64_t taken{}, received{}, buffer{};  // by the application; by its kernel; at most held by the kernel
    std::vector<Interval> reported, at_least, exactly, at_most;
};

Outcome play(const Scene& scene, Leaving way, const std::vector<std::size_t>& places, bool wait) {
    Station station;
    Outcome outcome{.note = scene.note + ", leaving in way " + std::to_string(static_cast<int>(way))};
    {
        WireClient client(station.port(), receive_buffer);
        client.send(scene.requests);
        static_cast<void>(client.read_exactly(scene.read));
        if (wait) outcome.received = settled(station, client, scene, places);
        outcome.taken = client.taken();
        outcome.buffer = receive_buffer_bytes(client.descriptor());
        leave(client, way);
    }
    station.server->stop();
    outcome.reported = reported(station.reports.deliveries());
    outcome.at_least = expected(scene, places, outcome.taken - std::min(outcome.taken, unacknowledged));
    outcome.exactly = expected(scene, places, outcome.received);
    outcome.at_most = expected(scene, places, outcome.taken + outcome.buffer);
    return outcome;
}

// All scenes at once: most of the time is spent waiting for the kernel's timers.
std::vector<Outcome> play_all(bool wait) {
    std::vector<std::future<Outcome>> running;
    for (const auto& scene : scenes()) {
        const auto places = places_of(scene);
        for (const auto way : {Leaving::close_with_unread, Leaving::reset, Leaving::half_close, Leaving::shut_both})
            running.push_back(std::async(std::launch::async, play, scene, way, places, wait));
    }
    std::vector<Outcome> outcomes;
    for (auto& one : running) outcomes.push_back(one.get());
    return outcomes;
}

std::uint64_t sum(const std::vector<Interval>& intervals) {
    std::uint64_t bytes = 0;
    for (const auto& interval : intervals) bytes += interval.end - interval.begin;
    return bytes;
}

}  // namespace

TEST_CASE("what is reported is what the client's kernel acknowledged, to the byte") {
    for (const auto& outcome : play_all(true)) {
        INFO(outcome.note);
        CHECK(outcome.reported == outcome.exactly);
        CHECK(outcome.received >= outcome.taken);
        CHECK(outcome.received <= outcome.taken + outcome.buffer);
    }
}

TEST_CASE("a client that vanishes in full flow is credited with what it read and no more than its kernel can hold besides") {
    for (const auto& outcome : play_all(false)) {
        INFO(outcome.note);
        CHECK(sum(outcome.reported) >= sum(outcome.at_least));
        CHECK(sum(outcome.reported) <= sum(outcome.at_most));
    }
}

TEST_CASE("who reads on after saying that nothing more will be asked is credited with all of it") {
    Station station;
    WireClient client(station.port(), receive_buffer);
    client.send(get("/a.mp3"));
    client.half_close();
    CHECK(client.read_to_end().ends_with(audio()));
    client.close();
    station.server->stop();
    CHECK(reported(station.reports.deliveries()) == std::vector{Interval{0, size}});
}
