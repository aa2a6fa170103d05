// From start to end: signals, successors, and the order in which things begin and stop.

#include <fmt/format.h>
#include <malloc.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>
#include <utility>

#include "server/analytics/runtime_folder.hpp"
#include "server/app_rooms.hpp"
#include "server/log.hpp"
#include "server/relaunch.hpp"
#include "server/systemd.hpp"

namespace earshot::app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{100};   // while transfers end
constexpr std::chrono::seconds last_deliveries{10};    // may wait that long for a process that counts them
constexpr std::chrono::seconds predecessors_grace{2};  // they have the same limit as we, but heard of it later
constexpr std::chrono::milliseconds lock_pause{20};    // a process that was killed keeps its locks for a moment
constexpr int lock_tries = 250;

void resume_counting(analytics::Statistics& statistics) {
    for (int tries = 1; true; ++tries) {
        try {
            return statistics.resume();
        } catch (const std::runtime_error&) {
            if (tries == lock_tries) throw;
            std::this_thread::sleep_for(lock_pause);
        }
    }
}

void log_reload(std::string_view what, const model::Status& loaded) {
    if (loaded)
        log(Level::info, fmt::format("{} read again", what));
    else
        log(Level::error, what, {{"problem", std::string_view(loaded.error().message)}});
}

}  // namespace

sigset_t App::signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR2, SIGHUP}) sigaddset(&set, signal);
    return set;
}

void App::start() {
    auto& rooms = *rooms_;
    (void)rooms.workers.check();
    if (predecessor_) {
        predecessor_->step_in();
        resume_counting(rooms.statistics);
    }
    rooms.succession.emplace(rooms.where.handover,
                             Succession::Office{
                                 .sockets = [&]() -> const std::vector<int>& { return rooms.server.listening(); },
                                 .step_back =
                                     [&] {
                                         rooms.runner.stop();
                                         rooms.housekeeping.stop();
                                         rooms.digests.stop();
                                         rooms.server.pause();
                                         rooms.follows.flush();
                                         rooms.statistics.standby();
                                     },
                                 .step_in =
                                     [&] {
                                         log(Level::warn, "the successor ended before it served");
                                         rooms.server.resume();
                                         resume_counting(rooms.statistics);
                                         rooms.runner.start();
                                         rooms.housekeeping.start();
                                         rooms.digests.start();
                                     },
                                 .count = [&](model::Delivery&& delivery) { rooms.statistics.submit(std::move(delivery)); },
                             });
    rooms.server.start();
    rooms.runner.start();
    rooms.housekeeping.start();
    rooms.digests.start();
    if (predecessor_) predecessor_->dismiss();
    predecessor_.reset();
    log(Level::info, "serving",
        {{"public_url", std::string_view(rooms.settings.server.public_url)}, {"port", static_cast<long long>(ports().front())}});
    for (const std::string& warning : rooms.statistics.warnings()) log(Level::warn, "counting", {{"warning", std::string_view(warning)}});
    if (analytics::may_be_swapped())
        log(Level::warn, "memory",
            {{"problem",
              "This machine swaps: what is remembered of today's listeners could come to a disk. Give the service MemorySwapMax=0 "
              "(the shipped unit has it), or turn swap off."}});
    if (const std::string problem = rooms.workers.problem(); !problem.empty())
        log(Level::warn, "sandbox", {{"problem", std::string_view(problem)}});
    ::malloc_trim(0);  // what reading a busy day's counting took goes back
    notify_systemd("READY=1");
}

struct App::Run {
    enum class Phase { serving, stopping, retired };

    explicit Run(Rooms& its_rooms) : rooms(its_rooms) {}
    void heed(int signal);
    void begin_stop();
    void retire();
    [[nodiscard]] bool goes_on() const;
    void finish();

    Rooms& rooms;
    Phase phase{Phase::serving};
    bool stop_wanted{};
    Clock::time_point end;  // of waiting for predecessors
};

void App::Run::heed(int signal) {
    if (signal == SIGUSR2) {
        if (phase == Phase::serving) relaunch();
        return;
    }
    if (signal == SIGHUP) {
        if (!rooms.settings.tls.listen.empty()) log_reload("certificate", rooms.server.reload_certificate());
        log_reload("counting lists", rooms.statistics.reload_lists());
        return;
    }
    stop_wanted = true;
    if (phase == Phase::retired) rooms.server.begin_stop(rooms.settings.server.drain_timeout);
}

void App::Run::begin_stop() {
    log(Level::info, "stopping");
    notify_systemd("STOPPING=1");
    phase = Phase::stopping;
    end = Clock::now() + rooms.settings.server.drain_timeout + predecessors_grace;
    for (const pid_t predecessor : rooms.succession->predecessors()) ::kill(predecessor, SIGTERM);
    rooms.server.begin_stop(rooms.settings.server.drain_timeout);
}

void App::Run::retire() {
    const auto successor = rooms.succession->successor();
    log(Level::info, "handed over", {{"successor", static_cast<long long>(successor)}});
    notify_systemd(fmt::format("MAINPID={}", successor));
    phase = Phase::retired;
    auto post = std::make_shared<DeliveryPost>(rooms.where.handover);
    static_cast<void>(post->send({}));  // so that the successor knows of us
    rooms.statistics.forward([post](std::span<const model::Delivery> deliveries) { return post->send(deliveries); });
    rooms.server.begin_stop(stop_wanted ? rooms.settings.server.drain_timeout : rooms.settings.server.handover_drain);
}

bool App::Run::goes_on() const {
    if (phase == Phase::serving || !rooms.server.stopped()) return true;
    return phase == Phase::stopping && !rooms.succession->predecessors().empty() && Clock::now() < end;
}

void App::Run::finish() {
    rooms.server.stop();
    rooms.runner.stop();
    rooms.housekeeping.stop();
    rooms.digests.stop();
    rooms.statistics.flush();
    const auto give_up = Clock::now() + last_deliveries;
    while (phase == Phase::retired && rooms.statistics.waiting() > 0 && Clock::now() < give_up) {
        std::this_thread::sleep_for(look_every);
        rooms.statistics.flush();
    }
    if (const auto lost = rooms.statistics.waiting(); lost > 0)
        log(Level::warn, "deliveries could not be counted", {{"deliveries", static_cast<long long>(lost)}});
    log(Level::info, "stopped");
}

void App::run() {
    const sigset_t set = signals();
    const http::Descriptor arriving(::signalfd(-1, &set, SFD_CLOEXEC));
    Run run(*rooms_);
    while (run.goes_on()) {
        pollfd signalled{.fd = arriving.get(), .events = POLLIN, .revents = 0};
        rooms_->succession->wait(signalled, run.phase == Run::Phase::serving ? std::chrono::hours(1) : look_every);
        signalfd_siginfo info{};
        if (signalled.revents != 0 && ::read(arriving.get(), &info, sizeof info) == sizeof info) run.heed(static_cast<int>(info.ssi_signo));
        if (run.phase != Run::Phase::serving) continue;
        const auto state = rooms_->succession->state();
        if (state == Succession::State::succeeded) run.retire();
        if (state == Succession::State::serving && run.stop_wanted) run.begin_stop();
    }
    run.finish();
}

}  // namespace earshot::app
