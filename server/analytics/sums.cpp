#include "server/analytics/sums.hpp"

#include "content/storage/statement.hpp"
#include "server/analytics/stored_sums.hpp"

namespace earshot::analytics {

namespace {

using storage::Statement;

void put(StoredSums& to, const std::unordered_map<std::uint64_t, std::int64_t>& downloads, const Terms& terms) {
    for (const auto& [key, count] : downloads) {
        const auto& context = terms.context_of(static_cast<std::uint32_t>(key >> 32));
        const auto& episode = terms.episode_name(context.episode);
        const auto hour = static_cast<Hour>(key & 0xffffffff);
        to.add_downloads(episode, hour, count);
        // By the day: who, in which hour, is nobody's business.
        for (std::size_t i = 0; i < context.values.size(); ++i)
            to.add_part(episode, hour / 24, dimensions()[i].name, context.values[i], count);
    }
}

void put(StoredSums& to, const HourCells& cells, const Terms& terms) {
    cells.each([&](std::uint32_t episode, Hour hour, const HourCells::Cell& cell) {
        const auto& name = terms.episode_name(episode);
        if (cell.bytes > 0) to.add_bytes(name, hour, static_cast<std::int64_t>(cell.bytes));
        for (std::size_t verdict = 0; verdict < verdicts; ++verdict) {
            if (const auto sum = cell.requests[verdict]; sum != 0)
                to.add_requests(name, hour, to_string(static_cast<Verdict>(verdict)), sum);
        }
    });
}

void put(StoredSums& to, const Reach& reach, const Terms& terms) {
    for (const auto& [number, sums] : reach) {
        const auto& version = terms.version_of(number);
        NumberedCounts parts;
        for (std::size_t part = 0; part < reach_parts; ++part) parts[static_cast<std::uint32_t>(part)] = sums.parts[part];
        to.add_reach(terms.episode_name(version.episode), version.bytes, sums.listens, parts);
    }
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

std::optional<Day> Sums::commit(storage::Database& database, const std::vector<JournalPosition>& positions) {
    StoredSums added;
    put(added, downloads_, terms_);
    put(added, cells_, terms_);
    put(added, reach_, terms_);
    database.write([&](soci::session& session) {
        added.save(session);
        save_positions(session, positions);
    });
    reach_.clear();
    downloads_.clear();
    cells_.clear();
    return added.first_day();
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
