#pragma once
// Takes jobs from the queue and runs them through worker processes: settings.publishing.workers threads, each one job at a time.

#include <memory>
#include <string>

#include "config/settings.hpp"
#include "server/publishing/publisher.hpp"

namespace earshot::publishing {

class JobRunner {
public:
    // `node`: this installation's name in leases (stable across restarts of the same data folder, so that its own leftovers are requeued at start).
    JobRunner(Publisher::Rooms rooms, Publisher& publisher, const config::Settings& settings, std::string node);
    ~JobRunner();  // stop()
    void start();
    void stop();   // running workers are ended, their jobs go back to the queue
    void wake();   // something was queued: look now

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::publishing
