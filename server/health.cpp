#include "server/health.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace earshot::app {

http::Reply livez() {
    return http::text(200, "ok\n");
}

Readiness::Readiness(std::vector<HealthCheck> checks, std::chrono::milliseconds every, Tell tell)
    : checks_(std::move(checks)), every_(every), tell_(std::move(tell)), problems_(checks_.size()) {}

void Readiness::look() {
    for (std::size_t i = 0; i < checks_.size(); ++i) {
        std::string problem;
        try {
            problem = checks_[i].problem();
        } catch (const std::exception& error) {
            problem = error.what();
        }
        if (problem != problems_[i]) tell_(checks_[i].name, problem);
        problems_[i] = std::move(problem);
    }
}

http::Reply Readiness::reply() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (!looked_at_ || now - *looked_at_ >= every_) {
        look();
        looked_at_ = now;
    }
    boost::json::object found;
    bool ready = true;
    for (std::size_t i = 0; i < checks_.size(); ++i) {
        const bool fine = problems_[i].empty();
        ready = ready && (fine || !checks_[i].needed);
        found[checks_[i].name] = fine ? "ok" : checks_[i].needed ? "failed" : "warning";
    }
    boost::json::object body;
    body["ready"] = ready;
    body["checks"] = std::move(found);
    return http::json(ready ? 200 : 503, boost::json::serialize(body) + "\n");
}

}  // namespace earshot::app
