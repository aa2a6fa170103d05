#pragma once
// Disk space that is taken in thought before it is taken: by running jobs for what they will write, by uploads on their way for what has
// not arrived. Used by the job queue and the uploads only, inside their transactions.

#include <cstdint>
#include <string_view>

#include "content/model/ids.hpp"
#include "content/model/time.hpp"

namespace soci {
class session;
}

namespace earshot::storage {

// In bytes, all but that job's. An upload that has not moved for an hour is not counted, nor one of which, but for its first two minutes,
// less than 10 kB came for each second since it was announced: nobody knows whether it ever will, and announcing one costs nothing.
[[nodiscard]] std::uint64_t promised_room(soci::session& session, model::Timestamp now, const model::JobId& besides = {});

// What of that is one owner's uploads.
struct UploadsUnderWay {
    unsigned count{};
    std::uint64_t bytes{};
};
[[nodiscard]] UploadsUnderWay uploads_under_way(soci::session& session, model::Timestamp now, std::string_view owner);

}  // namespace earshot::storage
