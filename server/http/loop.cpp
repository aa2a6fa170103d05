#include "server/http/loop.hpp"

#include <utility>

namespace earshot::http {

void Loop::run() {
    while (!stopping || !sessions.empty()) {
        ready.wait(until_next_step());
        now = std::chrono::steady_clock::now();
        ready.dispatch();
        for (auto& step : std::exchange(soon_, {})) step();
        while (!alarms_.empty() && alarms_.begin()->first <= now) {
            const auto due = alarms_.extract(alarms_.begin());
            due.mapped()();
        }
    }
}

std::optional<std::chrono::nanoseconds> Loop::until_next_step() const {
    if (!soon_.empty()) return std::chrono::nanoseconds(0);
    if (alarms_.empty()) return std::nullopt;
    return alarms_.begin()->first - std::chrono::steady_clock::now();
}

void Loop::soon(Step step) {
    soon_.push_back(std::move(step));
}

Loop::Alarm Loop::at(SteadyTime time, Step step) {
    return alarms_.emplace(time, std::move(step));
}

void Loop::hurry(Alarm alarm) {
    soon(std::move(alarm->second));
    alarms_.erase(alarm);
}

std::string_view Loop::date() {
    const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (second != date_second_ || date_.empty()) {
        date_second_ = second;
        date_ = model::format_http_date(second);
    }
    return date_;
}

}  // namespace earshot::http
