#include "content/storage/promised_room.hpp"

#include "content/storage/statement.hpp"

namespace earshot::storage {

std::uint64_t promised_room(soci::session& session, model::Timestamp now, const model::JobId& besides) {
    constexpr std::chrono::hours on_its_way{1};
    std::uint64_t jobs = 0, uploads = 0;
    Statement of_jobs(session, "select sum(reserved_bytes) from jobs where state = 'running' and lease_until > :now and id <> :besides");
    (void)of_jobs.bind("now", now).bind("besides", besides.value).into(jobs).next();
    Statement of_uploads(session,
                         "select sum(byte_length - byte_offset) from uploads where object_key = '' and updated_at > :since "
                         "and expires_at > :now");
    (void)of_uploads.bind("since", now - on_its_way).bind("now", now).into(uploads).next();
    return jobs + uploads;
}

}  // namespace earshot::storage
