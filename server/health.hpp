#pragma once
// /livez: the event loop answers. /readyz: each thing the server depends on, tried at most once in some seconds however often it is asked.

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/http/message.hpp"

namespace earshot::app {

struct HealthCheck {
    std::string name;
    bool needed;                           // without it nothing can be served or counted: 503. Else only part of the work suffers
    std::function<std::string()> problem;  // empty: fine; else a sentence
};

[[nodiscard]] http::Reply livez();

class Readiness {
public:
    using Tell = std::function<void(const std::string& name, const std::string& problem)>;
    // `tell` hears each problem once, when it comes up or changes ("" when it is gone).
    Readiness(std::vector<HealthCheck> checks, std::chrono::milliseconds every, Tell tell);

    // {"ready":true,"checks":{"disk":"warning",…}}: 200, or 503 when something needed has failed. Names and words only: anybody may ask;
    // the sentences are the log's. Blocking, thread-safe.
    [[nodiscard]] http::Reply reply();

private:
    void look();

    std::vector<HealthCheck> checks_;
    std::chrono::milliseconds every_;
    Tell tell_;
    std::mutex mutex_;
    std::optional<std::chrono::steady_clock::time_point> looked_at_;
    std::vector<std::string> problems_;  // in the order of the checks
};

}  // namespace earshot::app
