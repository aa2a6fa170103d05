#include "content/storage/promised_room.hpp"

#include "content/storage/statement.hpp"

namespace earshot::storage {

namespace {

constexpr std::chrono::hours on_its_way{1};
constexpr std::chrono::minutes until_its_first_bytes{2};
// Far less than a line to the Internet sends, or a byte now and then would keep the room from everybody. Reckoned for an hour at most: who
// goes on after a night has not been slow.
constexpr std::uint64_t least_bytes_a_millisecond = 10;

#define UPLOADS_UNDER_WAY                                                                                                        \
    "from uploads where object_key = '' and updated_at > :since and byte_offset > min(:begun - created_at, :pause) * :pace and " \
    "expires_at > :now "

void bind_times(Statement& statement, model::Timestamp now) {
    statement.bind("since", now - on_its_way)
        .bind("begun", now - until_its_first_bytes)
        .bind("pace", least_bytes_a_millisecond)
        .bind("pause", std::chrono::milliseconds(on_its_way).count())
        .bind("now", now);
}

}  // namespace

std::uint64_t promised_room(soci::session& session, model::Timestamp now, const model::JobId& besides) {
    std::uint64_t jobs = 0, uploads = 0;
    Statement of_jobs(session, "select sum(reserved_bytes) from jobs where state = 'running' and lease_until > :now and id <> :besides");
    (void)of_jobs.bind("now", now).bind("besides", besides.value).into(jobs).next();
    Statement of_uploads(session, "select sum(byte_length - byte_offset) " UPLOADS_UNDER_WAY);
    bind_times(of_uploads, now);
    (void)of_uploads.into(uploads).next();
    return jobs + uploads;
}

UploadsUnderWay uploads_under_way(soci::session& session, model::Timestamp now, std::string_view owner) {
    UploadsUnderWay uploads;
    Statement query(session, "select count(*), sum(byte_length - byte_offset) " UPLOADS_UNDER_WAY "and owner = :owner");
    bind_times(query, now);
    (void)query.bind("owner", owner).into(uploads.count).into(uploads.bytes).next();
    return uploads;
}

}  // namespace earshot::storage
