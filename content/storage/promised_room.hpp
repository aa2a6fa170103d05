#pragma once
// Disk space that is taken in thought before it is taken: by running jobs for what they will write, by uploads on their way for what has
// not arrived. Used by the job queue and the uploads only, inside their transactions.

#include <cstdint>

#include "content/model/ids.hpp"
#include "content/model/time.hpp"

namespace soci {
class session;
}

namespace earshot::storage {

// In bytes, all but that job's. An upload that has not moved for an hour is not counted: nobody knows whether it ever will.
[[nodiscard]] std::uint64_t promised_room(soci::session& session, model::Timestamp now, const model::JobId& besides = {});

}  // namespace earshot::storage
