#pragma once
// The inside of a network thread: one wait for everything, then whose turn it is. Private to session*.cpp, loop.cpp and worker.cpp.

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "server/http/known_files.hpp"
#include "server/http/mailbox.hpp"
#include "server/http/outgoing.hpp"
#include "server/http/readiness.hpp"
#include "server/http/service.hpp"
#include "server/http/task.hpp"

namespace earshot::http {

using SteadyTime = std::chrono::steady_clock::time_point;

class Session;

struct Loop {
    using Step = std::move_only_function<void()>;
    using Alarm = std::multimap<SteadyTime, Step>::iterator;

    explicit Loop(Service& shared) : service(shared) {}
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void run();                             // until stopping, and the last connection has ended
    void soon(Step step);                   // in the next turn
    Alarm at(SteadyTime time, Step step);   // valid until its step begins
    void hurry(Alarm alarm);                // its step becomes one of the next turn
    [[nodiscard]] std::string_view date();  // now, as IMF-fixdate; made once a second

    // No locks inside: only this thread may touch it (see Mailbox).
    Service& service;
    Mailbox mailbox;
    ReadySet ready;
    std::unordered_set<Session*> sessions;
    FileMappings mappings;
    KnownFiles known;
    SteadyTime now{std::chrono::steady_clock::now()};  // of the present turn: for deadlines
    bool stopping{};
    SteadyTime drain_deadline{SteadyTime::max()};
    std::array<char, 32 * 1024> buffer{};  // for whoever receives right now; never across a suspension

private:
    [[nodiscard]] std::optional<std::chrono::nanoseconds> until_next_step() const;

    std::vector<Step> soon_;
    std::multimap<SteadyTime, Step> alarms_;
    std::string date_;
    std::chrono::sys_seconds date_second_{};
};

}  // namespace earshot::http
