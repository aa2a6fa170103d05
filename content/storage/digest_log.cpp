#include "content/storage/digest_log.hpp"

#include "content/storage/statement.hpp"

namespace earshot::storage {

namespace {

#define DIGEST_COLUMNS "select name, channel, last_day, sent, attempts, problem, tried_at from digests "

void put_into(Statement& rows, DigestEntry& entry) {
    rows.into(entry.name).into(entry.channel).into(entry.last_day).into(entry.sent).into(entry.attempts);
    rows.into(entry.problem).into(entry.tried_at);
}

std::optional<DigestEntry> read_entry(soci::session& session, std::string_view name, std::string_view channel) {
    DigestEntry entry;
    Statement row(session, DIGEST_COLUMNS "where name = :name and channel = :channel");
    row.bind("name", name).bind("channel", channel);
    put_into(row, entry);
    return row.next() ? std::optional(entry) : std::nullopt;
}

bool is_same(const std::optional<DigestEntry>& a, const std::optional<DigestEntry>& b) {
    if (!a || !b) return a.has_value() == b.has_value();
    return a->last_day == b->last_day && a->sent == b->sent && a->attempts == b->attempts;
}

}  // namespace

std::optional<DigestEntry> DigestLog::find(std::string_view name, std::string_view channel) const {
    std::optional<DigestEntry> found;
    database_.read([&](soci::session& session) { found = read_entry(session, name, channel); });
    return found;
}

std::vector<DigestEntry> DigestLog::list() const {
    std::vector<DigestEntry> result;
    database_.read([&](soci::session& session) {
        DigestEntry entry;
        Statement rows(session, DIGEST_COLUMNS "order by name, channel");
        put_into(rows, entry);
        while (rows.next()) result.push_back(entry);
    });
    return result;
}

bool DigestLog::replace(const std::optional<DigestEntry>& now, const DigestEntry& next) {
    bool replaced = false;
    database_.write([&](soci::session& session) {
        replaced = is_same(now, read_entry(session, next.name, next.channel));
        if (!replaced) return;
        Statement(session,
                  "insert into digests (name, channel, last_day, sent, attempts, problem, tried_at) "
                  "values (:name, :channel, :last_day, :sent, :attempts, :problem, :tried_at) "
                  "on conflict (name, channel) do update set last_day = excluded.last_day, sent = excluded.sent, "
                  "attempts = excluded.attempts, problem = excluded.problem, tried_at = excluded.tried_at")
            .bind("name", next.name)
            .bind("channel", next.channel)
            .bind("last_day", next.last_day)
            .bind("sent", next.sent)
            .bind("attempts", next.attempts)
            .bind("problem", next.problem)
            .bind("tried_at", next.tried_at)
            .run();
    });
    return replaced;
}

}  // namespace earshot::storage
