#include "tests/analytics/room.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace earshot::tests {

namespace fs = std::filesystem;

FolderUnder::FolderUnder(const fs::path& parent) {
    std::string pattern = (parent / "earshot-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
}

FolderUnder::~FolderUnder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

Room::Room(const Options& options, const fs::path& parent) : options_(options), runtime_(parent), data_("/dev/shm") {
    set_clock("2026-11-01T00:00:00Z");
    start();
}

void Room::start() {
    database_ = std::make_unique<storage::Database>(storage::Database::Options{
        .file = data() / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false});
    second();
}

void Room::second() {
    statistics_ = std::make_unique<analytics::Statistics>(*database_,
                                                          analytics::StatisticsOptions{.runtime_dir = runtime(),
                                                                                       .lists = options_.lists,
                                                                                       .suppress_below = options_.suppress_below,
                                                                                       .most_waiting = options_.most_waiting,
                                                                                       .commit_every = options_.commit_every,
                                                                                       .long_journal = options_.long_journal},
                                                          [this] { return now(); });
}

void Room::restart() {
    stop();
    start();
}

void Room::restart(const Options& options) {
    options_ = options;
    restart();
}

model::Delivery Room::download(const std::string& episode, const char* time, const std::string& agent) {
    const int listener = ++listeners_;
    return {.time = *model::parse_rfc3339(time),
            .episode = {episode},
            .profile = "mp3",
            .address =
                "10." + std::to_string(listener >> 16) + "." + std::to_string(listener >> 8 & 255) + "." + std::to_string(listener & 255),
            .user_agent = agent,
            .method = "GET",
            .status = 200,
            .acknowledged = {{0, 7'200'000}},
            .file = {7'200'000, 4'096, 960'000}};
}

std::uint64_t Room::total(const std::string& episode) {
    return statistics().report({"2026-11-01", "2026-11-30", {{episode}}}).front().total.value.value_or(0);
}

fs::path Room::save_runtime() const {
    const auto saved = data_.path() / "saved";
    fs::create_directories(saved / "data");
    fs::copy(runtime(), saved / "runtime");
    for (const auto* name : {"statistics.db", "statistics.db-wal"}) {
        if (fs::exists(data() / name)) fs::copy(data() / name, saved / "data" / name);
    }
    return saved;
}

void Room::restore(const fs::path& saved) {
    stop();
    database_.reset();
    fs::remove_all(runtime());
    fs::copy(saved / "runtime", runtime());
    for (const auto* suffix : {"", "-wal", "-shm"}) fs::remove(data() / ("statistics.db" + std::string(suffix)));
    for (const auto& file : fs::directory_iterator(saved / "data")) fs::copy(file.path(), data() / file.path().filename());
}

bool Room::contains_other_than_zero(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return std::any_of(std::istreambuf_iterator<char>(in), {}, [](char c) { return c != 0; });
}

model::Delivery fragment(std::uint32_t listener, bool first) {
    model::Delivery delivery{.time = *model::parse_rfc3339(moment),
                             .episode = {"e1"},
                             .profile = "mp3",
                             .address = "10." + std::to_string(listener >> 16) + "." + std::to_string(listener >> 8 & 255) + "." +
                                        std::to_string(listener & 255),
                             .user_agent = "Overcast/3.0",
                             .method = "GET",
                             .status = 200,
                             .acknowledged = {{0, 500'000}},
                             .file = {7'200'000, 4'096, 960'000}};
    delivery.requests = first ? 1 : 0;
    if (!first) delivery.acknowledged = {{500'000, 7'200'000}};
    return delivery;
}

}  // namespace earshot::tests
