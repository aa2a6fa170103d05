#include "server/analytics/sums.hpp"

#include <boost/json.hpp>

#include "content/storage/statement.hpp"

namespace earshot::analytics {

namespace {

namespace json = boost::json;
using storage::Statement;

// One parameter for all rows: a JSON list of lists.
template <class Map, class Row>
std::string rows(const Map& sums, Row row) {
    json::array result;
    result.reserve(sums.size());
    for (const auto& [key, sum] : sums) {
        if (sum != 0) result.push_back(row(key, sum));
    }
    return json::serialize(result);
}

void upsert(soci::session& session, const char* sql, const std::string& rows) {
    if (rows != "[]") Statement(session, sql).bind("rows", rows).run();
}

}  // namespace

void Sums::add(const Record& record, const Outcome& outcome) {
    if (record.bytes > 0) bytes_[{record.episode, record.hour}] += record.bytes;
    for (const auto& change : outcome.changes) requests_[{record.episode, change.hour, change.verdict}] += change.requests;
    if (!outcome.download) return;
    ++downloads_[{record.episode, std::string(all_downloads), record.hour, ""}];
    const auto day = record.hour / 24 * 24;  // who, in which hour, is nobody's business
    for (const auto& [dimension, value] : record.values) ++downloads_[{record.episode, dimension, day, value}];
}

void Sums::commit(storage::Database& database, const std::vector<JournalPosition>& positions) {
    const auto downloads = rows(downloads_, [](const auto& key, auto sum) {
        const auto& [episode, dimension, hour, value] = key;
        return json::array{episode, dimension, milliseconds(hour), value, sum};
    });
    const auto requests = rows(requests_, [](const auto& key, auto sum) {
        const auto& [episode, hour, verdict] = key;
        return json::array{episode, milliseconds(hour), to_string(verdict), sum};
    });
    const auto bytes = rows(bytes_, [](const auto& key, auto sum) {
        const auto& [episode, hour] = key;
        return json::array{episode, milliseconds(hour), sum};
    });
    database.write([&](soci::session& session) {
        upsert(session,
               "insert into downloads (episode, dimension, hour, value, downloads) "
               "select value->>0, value->>1, value->>2, value->>3, value->>4 from json_each(:rows) where true "
               "on conflict (episode, dimension, hour, value) do update set downloads = downloads.downloads + excluded.downloads",
               downloads);
        upsert(session,
               "insert into requests (episode, hour, reason, requests) "
               "select value->>0, value->>1, value->>2, value->>3 from json_each(:rows) where true "
               "on conflict (episode, hour, reason) do update set requests = requests.requests + excluded.requests",
               requests);
        upsert(session,
               "insert into bytes_served (episode, hour, bytes) select value->>0, value->>1, value->>2 from json_each(:rows) where true "
               "on conflict (episode, hour) do update set bytes = bytes_served.bytes + excluded.bytes",
               bytes);
        for (const auto& position : positions) {
            Statement(session,
                      "insert into journal_positions (journal, day, position) values (:journal, :day, :position) "
                      "on conflict (journal) do update set position = excluded.position")
                .bind("journal", position.journal)
                .bind("day", position.day)
                .bind("position", position.position)
                .run();
        }
    });
    downloads_.clear();
    requests_.clear();
    bytes_.clear();
}

std::map<std::string, std::uint64_t> journal_positions(storage::Database& database) {
    std::map<std::string, std::uint64_t> result;
    database.read([&](soci::session& session) {
        std::string journal;
        std::uint64_t position = 0;
        Statement query(session, "select journal, position from journal_positions");
        query.into(journal).into(position);
        while (query.next()) result[journal] = position;
    });
    return result;
}

void forget_journals(storage::Database& database, const std::vector<std::string>& journals) {
    if (journals.empty()) return;
    database.write([&](soci::session& session) {
        for (const auto& journal : journals)
            Statement(session, "delete from journal_positions where journal = :journal").bind("journal", journal).run();
    });
}

}  // namespace earshot::analytics
