#include "content/storage/sign_in_throttle.hpp"

#include <algorithm>

namespace earshot::storage {

namespace {

constexpr unsigned free_tries = 5;
constexpr std::chrono::seconds first_wait(30), longest_wait(480), forget_after(600);
constexpr std::size_t most_keys = 10'000;

std::chrono::seconds wait_after(unsigned failures) {
    if (failures < free_tries) return std::chrono::seconds(0);
    return std::min(longest_wait, first_wait * (1U << std::min(failures - free_tries, 10U)));
}

}  // namespace

std::optional<std::chrono::seconds> SignInThrottle::start_try(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto now = clock_();
    forget_old(now);
    auto& entry = failures_[key];
    const auto until = entry.last + wait_after(entry.count);
    if (entry.count >= free_tries && now < until) return std::chrono::ceil<std::chrono::seconds>(until - now);
    ++entry.count;
    entry.last = now;
    return std::nullopt;
}

void SignInThrottle::forgive(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    failures_.erase(key);
}

void SignInThrottle::take_back(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = failures_.find(key);
    if (found != failures_.end() && --found->second.count == 0) failures_.erase(found);
}

std::size_t SignInThrottle::size() const {
    const std::scoped_lock lock(mutex_);
    return failures_.size();
}

void SignInThrottle::forget_old(model::Timestamp now) {
    for (auto& [key, entry] : failures_) entry.last = std::min(entry.last, now);  // a clock that was set back holds nobody up for longer
    std::erase_if(failures_, [&](const auto& entry) { return now - entry.second.last > forget_after; });
    if (failures_.size() >= most_keys) failures_.erase(failures_.begin());
}

}  // namespace earshot::storage
