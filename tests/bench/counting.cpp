// How many deliveries a second one thread counts, from the queue to the journal and the database: counting CASE DELIVERIES. Prints
// deliveries, seconds of that thread's processor time, bytes of the day's journal at its end, and the most memory that was held (KiB). What
// makes the deliveries is not measured.

#include <sys/resource.h>

#include <ctime>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/analytics/ledger.hpp"
#include "tests/analytics/room.hpp"

namespace {

using namespace earshot;

constexpr std::uint32_t listeners = 10'000;
constexpr std::uint64_t a_second = 16'000;  // of 128 kbit/s
constexpr const char* agents[] = {
    "Podcasts/1650.20 CFNetwork/1333.0.4 Darwin/21.5.0",
    "AppleCoreMedia/1.0.0.20F75 (iPhone; U; CPU OS 16_5 like Mac OS X; en_gb)",
    "Overcast/3.0 (+http://overcast.fm/; iOS podcast app)",
    "Pocket Casts/7.38 (Linux;Android 13) ExoPlayerLib/2.18.1",
    "AntennaPod/3.1.2",
    "Spotify/8.6.50 Android/29 (SM-A515F)",
    "PodcastAddict/v5 (+https://podcastaddict.com/; Android podcast app)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36",
};

double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

model::Delivery by(std::uint32_t listener, model::Timestamp time) {
    model::Delivery delivery{.time = time, .episode = {"01jd5x3q8v7k2m9n4p6r" + std::to_string(listener % 5)}, .profile = "mp3"};
    delivery.address =
        "10." + std::to_string(listener >> 16) + "." + std::to_string(listener >> 8 & 255) + "." + std::to_string(listener & 255);
    delivery.user_agent = agents[listener % std::size(agents)];
    delivery.method = "GET";
    delivery.status = 206;
    delivery.range = "bytes=0-";
    delivery.file = {57'600'000, 153'600, 960'000};
    return delivery;
}

// Each takes the second it is and which delivery of that second.
model::Delivery slow(std::uint32_t second, std::uint32_t number, model::Timestamp time) {
    auto delivery = by(number, time);
    delivery.acknowledged = {{153'600 + second * a_second, 153'600 + (second + 1) * a_second}};
    delivery.requests = second == 0 ? 1 : 0;
    return delivery;
}
model::Delivery ranges(std::uint32_t second, std::uint32_t number, model::Timestamp time) {
    auto delivery = slow(second, number, time);
    delivery.range = "bytes=" + std::to_string(delivery.acknowledged[0].begin) + "-" + std::to_string(delivery.acknowledged[0].end - 1);
    delivery.requests = 1;
    return delivery;
}
model::Delivery fresh(std::uint32_t second, std::uint32_t number, model::Timestamp time) {
    auto delivery = by(second * listeners + number, time);
    delivery.acknowledged = {{0, delivery.file.size}};
    return delivery;
}
model::Delivery bots(std::uint32_t second, std::uint32_t number, model::Timestamp time) {
    auto delivery = fresh(second, number, time);
    delivery.user_agent = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)";
    return delivery;
}

using Case = model::Delivery (*)(std::uint32_t, std::uint32_t, model::Timestamp);
Case case_named(const std::string& name) {
    if (name == "slow") return slow;
    if (name == "ranges") return ranges;
    if (name == "fresh") return fresh;
    if (name == "bots") return bots;
    throw std::runtime_error("slow, ranges, fresh or bots");
}

}  // namespace

int main(int count, char** words) {
    if (count != 3) return std::fprintf(stderr, "counting CASE DELIVERIES\n"), 2;
    const auto make = case_named(words[1]);
    const auto seconds = static_cast<std::uint32_t>(std::stoul(words[2]) / listeners);
    const tests::FolderUnder data("/dev/shm"), runtime("/dev/shm");
    storage::Database database(
        {.file = data.path() / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false});
    const auto recognition = analytics::Recognition::load({}).value();
    analytics::Warnings warnings;
    const auto start = *model::parse_rfc3339("2026-11-23T10:00:00Z");
    analytics::Ledger ledger(database, runtime.path(), warnings, start);
    double spent = 0;
    for (std::uint32_t second = 0; second < seconds; ++second) {
        const auto time = start + std::chrono::seconds(second);
        std::vector<model::Delivery> batch;
        batch.reserve(listeners);
        for (std::uint32_t number = 0; number < listeners; ++number) batch.push_back(make(second, number, time));
        const auto before = cpu_seconds();
        ledger.take_in(batch, recognition);
        batch.clear();
        ledger.commit();
        spent += cpu_seconds() - before;
    }
    for (const auto& warning : warnings.all()) std::fprintf(stderr, "%s\n", warning.c_str());
    std::uintmax_t journal = 0;
    for (const auto& file : std::filesystem::directory_iterator(runtime.path())) journal += file.file_size();
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::printf("%u %.3f %ju %ld\n", seconds * listeners, spent, journal, usage.ru_maxrss);
}
