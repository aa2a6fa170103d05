#pragma once
// Takes jobs from the queue and runs them through worker processes: settings.publishing.workers threads for recordings, each one job at a
// time, one for drafts of transcripts, and one, always, for new words of finished files. At start it also queues what a crash left without
// a job.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "server/publishing/publisher.hpp"

namespace earshot::publishing {

class JobRunner {
public:
    // `node`: this installation's name in leases (stable across restarts of the same data folder, so that its own leftovers are requeued at
    // start). `log`: what operators should know of a job that went wrong ("worker died: …"), with the job's id; never shown to producers.
    using Log = std::function<void(std::string_view job, std::string_view what)>;
    JobRunner(Publisher::Rooms rooms, Publisher& publisher, const config::Settings& settings, std::string node,
              model::Clock clock = model::system_now, Log log = {});
    ~JobRunner();  // stop()
    void start();
    void stop();  // running workers are ended, their jobs go back to the queue
    void wake();  // something was queued: look now

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::publishing
