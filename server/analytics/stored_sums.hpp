#pragma once
// Additions to the sums in statistics.db: a row for each day of an episode, another for each of its hours, counts packed by number
// (content/storage/migrations/statistics/0005_days.sql). Collected by name, then saved together.

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "content/storage/database.hpp"
#include "server/analytics/day.hpp"
#include "server/analytics/packed_counts.hpp"

namespace earshot::analytics {

constexpr std::string_view request_reasons = "reason";  // in `names`, beside the dimensions: what became of a request

// Texts that are given must stay where they are until save().
class StoredSums {
public:
    void add_downloads(std::string_view episode, Hour hour, std::int64_t count);
    // How a day's downloads break down; the values of a dimension should add up to them.
    void add_part(std::string_view episode, Day day, std::string_view dimension, std::string_view value, std::int64_t count);
    void add_requests(std::string_view episode, Hour hour, std::string_view reason, std::int64_t count);
    void add_bytes(std::string_view episode, Hour hour, std::int64_t bytes);
    void add_reach(std::string_view episode, std::uint64_t audio_bytes, std::int64_t listens, const NumberedCounts& parts);

    [[nodiscard]] std::optional<Day> first_day() const;  // of days, not of reach

    // Adds all of it to what is there, inside the caller's transaction.
    void save(soci::session& session) const;

private:
    using Name = std::pair<std::string_view, std::string_view>;  // dimension and value
    template <class Key>
    using Numbers = std::map<Key, std::uint32_t>;

    struct Of {
        std::int64_t downloads{}, bytes{};
        NumberedCounts hours, parts, requests;  // the last two by number in names_
    };
    struct ReachOf {
        std::int64_t listens{};
        NumberedCounts parts;
    };
    Of& day(std::string_view episode, Day day) { return days_[{number(episodes_, episode), day}]; }
    Of& hour(std::string_view episode, Hour hour) { return hours_[{number(episodes_, episode), hour}]; }
    template <class Key>
    static std::uint32_t number(Numbers<Key>& numbers, const Key& key) {
        return numbers.try_emplace(key, static_cast<std::uint32_t>(numbers.size())).first->second;
    }

    Numbers<std::string_view> episodes_;
    Numbers<Name> names_;
    std::map<std::pair<std::uint32_t, Day>, Of> days_;
    std::map<std::pair<std::uint32_t, Hour>, Of> hours_;
    std::map<std::pair<std::uint32_t, std::uint64_t>, ReachOf> reach_;

    friend class Saving;
};

// Of days before that only the day's sums are left.
void forget_hours(storage::Database& database, Day before);

}  // namespace earshot::analytics
