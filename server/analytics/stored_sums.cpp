#include "server/analytics/stored_sums.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <vector>

#include "content/storage/statement.hpp"

namespace earshot::analytics {

namespace json = boost::json;
using storage::Statement;

void StoredSums::add_downloads(std::string_view episode, Hour at, std::int64_t count) {
    auto& sums = day(episode, at / 24);
    sums.downloads += count;
    sums.hours[static_cast<std::uint32_t>(at % 24)] += count;
}

void StoredSums::add_part(std::string_view episode, Day at, std::string_view dimension, std::string_view value, std::int64_t count) {
    day(episode, at).parts[number(names_, {dimension, value})] += count;
}

void StoredSums::add_requests(std::string_view episode, Hour at, std::string_view reason, std::int64_t count) {
    const auto name = number(names_, {request_reasons, reason});
    day(episode, at / 24).requests[name] += count;
    hour(episode, at).requests[name] += count;
}

void StoredSums::add_bytes(std::string_view episode, Hour at, std::int64_t bytes) {
    day(episode, at / 24).bytes += bytes;
    hour(episode, at).bytes += bytes;
}

void StoredSums::add_reach(std::string_view episode, std::uint64_t audio_bytes, std::int64_t listens, const NumberedCounts& parts) {
    auto& sums = reach_[{number(episodes_, episode), audio_bytes}];
    sums.listens += listens;
    for (const auto& [part, count] : parts) sums.parts[part] += count;
}

// One save: texts to the database's numbers, what is there already, the sums of both. A statement each, with one parameter for all rows:
// a list of lists, read by their position.
class Saving {
public:
    Saving(soci::session& session, const StoredSums& added) : session_(session) {
        episodes_ =
            stored(added.episodes_, "insert into episodes (id) select value->>0 from json_each(:rows) where true on conflict do nothing",
                   "select r.value->>1, e.number from json_each(:rows) r cross join episodes e where e.id = r.value->>0",
                   [](std::string_view id) { return json::array{id}; });
        names_ = stored(added.names_,
                        "insert into names (dimension, name) select value->>0, value->>1 from json_each(:rows) where true "
                        "on conflict do nothing",
                        "select r.value->>2, n.number from json_each(:rows) r cross join names n "
                        "where n.dimension = r.value->>0 and n.name = r.value->>1",
                        [](const StoredSums::Name& name) { return json::array{name.first, name.second}; });
    }

    void days(std::map<std::pair<std::uint32_t, Day>, StoredSums::Of> days) {
        if (days.empty()) return;
        json::array keys, rows;
        std::vector<StoredSums::Of*> each;
        for (auto& [key, sums] : days) {
            sums.parts = numbered(sums.parts);
            sums.requests = numbered(sums.requests);
            keys.push_back(json::array{episodes_[key.first], key.second});
            each.push_back(&sums);
        }
        std::size_t at = 0;
        std::int64_t downloads = 0, bytes = 0;
        std::string hours, parts, requests;
        Statement there(session_,
                        "select k.key, d.downloads, d.bytes, d.hours, d.parts, d.requests from json_each(:keys) k cross join days d "
                        "where d.episode = k.value->>0 and d.day = k.value->>1");
        there.bind("keys", json::serialize(keys)).into(at).into(downloads).into(bytes).into(hours).into(parts).into(requests);
        while (there.next()) {
            auto& sums = *each.at(at);
            sums.downloads += downloads;
            sums.bytes += bytes;
            add(sums.hours, hours);
            add(sums.parts, parts);
            add(sums.requests, requests);
        }
        for (const auto& [key, sums] : days)
            rows.push_back(json::array{episodes_[key.first], key.second, sums.downloads, sums.bytes, packed(sums.hours), packed(sums.parts),
                                       packed(sums.requests)});
        run("insert into days (episode, day, downloads, bytes, hours, parts, requests) "
            "select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6 from json_each(:rows) where true "
            "on conflict (episode, day) do update set downloads = excluded.downloads, bytes = excluded.bytes, hours = excluded.hours, "
            "parts = excluded.parts, requests = excluded.requests",
            rows);
    }

    void hours(std::map<std::pair<std::uint32_t, Hour>, StoredSums::Of> hours) {
        if (hours.empty()) return;
        json::array keys, rows;
        std::vector<StoredSums::Of*> each;
        for (auto& [key, sums] : hours) {
            sums.requests = numbered(sums.requests);
            keys.push_back(json::array{episodes_[key.first], key.second});
            each.push_back(&sums);
        }
        std::size_t at = 0;
        std::int64_t bytes = 0;
        std::string requests;
        Statement there(session_,
                        "select k.key, h.bytes, h.requests from json_each(:keys) k cross join hours h "
                        "where h.episode = k.value->>0 and h.hour = k.value->>1");
        there.bind("keys", json::serialize(keys)).into(at).into(bytes).into(requests);
        while (there.next()) {
            each.at(at)->bytes += bytes;
            add(each.at(at)->requests, requests);
        }
        for (const auto& [key, sums] : hours)
            rows.push_back(json::array{episodes_[key.first], key.second, sums.bytes, packed(sums.requests)});
        run("insert into hours (episode, hour, bytes, requests) select value->>0, value->>1, value->>2, value->>3 from json_each(:rows) "
            "where true on conflict (episode, hour) do update set bytes = excluded.bytes, requests = excluded.requests",
            rows);
    }

    void reach(std::map<std::pair<std::uint32_t, std::uint64_t>, StoredSums::ReachOf> reach) {
        json::array rows;
        for (auto& [key, sums] : reach) {
            std::int64_t listens = 0;
            std::string parts;
            Statement there(session_, "select listens, parts from reach where episode = :episode and audio_bytes = :bytes");
            there.bind("episode", episodes_[key.first]).bind("bytes", key.second).into(listens).into(parts);
            if (there.next()) {
                sums.listens += listens;
                add(sums.parts, parts);
            }
            rows.push_back(json::array{episodes_[key.first], key.second, sums.listens, packed(sums.parts)});
        }
        run("insert into reach (episode, audio_bytes, listens, parts) "
            "select value->>0, value->>1, value->>2, value->>3 from json_each(:rows) where true "
            "on conflict (episode, audio_bytes) do update set listens = excluded.listens, parts = excluded.parts",
            rows);
    }

private:
    using Stored = std::vector<std::int64_t>;  // numbers in the database, by ours

    void run(const char* sql, const json::array& rows) {
        if (!rows.empty()) Statement(session_, sql).bind("rows", json::serialize(rows)).run();
    }

    template <class Numbers, class Row>
    Stored stored(const Numbers& numbers, const char* insert, const char* select, Row row) {
        json::array rows;
        for (const auto& [key, number] : numbers) {
            rows.push_back(row(key));
            rows.back().as_array().push_back(number);
        }
        run(insert, rows);
        Stored result(numbers.size());
        std::size_t ours = 0;
        std::int64_t number = 0;
        Statement found(session_, select);
        found.bind("rows", json::serialize(rows)).into(ours).into(number);
        while (found.next()) result.at(ours) = number;
        return result;
    }

    [[nodiscard]] NumberedCounts numbered(const NumberedCounts& counts) const {
        NumberedCounts result;
        for (const auto& [ours, count] : counts) result[static_cast<std::uint32_t>(names_[ours])] = count;
        return result;
    }

    soci::session& session_;
    Stored episodes_, names_;
};

std::optional<Day> StoredSums::first_day() const {
    std::optional<Day> first;
    for (const auto& [key, sums] : days_) first = std::min(first.value_or(key.second), key.second);
    return first;
}

void StoredSums::save(soci::session& session) const {
    Saving saving(session, *this);
    saving.days(days_);
    saving.hours(hours_);
    saving.reach(reach_);
}

void forget_hours(storage::Database& database, Day before) {
    database.write([&](soci::session& session) {
        Statement(session, "delete from hours where episode in (select number from episodes) and hour < :before")
            .bind("before", before * 24)
            .run();
    });
}

}  // namespace earshot::analytics
