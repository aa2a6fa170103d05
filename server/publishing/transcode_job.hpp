#pragma once
// The transcode job: the episode's current master → every rendition of the settings, checked, tagged and swapped in as one set.

#include "content/model/job.hpp"
#include "server/publishing/job_pulse.hpp"
#include "server/publishing/publisher.hpp"

namespace earshot::publishing {

// conflict: the job was cancelled, or its master is no longer the current one; nothing was changed. unavailable: the disk has no room just
// now, but will have when others are done; the sentence says so.
// Other errors are about the master: sentences for its producer. WorkerDied: nobody's fault yet, try again.
[[nodiscard]] WorkerPool::Outcome<void> run_transcode_job(Publisher::Rooms& rooms, Publisher& publisher, const config::Settings& settings,
                                                          const model::Clock& clock, const model::Job& job, JobPulse& pulse);

}  // namespace earshot::publishing
