#pragma once
// How a job gets into its table, inside somebody's transaction. Used by the job queue and the catalogue only.

#include "content/model/job.hpp"

namespace soci {
class session;
}

namespace earshot::storage {

// As JobQueue::enqueue.
[[nodiscard]] model::Job queue_job(soci::session& session, model::JobKind kind, const model::EpisodeId& episode,
                                   const model::MasterId& master, model::Timestamp now);

}  // namespace earshot::storage
