#include "server/analytics/sums.hpp"

#include <boost/json.hpp>
#include <tuple>

#include "content/storage/statement.hpp"

namespace earshot::analytics {

namespace {

namespace json = boost::json;
using storage::Statement;

void upsert(soci::session& session, const char* sql, const json::array& rows) {
    if (!rows.empty()) Statement(session, sql).bind("rows", json::serialize(rows)).run();  // one parameter for all: a list of lists
}

json::array rows_of(const std::unordered_map<std::uint64_t, std::int64_t>& downloads, const Terms& terms) {
    std::map<std::tuple<std::string_view, std::string_view, Hour, std::string_view>, std::int64_t> sums;
    for (const auto& [key, count] : downloads) {
        const auto& context = terms.context_of(static_cast<std::uint32_t>(key >> 32));
        const auto& episode = terms.episode_name(context.episode);
        const auto hour = static_cast<Hour>(key & 0xffffffff);
        const auto day = hour / 24 * 24;  // who, in which hour, is nobody's business
        sums[{episode, all_downloads, hour, ""}] += count;
        sums[{episode, downloads_of_day, day, ""}] += count;
        for (std::size_t i = 0; i < context.values.size(); ++i) sums[{episode, dimensions()[i].name, day, context.values[i]}] += count;
    }
    json::array rows;
    for (const auto& [key, sum] : sums) {
        const auto& [episode, dimension, hour, value] = key;
        rows.push_back(json::array{episode, dimension, milliseconds(hour), value, sum});
    }
    return rows;
}

json::array rows_of(const Reach& reach, const Terms& terms) {
    json::array rows;
    for (const auto& [number, sums] : reach) {
        const auto& version = terms.version_of(number);
        const auto& episode = terms.episode_name(version.episode);
        rows.push_back(json::array{episode, version.bytes, -1, sums.listens});
        for (std::size_t part = 0; part < reach_parts; ++part)
            if (sums.parts[part] > 0) rows.push_back(json::array{episode, version.bytes, part, sums.parts[part]});
    }
    return rows;
}

}  // namespace

void Sums::add(const Step& step) {
    add(step.episode, step.record.context, step.hour, step.outcome);
    if (step.bytes > 0) cells_.of(step.episode, step.hour).bytes += step.bytes;
}

void Sums::add(std::uint32_t episode, std::uint32_t context, Hour hour, const Outcome& outcome) {
    for (const auto& change : outcome.changes)
        cells_.of(episode, change.hour).requests[static_cast<std::size_t>(change.verdict)] += change.requests;
    if (outcome.download) ++downloads_[std::uint64_t{context} << 32 | static_cast<std::uint32_t>(hour)];
}

void Sums::add(const Reach& reach) {
    for (const auto& [version, sums] : reach) reach_[version] += sums;
}

void Sums::commit(storage::Database& database, const std::vector<JournalPosition>& positions) {
    const auto downloads = rows_of(downloads_, terms_), reach = rows_of(reach_, terms_);
    json::array requests, bytes;
    cells_.each([&](std::uint32_t episode, Hour hour, const HourCells::Cell& cell) {
        const auto& name = terms_.episode_name(episode);
        if (cell.bytes > 0) bytes.push_back(json::array{name, milliseconds(hour), cell.bytes});
        for (std::size_t verdict = 0; verdict < verdicts; ++verdict) {
            if (const auto sum = cell.requests[verdict]; sum != 0)
                requests.push_back(json::array{name, milliseconds(hour), to_string(static_cast<Verdict>(verdict)), sum});
        }
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
               "insert into request_days (episode, day, reason, requests) "
               "select value->>0, value->>1 / 86400000 * 86400000, value->>2, sum(value->>3) from json_each(:rows) where true "
               "group by 1, 2, 3 on conflict (episode, day, reason) do update set requests = request_days.requests + excluded.requests",
               requests);
        upsert(session,
               "insert into bytes_served (episode, hour, bytes) select value->>0, value->>1, value->>2 from json_each(:rows) where true "
               "on conflict (episode, hour) do update set bytes = bytes_served.bytes + excluded.bytes",
               bytes);
        upsert(session,
               "insert into reach (episode, audio_bytes, part, listens) "
               "select value->>0, value->>1, value->>2, value->>3 from json_each(:rows) where true "
               "on conflict (episode, audio_bytes, part) do update set listens = reach.listens + excluded.listens",
               reach);
        save_positions(session, positions);
    });
    reach_.clear();
    downloads_.clear();
    cells_.clear();
}

void save_positions(soci::session& session, const std::vector<JournalPosition>& positions) {
    for (const auto& position : positions) {
        Statement(session,
                  "insert into journal_positions (journal, day, position, in_reach) values (:journal, :day, :position, :in_reach) "
                  "on conflict (journal) do update set position = excluded.position, in_reach = excluded.in_reach")
            .bind("journal", position.journal)
            .bind("day", position.day)
            .bind("position", position.position)
            .bind("in_reach", position.in_reach ? 1 : 0)
            .run();
    }
}

std::map<std::string, JournalPosition> journal_positions(storage::Database& database) {
    std::map<std::string, JournalPosition> result;
    database.read([&](soci::session& session) {
        JournalPosition row;
        Statement query(session, "select journal, day, position, in_reach from journal_positions");
        query.into(row.journal).into(row.day).into(row.position).into(row.in_reach);
        while (query.next()) result[row.journal] = row;
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
