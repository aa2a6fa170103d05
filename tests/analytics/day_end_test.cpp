// When the day has ended nobody can find out who listened: not with the list of all thousand who might have, not with every file, not with
// the memory of the running server. While it runs, its key and what it keys are in memory that no dump contains.

#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>
#include <unordered_map>

#include "server/analytics/listener.hpp"
#include "tests/analytics/room.hpp"
#include "tests/support/catch.hpp"

namespace earshot::tests {

namespace {

using namespace analytics;

constexpr const char* episodes[] = {"01jd5x3q8v7k2m9n4p6r", "01jd5x3q8v7k2m9n4p6s"};
constexpr int known_listeners = 1'000, requests_each = 100;

struct Known {
    std::string address, agent;
};

std::vector<Known> everybody() {
    std::vector<Known> result;
    const char* agents[] = {"Overcast/3.0 (Canary", "AntennaPod/3.1.2 Canary",
                            "Mozilla/5.0 (Windows NT 10.0) Chrome/114.0 Safari/537.36 Canary"};
    for (int i = 0; i < known_listeners; ++i) {
        const auto number = std::to_string(i);
        result.push_back(
            {i % 3 == 0 ? "2001:db8:cafe:" + number + "::77" : "203.0." + std::to_string(i / 250) + "." + std::to_string(i % 250),
             agents[i % 3] + number});
    }
    return result;
}

// Another process that counts; its clock is ours to set.
class Counting {
public:
    Counting() {
        clock_ = static_cast<std::atomic<std::int64_t>*>(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
        set_clock("2026-11-23T22:00:00Z");
        REQUIRE((::pipe(orders_) == 0 && ::pipe(done_) == 0));
        child_ = ::fork();
        REQUIRE(child_ >= 0);
        if (child_ == 0) obey();
        ::close(orders_[0]);
        ::close(done_[1]);
    }
    ~Counting() {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        for (const int end : {orders_[1], done_[0]}) ::close(end);
        ::munmap(clock_, 4096);
    }
    Counting(const Counting&) = delete;
    void listen() { order('l'); }
    void flush() { order('f'); }
    void set_clock(const char* time) { *clock_ = model::parse_rfc3339(time)->time_since_epoch().count(); }
    [[nodiscard]] pid_t process() const { return child_; }
    [[nodiscard]] std::filesystem::path data() const { return data_.path(); }
    [[nodiscard]] std::filesystem::path runtime() const { return runtime_.path(); }

private:
    void order(char what) {
        REQUIRE(::write(orders_[1], &what, 1) == 1);
        REQUIRE(::read(done_[0], &what, 1) == 1);
    }
    [[noreturn]] void obey() {
        storage::Database database(
            {.file = data() / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false});
        Statistics statistics(database, {.runtime_dir = runtime()},
                              [this] { return model::Timestamp(std::chrono::milliseconds(*clock_)); });
        for (char what = 0; ::read(orders_[0], &what, 1) == 1;) {
            if (what == 'l') all_listen(statistics);
            statistics.flush();
            if (::write(done_[1], &what, 1) != 1) break;
        }
        ::_exit(0);
    }
    void all_listen(Statistics& statistics) const {
        const auto listeners = everybody();
        for (std::uint64_t piece = 0; piece < requests_each; ++piece) {
            for (std::size_t i = 0; i < listeners.size(); ++i) {
                model::Delivery delivery{
                    .time = model::Timestamp(std::chrono::milliseconds(*clock_)), .episode = {episodes[i % 2]}, .profile = "mp3"};
                delivery.address = listeners[i].address;
                delivery.user_agent = listeners[i].agent;
                delivery.method = "GET";
                delivery.status = 206;
                delivery.file = {7'200'000, 4'096, 960'000};
                delivery.acknowledged = {{piece * 70'000, (piece + 1) * 70'000}};
                statistics.submit(std::move(delivery));
            }
            statistics.settle();
        }
    }

    FolderUnder data_{"/dev/shm"}, runtime_{"/dev/shm"};
    std::atomic<std::int64_t>* clock_{};
    int orders_[2]{}, done_[2]{};
    pid_t child_{};
};

// What is looked for, found by its first eight bytes: random, so that nothing else begins alike.
class Needles {
public:
    void add(std::string_view bytes, const std::string& name) {
        std::uint64_t begin = 0;
        std::memcpy(&begin, bytes.data(), sizeof begin);
        needles_[begin] = {std::string(bytes), name};
        ++tops_[begin & 0xffff];
    }
    // Names of those in it; `where` is asked for the place of each.
    template <class Where>
    void look(std::string_view text, Where where) const {
        for (std::size_t at = 0; at + 8 <= text.size(); ++at) {
            std::uint64_t begin = 0;
            std::memcpy(&begin, text.data() + at, sizeof begin);
            if (tops_[begin & 0xffff] == 0) continue;
            const auto found = needles_.find(begin);
            if (found != needles_.end() && text.substr(at).starts_with(found->second.bytes)) where(at, found->second.name);
        }
    }

private:
    struct Needle {
        std::string bytes, name;
    };
    std::unordered_map<std::uint64_t, Needle> needles_;
    std::vector<int> tops_ = std::vector<int>(1 << 16);
};

using Finds = std::map<std::string, int>;

Finds in_files(const Needles& needles, std::initializer_list<std::filesystem::path> folders) {
    Finds finds;
    for (const auto& folder : folders) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            std::ifstream in(entry.path(), std::ios::binary);
            const std::string content{std::istreambuf_iterator<char>(in), {}};
            needles.look(content, [&](std::size_t, const std::string& name) { ++finds[name]; });
        }
    }
    return finds;
}

// In all memory the process may write to. `dumped`: what a core dump would hold of it.
struct InMemory {
    Finds all, dumped;
};
InMemory in_memory(const Needles& needles, pid_t process) {
    const auto proc = std::filesystem::path("/proc") / std::to_string(process);
    const int memory = ::open((proc / "mem").c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(memory >= 0);
    InMemory finds;
    std::ifstream maps(proc / "smaps");
    std::string line, content;
    for (bool writable = false; std::getline(maps, line);) {
        if (line.starts_with("VmFlags:")) {
            const bool dumped = line.find(" dd") == line.npos;
            needles.look(content, [&](std::size_t, const std::string& name) {
                ++finds.all[name];
                if (dumped) ++finds.dumped[name];
            });
            content.clear();
            continue;
        }
        std::uintptr_t begin = 0, end = 0;
        char dash = 0;
        std::string access;
        if (!(std::istringstream(line) >> std::hex >> begin >> dash >> end >> access) || dash != '-') continue;
        writable = access.starts_with("rw") || access.starts_with("r--p");
        if (!writable || end - begin > (std::uintptr_t{1} << 30)) continue;  // a sanitizer's notes are larger
        content.resize(end - begin);
        const auto got = ::pread(memory, content.data(), content.size(), static_cast<off_t>(begin));
        content.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    }
    ::close(memory);
    return finds;
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Whatever somebody could compute of all who might have listened: hashes without a key, or keyed with what is public.
Needles without_the_key() {
    Needles needles;
    for (const auto& one : everybody()) {
        for (const auto* episode : episodes) {
            for (const auto& text : {one.address + one.agent + episode, one.address + "|" + one.agent, one.address,
                                     one.address + "2026-11-23", std::string(ListenerAddress(one.address).bytes()) + one.agent + episode}) {
                std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
                const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
                ::crypto_hash_sha256(digest.data(), bytes, text.size());
                needles.add({reinterpret_cast<const char*>(digest.data()), 12}, "SHA-256");
                for (const std::string day : {"", "2026-11-23"}) {
                    std::array<unsigned char, crypto_auth_hmacsha256_KEYBYTES> key{};
                    std::copy(day.begin(), day.end(), key.begin());
                    ::crypto_auth_hmacsha256(digest.data(), bytes, text.size(), key.data());
                    needles.add({reinterpret_cast<const char*>(digest.data()), 12}, "HMAC");
                }
            }
        }
    }
    return needles;
}

}  // namespace

TEST_CASE("after the day nobody finds the thousand who listened, not with all that is left") {
    REQUIRE(::sodium_init() >= 0);
    Counting counting;
    counting.listen();
    const auto key_file = counting.runtime() / "day-2026-11-23.key";
    const auto key = text_of(key_file);
    REQUIRE(key.size() == 32);
    Needles key_alone, listeners;  // as one who had stolen the day's key would know them
    key_alone.add(key, "key");
    {
        const FolderUnder stolen("/dev/shm");
        std::filesystem::copy(key_file, stolen.path() / "key");
        const auto day = DayKey::in_file(stolen.path() / "key");
        for (const auto& one : everybody()) {
            for (const auto* episode : episodes) {
                const auto hash = day.of(ListenerAddress(one.address), one.agent, episode);
                listeners.add({reinterpret_cast<const char*>(hash.bytes.data()), hash.bytes.size()}, "listener");
            }
        }
    }
    const auto anybody = without_the_key();

    // On the day: there, and where it may be.
    CHECK(in_files(anybody, {counting.data(), counting.runtime()}).empty());
    CHECK(in_files(key_alone, {counting.data()}).empty());
    CHECK(in_files(listeners, {counting.data()}).empty());
    CHECK(in_files(listeners, {counting.runtime()})["listener"] >= known_listeners);
    auto memory = in_memory(key_alone, counting.process());
    CHECK(memory.all["key"] >= 1);
    CHECK(memory.dumped.empty());
    memory = in_memory(listeners, counting.process());
    CHECK(memory.all["listener"] >= known_listeners);
    CHECK(memory.dumped["listener"] <= 3);  // whoever is being counted

    counting.set_clock("2026-11-24T00:10:01Z");
    counting.flush();
    for (const auto& needles : {std::cref(key_alone), std::cref(listeners), std::cref(anybody)}) {
        CHECK(in_files(needles, {counting.data(), counting.runtime()}).empty());
        CHECK(in_memory(needles, counting.process()).all == Finds{});
    }
}

}  // namespace earshot::tests
