#include <sys/eventfd.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "server/http/readiness.hpp"
#include "server/http/task.hpp"
#include "tests/support/catch.hpp"

using namespace earshot::http;

namespace {

struct Told final : Watched {
    Descriptor bell{::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::function<void()> then;
    int times{};
    void ready(std::uint32_t) override {
        ++times;
        if (then) then();
    }
};

Task<int> doubled(int number) {
    if (number < 0) throw std::invalid_argument("negative");
    co_return number * 2;
}

Task<int> sum(int most) {
    int all = 0;
    for (int number = 1; number <= most; ++number) all += co_await doubled(number);
    co_return all;
}

Detached keep(Task<int> task, int& result, std::string& fault) {
    try {
        result = co_await std::move(task);
    } catch (const std::invalid_argument& error) {
        fault = error.what();
    }
}

}  // namespace

TEST_CASE("who leaves the set is not told of what came in the same wait, and may be gone") {
    ReadySet set;
    auto first = std::make_unique<Told>(), second = std::make_unique<Told>();
    int told = 0;
    // Whichever comes first takes the other away: the order is the kernel's.
    const auto takes_away = [&](std::unique_ptr<Told>& other) {
        return [&] {
            ++told;
            if (!other) return;
            set.leave(other->bell.get(), *other);
            other.reset();
        };
    };
    first->then = takes_away(second);
    second->then = takes_away(first);
    set.enter(first->bell.get(), *first, ReadySet::Trigger::level);
    set.enter(second->bell.get(), *second, ReadySet::Trigger::level);
    set.wait(std::nullopt);
    set.dispatch();
    CHECK(told == 1);
    CHECK((first == nullptr) != (second == nullptr));
}

TEST_CASE("a task gives its value or its fault to whoever awaits it, as deep as it goes") {
    int result = 0;
    std::string fault;
    keep(sum(40'000), result, fault);  // not a stack frame each
    CHECK(result == 40'000 * 40'001);
    keep(doubled(-1), result, fault);
    CHECK(fault == "negative");
}
