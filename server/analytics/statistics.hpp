#pragma once
// Counting downloads while the server runs: deliveries in, hourly sums in statistics.db out. Nothing about a listener ever reaches a disk:
// the day's random key and de-duplication set live in RAM and in a RAM-backed folder, and both die at the UTC day's end.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "content/model/delivery.hpp"
#include "content/model/ids.hpp"
#include "content/model/time.hpp"
#include "content/storage/database.hpp"
#include "server/analytics/recognition.hpp"

namespace earshot::analytics {

struct StatisticsOptions {
    std::filesystem::path runtime_dir;                 // RAM-backed (tmpfs); when it is not, a warning is given and nothing is kept in it
    ListFiles lists;                                   // of agents, networks, countries
    std::shared_ptr<const Recognition> recognition{};  // when given, instead of what the lists say
    unsigned suppress_below{10};
    std::chrono::days keep_hours{92};   // how long requests are known by the hour, back from today; then by the day
    std::size_t most_waiting{1 << 17};  // deliveries in the queue; more are dropped and counted
    std::chrono::milliseconds commit_every{1000};
    std::uint64_t long_journal{64 << 20};  // bytes of a day's journal from which on it is written anew, shorter
    bool standby{};                        // another process still counts in runtime_dir: begin as after standby()
};

class Statistics {
public:
    // Rebuilds today's state from the runtime folder; sums not yet committed are committed once, none twice. Throws std::runtime_error with
    // a sentence when a file of lists is wrong or the runtime folder cannot be used: the server must then not start.
    Statistics(storage::Database& database, StatisticsOptions options, model::Clock clock);
    ~Statistics();  // flushes

    void submit(model::Delivery&& delivery) noexcept;  // thread-safe, never blocks; a full queue drops and counts the drop
    void settle();                                     // everything submitted so far is in the journal: safe from kill -9
    void flush();  // everything submitted so far is in the database (tests, graceful stop), or warnings() says why not

    // Reads the files of lists again; what is counted from now on goes by them. When one cannot be used all stay as they were.
    [[nodiscard]] model::Status reload_lists();
    [[nodiscard]] std::shared_ptr<const Recognition> recognition() const;  // by which is counted now
    [[nodiscard]] model::Timestamp lists_since() const;                    // when that was read

    // How shared addresses and floods are treated, for everybody who sees a figure.
    struct SharedAddressRules {
        std::uint32_t most_per_address{};  // 0: any number
        std::size_t entries{}, overdue{};  // on the list of those that may have more; of these, past their review
        std::string oldest_review;         // day; "" without entries
    };
    [[nodiscard]] SharedAddressRules shared_address_rules() const;

    // One process counts in a runtime folder; these pass that on. One thread at a time.
    void standby();  // commits everything and lets go of the folder; deliveries wait in the queue from now on
    void resume();   // counts here again; throws like the constructor
    // After standby(): deliveries, the waiting ones first, go to another process. `successor` is called on the counting thread and returns
    // how many it took, from the front; the others are offered again after commit_every, or at the next flush().
    using Successor = std::function<std::size_t(std::span<const model::Delivery>)>;
    void forward(Successor successor);
    [[nodiscard]] std::size_t waiting() const;  // deliveries neither counted nor forwarded yet

    [[nodiscard]] std::uint64_t dropped() const noexcept;
    [[nodiscard]] std::vector<std::string> warnings() const;  // sentences for the operator: folder not in memory, database refuses, …

    // A figure people may look at. value empty: more than 0 but fewer than suppress_below ("fewer than 10").
    // Suppression is of cells (an episode's day, and there a reason or an app); every other figure is a sum of cells that are shown, so
    // that no two queries can be subtracted to find a hidden one. Of a day that is not closed yet (today; yesterday until 00:10 UTC)
    // figures are rounded down to a multiple of suppress_below, cell by cell, so that nobody can watch a single listener come.
    struct Figure {
        std::optional<std::uint64_t> value{0};
        bool operator==(const Figure&) const = default;
    };
    struct DayRow {
        std::string day;  // "2026-11-24", UTC
        Figure downloads;
    };
    struct EpisodeReport {
        model::EpisodeId episode;
        std::vector<DayRow> days;  // every day of the period, ascending
        Figure total;              // sum of the days that are shown, so that nothing hidden can be computed by subtraction
        bool total_is_partial{};   // some days are hidden
    };
    struct Query {
        std::string first_day, last_day;         // inclusive UTC days, at most 366
        std::vector<model::EpisodeId> episodes;  // in the order wanted
        struct Only {
            std::string dimension, value;  // of dimensions(); empty: all downloads
        } only{};  // Of downloads by one app, in one country, …: what a breakdown shows of each day. None of days that are not closed.
    };
    [[nodiscard]] std::vector<EpisodeReport> report(const Query& query);

    // The same, bare: quick for many episodes.
    struct Total {
        std::uint64_t shown{};
        bool is_partial{};      // some cells are hidden
        bool is_rounded{};      // some still change and come in steps: when nothing is shown, there may be fewer than suppress_below
        std::uint64_t vague{};  // how many cells may be more than they show, each by less than suppress_below
        bool is_unbounded{};    // some may be more by any number
        bool is_of_several{};   // episodes: what is hidden of a day may add up to any number
    };
    struct Grid {
        std::vector<std::string> days;              // of the period, ascending
        std::vector<std::vector<Figure>> episodes;  // as in the query, each by days
        std::size_t closed{};                       // how many of the days are over; of the others nothing counts as hidden in sums
        bool is_part{};                             // one value of a dimension: none and hidden, of any size, look alike
        [[nodiscard]] Total sum(std::size_t episode, std::size_t first, std::size_t past) const;   // of days by their position
        [[nodiscard]] Total sum(std::size_t first, std::size_t past) const;                        // of all episodes
        [[nodiscard]] Grid part(const std::string& first_day, const std::string& last_day) const;  // which must be among its days
    };
    [[nodiscard]] Grid grid(const Query& query);

    // The UTC day that runs, until now, its cells being hours of episodes; each is rounded down to a multiple of suppress_below.
    struct Today {
        std::string day;
        std::vector<std::uint64_t> hours;  // from 0 UTC to the one that runs
        Total all;                         // of the day's own cells, so not the sum of its hours; never exact
    };
    [[nodiscard]] Today today(const std::vector<model::EpisodeId>& episodes);

    // Downloads by the episode's age in days of 24 hours, counted from the full hour in which it was published. They are the sum of the UTC
    // days that are over by then and, of the day in which that moment falls, the part before it rounded down to a multiple of
    // suppress_below: so that no hidden hour can be computed from them.
    struct Published {
        model::EpisodeId episode;
        model::Timestamp at{};
    };
    struct Ages {
        std::vector<Total> after;  // [n]: in its first n + 1 days, as far as they have passed
        Total so_far;              // since the episode exists, today included
    };
    [[nodiscard]] std::vector<Ages> ages(const std::vector<Published>& episodes, std::size_t days = 28);

    // How many of the listens counted on closed days got each of 240 equal parts of the audio: delivered, not heard. Of the versions of the
    // audio that are given by their length in bytes. All are rounded down to multiples of suppress_below; empty when there are fewer.
    struct ReachReport {
        std::uint64_t listens{};
        std::vector<std::uint64_t> parts;
    };
    [[nodiscard]] std::optional<ReachReport> reach(const model::EpisodeId& episode, const std::vector<std::uint64_t>& audio_bytes);
    // The first day that is not closed yet, when the query reaches it and its figures are rounded.
    [[nodiscard]] std::optional<std::string> first_rounded_day(const Query& query) const;

    // The day's tally of requests and why they did not count (all episodes of the query), suppressed alike.
    struct Tally {
        std::map<std::string, Figure> reasons;  // "counted", "bot", "head", "probe", "under_a_minute", "repeat", "flood", "preview",
                                                // "withdrawn", "error", "opted_out"
        Figure requests;                        // sum of what is shown
        bool is_partial{};                      // some cells are hidden
    };
    struct Tallies {
        Tally all;
        std::vector<Tally> by_episode;  // one for each of the query; they add up to all
        // The 24 hours (UTC), all episodes together, when the query is of one day within `keep_hours`; else empty. Each is in steps of
        // suppress_below. None and few look alike (value empty): beside the day's figures nothing in an hour that is hidden can be
        // computed or bounded.
        std::vector<Tally> by_hour;
    };
    [[nodiscard]] Tallies tallies(const Query& query);  // all of one moment
    [[nodiscard]] std::chrono::days hours_kept() const;
    // Downloads over the period by one of dimensions() ("app", "device", "country", "site", …), most first; suppressed ones folded into
    // "other", which comes last. They add up to the report's totals of closed days; one that is not closed is left out, unless
    // suppress_below is 1.
    using Breakdown = std::vector<std::pair<std::string, Figure>>;
    [[nodiscard]] Breakdown breakdown(std::string_view dimension, const Query& query);
    [[nodiscard]] std::vector<Breakdown> breakdowns(const std::vector<std::string_view>& dimensions, const Query& query);  // all at once
    // Each day of an episode by itself: what report, tallies and breakdowns say of that day alone, all in one question. Days that are over
    // and of which nothing is known are left out; nothing is broken down where downloads are none or hidden.
    struct DayDetails {
        std::string day;
        Figure downloads;
        Tally requests;
        std::vector<Breakdown> breakdowns;  // as `dimensions`
    };
    [[nodiscard]] std::vector<DayDetails> details(const model::EpisodeId& episode, const std::string& first_day,
                                                  const std::string& last_day, const std::vector<std::string_view>& dimensions);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::analytics
