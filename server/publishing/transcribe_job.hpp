#pragma once
// The transcribe job: the main rendition → a draft of a transcript, by the operators' program.

#include "content/model/job.hpp"
#include "server/publishing/job_pulse.hpp"
#include "server/publishing/publisher.hpp"

namespace earshot::publishing {

// conflict: cancelled, or the audio or the settings are others by now; nothing was changed. unprocessable: what the program wrote is no
// transcript of this audio. WorkerDied: the program failed.
[[nodiscard]] WorkerPool::Outcome<void> run_transcribe_job(Publisher::Rooms& rooms, const config::Settings& settings, const model::Job& job,
                                                           JobPulse& pulse);

}  // namespace earshot::publishing
