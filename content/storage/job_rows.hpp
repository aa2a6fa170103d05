#pragma once
// How a job gets into its table, inside somebody's transaction. Used by the job queue and the catalogue only.

#include "content/model/error.hpp"
#include "content/model/job.hpp"

namespace soci {
class session;
}

namespace earshot::storage {

struct JobOrder {
    model::JobKind kind{model::JobKind::transcode};
    model::EpisodeId episode;
    model::MasterId master;
    std::string producer;
};
// As JobQueue::enqueue.
[[nodiscard]] model::Job queue_job(soci::session& session, const JobOrder& order, model::Timestamp now);

// rate_limited when this producer has `most` transcode jobs waiting or running for other episodes; 0: any number. `own`: it is this
// producer who asks, else another.
[[nodiscard]] model::Status check_share(soci::session& session, std::string_view producer, const model::EpisodeId& episode, unsigned most,
                                        bool own);

// Runs under this claim: neither cancelled nor taken over.
[[nodiscard]] bool holds_claim(soci::session& session, const model::JobId& id, std::string_view claim);
// As JobQueue::succeed; `reason`: what the producer should look at all the same.
void finish_job(soci::session& session, const model::JobId& id, std::string_view claim, model::Timestamp now, std::string_view reason = {});

}  // namespace earshot::storage
