#pragma once
// Slows down guessing: from the fifth failure in a row on, a key (a sign-in name, a network) has to wait, 30 s at first and twice as long
// each time, up to 8 min. Lives in RAM only and forgets a key at the first try that anybody makes 10 min after its last failure.
// Thread-safe. Used by Accounts only.

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "content/model/time.hpp"

namespace earshot::storage {

class SignInThrottle {
public:
    explicit SignInThrottle(model::Clock clock) : clock_(std::move(clock)) {}

    // Counts a try as failed before it is made, so that many at once gain nothing. Returns how long to wait instead, if so.
    [[nodiscard]] std::optional<std::chrono::seconds> start_try(const std::string& key);
    void forgive(const std::string& key);    // the name signed in: start anew
    void take_back(const std::string& key);  // this one try was no failure
    [[nodiscard]] std::size_t size() const;  // keys that are remembered

private:
    struct Failures {
        unsigned count{};
        model::Timestamp last{};
    };
    model::Clock clock_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Failures> failures_;

    void forget_old(model::Timestamp now);
};

}  // namespace earshot::storage
