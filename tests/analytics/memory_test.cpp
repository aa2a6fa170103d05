// What the process's memory holds of listeners: nothing of those who opted out, and nothing of anybody when a day has ended.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

#include "server/analytics/memo.hpp"
#include "server/analytics/runtime_folder.hpp"
#include "server/analytics/windows.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

using namespace analytics;

namespace {

struct Mapping {
    std::uintptr_t begin{}, end{};
    bool writable{};
};

Mapping mapping(const std::string& line) {
    Mapping result;
    char dash = 0;
    std::string access;
    std::istringstream(line) >> std::hex >> result.begin >> dash >> result.end >> access;
    result.writable = access.starts_with("rw");
    return result;
}

// How often this process's memory has one text right before another: as somebody who hashes both of them lays them out.
int laid_out(const std::string& one, const std::string& other) {
    static std::array<char, 1 << 20> room;  // what is looked at is copied here, which is not looked at
    const auto at_room = reinterpret_cast<std::uintptr_t>(room.data());
    const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    REQUIRE(memory >= 0);
    int found = 0;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        const auto [begin, end, writable] = mapping(line);
        if (!writable || end - begin > (std::uintptr_t{1} << 30)) continue;  // a sanitizer's notes are larger
        for (auto at = begin; at < end; at += room.size() / 2) {
            if (at + room.size() > at_room && at < at_room + room.size()) continue;
            const auto got = ::pread(memory, room.data(), std::min<std::size_t>(room.size(), end - at), static_cast<off_t>(at));
            const std::string_view text(room.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
            for (auto where = text.find(other); where < room.size() / 2 + one.size(); where = text.find(other, where + 1))
                found += where >= one.size() && text.substr(where - one.size(), one.size()) == one;
        }
    }
    ::close(memory);
    return found;
}

bool is_locked(const void* memory) {
    std::ifstream maps("/proc/self/smaps");
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        const auto at = mapping(line);
        if (at.end > at.begin)
            inside = at.begin <= reinterpret_cast<std::uintptr_t>(memory) && reinterpret_cast<std::uintptr_t>(memory) < at.end;
        if (inside && line.starts_with("VmFlags:")) return line.find(" lo") != std::string::npos;
    }
    return false;
}

// Sanitizers swallow mlock() and munlock(), though not mlock2().
bool can_lock() {
    auto* const control = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(::mlock(control, 4096) == 0);
    const bool locked = is_locked(control);
    ::munmap(control, 4096);
    return locked;
}

constexpr Day monday = 20'780;

model::Delivery from(std::string address, std::string agent) {
    model::Delivery delivery{.time = start_of(monday) + std::chrono::hours(10), .episode = {"e1"}, .profile = "mp3"};
    delivery.address = std::move(address);
    delivery.user_agent = std::move(agent);
    delivery.method = "GET";
    delivery.status = 200;
    delivery.file = {10'000, 100, 1'000};
    delivery.acknowledged = {{0, 10'000}};
    return delivery;
}

}  // namespace

TEST_CASE("nothing is hashed of who opted out, of staff and of a HEAD, not even ahead") {
    Terms terms;
    const auto recognition = Recognition::load({}).value();
    const auto before = from("198.51.100.71", "CanaryBefore/1.0");
    auto next = from("198.51.100.72", "CanaryNext/1.0");
    Windows windows(terms);
    windows.open(monday, DayKey::in_memory());
    Step step;
    bool hashed = false;
    SECTION("of others it is, and the search finds it") {
        hashed = true;
    }
    SECTION("opted out") {
        next.opted_out = true;
    }
    SECTION("staff") {
        next.preview = true;
    }
    SECTION("HEAD") {
        next.method = "HEAD";
    }
    windows.take(before, recognition, step, &next);
    CHECK(laid_out(before.address, before.user_agent) == (hashed ? 0 : 1));
    CHECK(laid_out(next.address, next.user_agent) == (hashed ? 1 : 0));
    windows.take(next, recognition, step);
    CHECK(laid_out(next.address, next.user_agent) == (hashed ? 1 : 0));
}

TEST_CASE("when a day is closed, nothing of its requests is left in memory") {
    Terms terms;
    const auto recognition = Recognition::load({}).value();
    auto longer = from("198.51.100.73", "CanaryOfOneDay/1.0 " + std::string(500, 'x'));
    longer.referrer = "https://canary.example/";
    const auto shorter = from("198.51.100.74", "Canary/2");
    Step step;
    {
        Windows windows(terms);
        windows.open(monday, DayKey::in_memory());
        windows.take(longer, recognition, step);
        CHECK(laid_out(longer.address, longer.user_agent) == 1);
        windows.take(shorter, recognition, step);
        CHECK(laid_out(longer.referrer, longer.episode.value) == 1);  // beyond what the shorter one has written over
        SECTION("as a day ends") {
            windows.close(monday);
            CHECK(laid_out(longer.referrer, longer.episode.value) == 0);
            CHECK(laid_out(shorter.address, shorter.user_agent) == 0);
        }
        SECTION("as the server does") {}
    }
    CHECK(laid_out(longer.referrer, longer.episode.value) == 0);
    for (const auto& delivery : {longer, shorter}) CHECK(laid_out(delivery.address, delivery.user_agent.substr(0, 8)) == 0);
}

TEST_CASE("what is remembered of requests is locked, and wiped with its key") {
    const auto delivery = from("198.51.100.75", "Canary/3");
    Memo memo;
    bool is_new = false;
    CHECK(memo.prepare());
    memo.keep(memo.of(delivery, monday, is_new));
    auto& found = memo.of(delivery, monday, is_new);
    CHECK_FALSE(is_new);
    const auto hash = found.hash;
    CHECK((is_locked(&found) || !can_lock()));
    memo.clear();
    CHECK(found.hash == Memo::Hash{});
    auto& again = memo.of(delivery, monday, is_new);
    CHECK(is_new);
    memo.keep(again);
    CHECK(again.hash != hash);
}

TEST_CASE("the day's tables are locked as they are used, and not what others get of their memory later") {
    const auto size = std::size_t{3} << 20;
    auto* const table = static_cast<char*>(analytics::allocate_private(size));
    table[size - 1] = 1;
    CHECK(is_locked(table));
    CHECK(is_locked(table + size - 1));
    CHECK(analytics::private_memory_is_locked());
    analytics::release_private(table, size);
    CHECK_FALSE((is_locked(table) && can_lock()));
}

TEST_CASE("what downloads had in common is forgotten with the last day that had it") {
    Terms terms;
    const auto episode = terms.episode("e1"), version = terms.version({episode, 9'900, 1'000});
    const auto with = [&](const char* app) { return Context{episode, version, {app, "London"}}; };
    terms.begin(monday);
    const auto of_both = terms.context(with("Antenna")), of_one = terms.context(with("Canary"));
    terms.begin(monday + 1);
    CHECK(terms.context(with("Antenna")) == of_both);
    terms.forget_contexts_before(monday + 1);
    CHECK(terms.context_of(of_one).values.empty());
    CHECK(terms.context(with("Antenna")) == of_both);
    CHECK(terms.context(with("Bat")) == of_one);  // its number is free
    terms.forget_contexts_before(monday + 2);
    CHECK(terms.context(with("Canary")) != terms.context(with("Bat")));
}

TEST_CASE("a machine that swaps is told apart from one whose server is kept out of it") {
    const TemporaryFolder folder;
    const auto& root = folder.path();
    const auto write = [&](const std::filesystem::path& file, const char* text) {
        std::filesystem::create_directories((root / file).parent_path());
        std::ofstream(root / file) << text;
    };
    CHECK_FALSE(analytics::may_be_swapped(root));  // nothing can be told
    write("proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n");
    write("proc/self/cgroup", "0::/system.slice/earshot.service\n");
    CHECK_FALSE(analytics::may_be_swapped(root));
    write("proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n/dev/sda2 partition 1000 0 -2\n");
    CHECK(analytics::may_be_swapped(root));
    write("sys/fs/cgroup/system.slice/memory.swap.max", "max\n");
    write("sys/fs/cgroup/system.slice/earshot.service/memory.swap.max", "max\n");
    CHECK(analytics::may_be_swapped(root));
    write("sys/fs/cgroup/system.slice/memory.swap.max", "0\n");
    CHECK_FALSE(analytics::may_be_swapped(root));
    write("sys/fs/cgroup/system.slice/memory.swap.max", "max\n");
    write("sys/fs/cgroup/system.slice/earshot.service/memory.swap.max", "0\n");
    CHECK_FALSE(analytics::may_be_swapped(root));
}

TEST_CASE("what was remembered of agents ends with the day") {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "bots.json") << R"({"entries":[{"name":"Sift","pattern":"^Sift/"}]})";
    const auto listed = Recognition::load({.agents = folder.path()}).value(), built_in = Recognition::load({}).value();
    const auto delivery = from("198.51.100.76", "Sift/2.0");
    Terms terms;
    Windows windows(terms);
    Step step;
    windows.open(monday, DayKey::in_memory());
    windows.take(delivery, listed, step);
    CHECK(step.settled == Verdict::bot);
    windows.close(monday);
    windows.open(monday, DayKey::in_memory());
    windows.take(delivery, built_in, step);
    CHECK_FALSE(step.settled);
}

}  // namespace earshot::tests
