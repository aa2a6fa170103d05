#include "server/analytics/follows.hpp"

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "content/storage/statement.hpp"
#include "server/analytics/cells.hpp"
#include "server/analytics/follows_report.hpp"

namespace earshot::analytics {

namespace {

constexpr std::chrono::seconds commit_every{1};

using Pending = std::map<std::pair<Follow, Hour>, std::uint64_t>;

void save(storage::Database& database, const Pending& sums) {
    boost::json::array rows;
    for (const auto& [key, count] : sums) {
        const auto& [follow, hour] = key;
        rows.push_back(boost::json::array{follow.show, follow.episode, follow.place, follow.link, hour, count});
    }
    const auto all = boost::json::serialize(rows);
    database.write([&](soci::session& session) {
        storage::Statement(session,
                           "insert into calls_to_action (show, episode, place, link) "
                           "select value->>0, value->>1, value->>2, value->>3 from json_each(:rows) where true "
                           "on conflict (show, link, episode, place) do nothing")
            .bind("rows", all)
            .run();
        storage::Statement(session,
                           "insert into follows (call, hour, follows) "
                           "select number, value->>4, value->>5 from json_each(:rows) join calls_to_action on show = value->>0 and "
                           "link = value->>3 and episode = value->>1 and place = value->>2 where true "
                           "on conflict (call, hour) do update set follows = follows.follows + excluded.follows")
            .bind("rows", all)
            .run();
    });
}

}  // namespace

struct Follows::State {
    storage::Database& database;
    const unsigned suppress_below;
    const model::Clock clock;
    const FollowLimits limits;
    std::atomic<std::uint64_t> refused{0};

    std::mutex saving;  // one commit at a time. Taken before `mutex`
    std::mutex mutex;   // everything down to the thread
    std::condition_variable_any arrived;
    Pending sums;           // not saved yet
    std::set<Follow> seen;  // in this hour
    Hour hour{};
    double allowance{limits.at_once};
    std::chrono::steady_clock::time_point refilled{std::chrono::steady_clock::now()};
    std::jthread thread;

    bool allowed(const Follow& follow, Hour now);
    void commit() noexcept;
    void work(const std::stop_token& stopping);
};

bool Follows::State::allowed(const Follow& follow, Hour now) {
    const auto moment = std::chrono::steady_clock::now();
    allowance = std::min(limits.at_once, allowance + std::chrono::duration<double>(moment - refilled).count() * limits.a_second);
    refilled = moment;
    if (hour != now) seen.clear();
    hour = now;
    if (allowance < 1 || (!seen.contains(follow) && seen.size() >= limits.cells_an_hour)) return false;
    // Only while the database refuses: what waits is kept within the same bound.
    if (sums.size() >= 2 * limits.cells_an_hour) return false;
    allowance -= 1;
    seen.insert(follow);
    return true;
}

void Follows::State::commit() noexcept {
    const std::scoped_lock one_at_a_time(saving);
    Pending taken;
    {
        const std::scoped_lock lock(mutex);
        taken.swap(sums);
    }
    if (taken.empty()) return;
    try {
        save(database, taken);
    } catch (const std::exception&) {  // full or held: the next round tries again
        const std::scoped_lock lock(mutex);
        for (const auto& [key, count] : taken) sums[key] += count;
    }
}

void Follows::State::work(const std::stop_token& stopping) {
    while (!stopping.stop_requested()) {
        {
            std::unique_lock lock(mutex);
            (void)arrived.wait(lock, stopping, [&] { return !sums.empty(); });
            (void)arrived.wait_for(lock, stopping, commit_every, [] { return false; });
        }
        commit();
    }
}

Follows::Follows(storage::Database& database, unsigned suppress_below, model::Clock clock, FollowLimits limits)
    : state_(new State{.database = database, .suppress_below = suppress_below, .clock = std::move(clock), .limits = limits}) {
    state_->thread = std::jthread([state = state_.get()](const std::stop_token& stopping) { state->work(stopping); });
}

Follows::~Follows() {
    state_->thread = {};
    state_->commit();
}

bool Follows::add(Follow follow) {
    auto& state = *state_;
    const auto hour = hour_of(state.clock());
    const std::scoped_lock lock(state.mutex);
    if (!state.allowed(follow, hour)) {
        ++state.refused;
        return false;
    }
    ++state.sums[{std::move(follow), hour}];
    state.arrived.notify_one();
    return true;
}

void Follows::flush() {
    state_->commit();
}

std::uint64_t Follows::refused() const noexcept {
    return state_->refused;
}

std::vector<Follows::Link> Follows::report(const std::string& show, const std::vector<std::string>& links, const std::string& first_day,
                                           const std::string& last_day) {
    const reports::Source source{state_->database, state_->suppress_below, first_running(state_->clock())};
    return reports::follows(source, show, links, reports::period_of({first_day, last_day, {}}));
}

}  // namespace earshot::analytics
