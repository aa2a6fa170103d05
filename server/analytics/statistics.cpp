#include "server/analytics/statistics.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "server/analytics/ledger.hpp"
#include "server/analytics/reports.hpp"
#include "server/analytics/tallies.hpp"

namespace earshot::analytics {

namespace {

using RecognitionPtr = std::shared_ptr<const Recognition>;

RecognitionPtr recognition_from(const StatisticsOptions& options) {
    if (options.recognition) return options.recognition;
    auto recognition = Recognition::load(options.lists);
    if (!recognition) throw std::runtime_error(recognition.error().message);
    return std::make_shared<const Recognition>(std::move(*recognition));
}

// Called for every day of every episode: a year of all shows has 100,000.
void add_cell(Statistics::Total& total, const Statistics::Figure& cell, bool is_closed, bool is_part) {
    total.shown += cell.value.value_or(0);
    total.is_partial |= is_part || (is_closed && !cell.value);
    total.is_rounded |= !is_closed && !cell.value;
    total.vague += !is_closed || !cell.value ? 1 : 0;
    total.is_unbounded |= is_part && cell.value == 0U;  // it may be the smallest that could be shown, left out to hide others
}

}  // namespace

struct Statistics::State {
    State(storage::Database& db, StatisticsOptions given, model::Clock now)
        : database(db),
          options(std::move(given)),
          clock(std::move(now)),
          recognition(recognition_from(options)),
          lists_since(clock()),
          worker([this] { work(); }) {}

    ~State() {
        {
            const std::scoped_lock lock(mutex);
            stopping = true;
        }
        wake.notify_one();
        worker.join();
    }

    void work();
    void take(std::vector<model::Delivery>& batch);    // what has come in since
    void handle(std::vector<model::Delivery>& batch);  // counts or forwards; what has to wait stays in it
    void count(std::vector<model::Delivery>& batch) noexcept;
    void commit() noexcept;
    void claim() {
        ledger.emplace(database, options.runtime_dir, warnings, clock(),
                       LedgerOptions{options.suppress_below, options.long_journal, options.keep_hours,
                                     [days = settled_days](Day first) { days->changed(first); }});
    }
    void role_changed();
    [[nodiscard]] RecognitionPtr lists() const {
        const std::scoped_lock lock(lists_mutex);
        return recognition;
    }
    [[nodiscard]] reports::Source source() const {
        const auto now = clock();
        // A day is settled one day after it was closed: by then the last of it is committed.
        return {.database = database,
                .suppress_below = options.suppress_below,
                .running = first_running(now),
                .hours_from = first_hourly(now, options.keep_hours),
                .names = names,
                .settled = reports::SettledDays::begin(settled_days, first_running(now) - 1)};
    }
    // Asks the worker to get `stage` to where the queue is now, and waits.
    void wait_for(std::uint64_t& wanted, const std::uint64_t& reached);

    storage::Database& database;
    const StatisticsOptions options;
    const model::Clock clock;
    const std::shared_ptr<reports::KnownNames> names{std::make_shared<reports::KnownNames>()};
    const std::shared_ptr<reports::SettledDays> settled_days{std::make_shared<reports::SettledDays>()};
    Warnings warnings;
    std::atomic<std::uint64_t> dropped{0};

    mutable std::mutex lists_mutex;  // never held for long: pages ask which lists are in force while batches are handled
    RecognitionPtr recognition;      // changed under `role`, too
    model::Timestamp lists_since;

    std::mutex role;  // who counts, and by which lists; held while a batch is handled. Taken before the others
    std::optional<Ledger> ledger;
    Successor successor;

    mutable std::mutex mutex;  // everything down to the worker
    std::condition_variable wake, done;
    std::vector<model::Delivery> queue;
    std::uint64_t settle_wanted{}, settled{}, flush_wanted{}, flushed{};
    std::size_t held{};  // taken from the queue, still waiting
    bool stopping{}, changed{};
    std::thread worker;
};

void Statistics::State::count(std::vector<model::Delivery>& batch) noexcept {
    try {
        ledger->take_in(batch, *recognition);
    } catch (const std::exception& error) {
        dropped += batch.size();  // at most: some of them may have been taken in
        warnings.set("counting", fmt::format("Some deliveries could not be counted: {}", error.what()));
    }
    batch.clear();
}

void Statistics::State::take(std::vector<model::Delivery>& batch) {
    if (batch.empty()) {
        batch.swap(queue);
    } else if (batch.size() < options.most_waiting) {
        std::ranges::move(queue, std::back_inserter(batch));
        queue.clear();
    }
    held = batch.size();
}

void Statistics::State::handle(std::vector<model::Delivery>& batch) {
    const std::scoped_lock lock(role);
    if (ledger) return count(batch);
    if (successor) batch.erase(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(successor(batch)));
}

void Statistics::State::commit() noexcept {
    const std::scoped_lock lock(role);
    if (!ledger) return;
    ledger->commit();
    ledger->close_days(clock());
}

void Statistics::State::role_changed() {
    const std::scoped_lock lock(mutex);
    changed = true;
    wake.notify_one();
}

void Statistics::State::work() {
    std::vector<model::Delivery> batch;
    auto committed_at = std::chrono::steady_clock::now();
    while (true) {
        std::unique_lock lock(mutex);
        wake.wait_for(lock, options.commit_every, [&] {
            return stopping || changed || (batch.empty() && !queue.empty()) || settle_wanted != settled || flush_wanted != flushed;
        });
        changed = false;
        take(batch);
        const auto settle_to = settle_wanted;
        const auto flush_to = flush_wanted;
        const bool last = stopping;
        const bool must_commit = last || flush_to != flushed;
        lock.unlock();

        if (!batch.empty()) handle(batch);
        const auto now = std::chrono::steady_clock::now();
        if (must_commit || now - committed_at >= options.commit_every) {
            commit();
            committed_at = now;
        }

        lock.lock();
        held = batch.size();
        settled = settle_to;
        flushed = flush_to;
        lock.unlock();
        done.notify_all();
        if (last) return;
    }
}

void Statistics::State::wait_for(std::uint64_t& wanted, const std::uint64_t& reached) {
    std::unique_lock lock(mutex);
    const auto mine = ++wanted;
    wake.notify_one();
    done.wait(lock, [&] { return reached >= mine; });
}

Statistics::Statistics(storage::Database& database, StatisticsOptions options, model::Clock clock)
    : state_(std::make_unique<State>(database, std::move(options), std::move(clock))) {
    if (!state_->options.standby) resume();
}
Statistics::~Statistics() = default;

void Statistics::submit(model::Delivery&& delivery) noexcept {
    auto& state = *state_;
    bool was_empty = false;
    try {
        const std::scoped_lock lock(state.mutex);
        if (state.queue.size() >= state.options.most_waiting) {
            ++state.dropped;
            return;
        }
        was_empty = state.queue.empty();
        state.queue.push_back(std::move(delivery));
    } catch (const std::exception&) {  // no memory for a longer queue
        ++state.dropped;
        return;
    }
    if (was_empty) state.wake.notify_one();
}

void Statistics::settle() {
    state_->wait_for(state_->settle_wanted, state_->settled);
}
void Statistics::flush() {
    state_->wait_for(state_->flush_wanted, state_->flushed);
}

model::Status Statistics::reload_lists() {
    auto fresh = Recognition::load(state_->options.lists);
    if (!fresh) return std::unexpected(fresh.error());
    const std::scoped_lock role(state_->role);
    {
        const std::scoped_lock lock(state_->lists_mutex);
        state_->recognition = std::make_shared<const Recognition>(std::move(*fresh));
        state_->lists_since = state_->clock();
    }
    if (state_->ledger) state_->ledger->lists_changed();
    return {};
}

std::shared_ptr<const Recognition> Statistics::recognition() const {
    return state_->lists();
}

model::Timestamp Statistics::lists_since() const {
    const std::scoped_lock lock(state_->lists_mutex);
    return state_->lists_since;
}

void Statistics::standby() {
    const std::scoped_lock lock(state_->role);
    if (!state_->ledger) return;
    std::vector<model::Delivery> rest;
    {
        const std::scoped_lock queue_lock(state_->mutex);
        rest.swap(state_->queue);
    }
    state_->count(rest);
    state_->ledger->commit();
    state_->ledger.reset();
}

void Statistics::resume() {
    {
        const std::scoped_lock lock(state_->role);
        state_->successor = nullptr;
        if (!state_->ledger) state_->claim();
    }
    state_->role_changed();
}

void Statistics::forward(Successor successor) {
    {
        const std::scoped_lock lock(state_->role);
        state_->successor = std::move(successor);
    }
    state_->role_changed();
}

Statistics::SharedAddressRules Statistics::shared_address_rules() const {
    const auto lists = state_->lists();
    const auto& shared = lists->shared_addresses();
    const auto oldest = shared.oldest_review();
    return {lists->most_per_address(), shared.entries(), shared.overdue(day_of(state_->clock())),
            oldest ? format_day(*oldest) : std::string()};
}

std::size_t Statistics::waiting() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->queue.size() + state_->held;
}

std::uint64_t Statistics::dropped() const noexcept {
    return state_->dropped;
}
std::vector<std::string> Statistics::warnings() const {
    auto result = state_->warnings.all();
    if (const auto rules = shared_address_rules(); rules.overdue > 0)
        result.push_back(
            fmt::format("{} of {} shared addresses were last reviewed more than 90 days ago and no longer count as such. Review "
                        "statistics.shared_addresses_file.",
                        rules.overdue, rules.entries));
    return result;
}

std::vector<Statistics::EpisodeReport> Statistics::report(const Query& query) {
    return reports::days(state_->source(), query);
}
std::optional<std::string> Statistics::first_rounded_day(const Query& query) const {
    const auto source = state_->source();
    const auto period = reports::period_of(query);
    return !period.empty() && source.runs(period.last) ? std::optional(format_day(source.running)) : std::nullopt;
}
Statistics::Tallies Statistics::tallies(const Query& query) {
    return reports::tallies(state_->source(), query);
}
std::vector<Statistics::DayDetails> Statistics::details(const model::EpisodeId& episode, const std::string& first_day,
                                                        const std::string& last_day, const std::vector<std::string_view>& dimensions) {
    return reports::details(state_->source(), {first_day, last_day, {episode}}, dimensions);
}
std::chrono::days Statistics::hours_kept() const {
    return state_->options.keep_hours;
}
Statistics::Grid Statistics::grid(const Query& query) {
    return reports::grid(state_->source(), query);
}
Statistics::Total Statistics::Grid::sum(std::size_t episode, std::size_t first, std::size_t past) const {
    Total total;
    const auto& row = episodes.at(episode);
    for (auto day = first; day < std::min(past, row.size()); ++day) add_cell(total, row[day], day < closed, is_part);
    return total;
}
Statistics::Grid Statistics::Grid::part(const std::string& first_day, const std::string& last_day) const {
    const auto first = std::ranges::find(days, first_day) - days.begin(), past = std::ranges::find(days, last_day) - days.begin() + 1;
    Grid result{.days = {days.begin() + first, days.begin() + past}, .is_part = is_part};
    for (const auto& row : episodes) result.episodes.emplace_back(row.begin() + first, row.begin() + past);
    result.closed = static_cast<std::size_t>(std::clamp(static_cast<std::ptrdiff_t>(closed), first, past) - first);
    return result;
}
Statistics::Total Statistics::Grid::sum(std::size_t first, std::size_t past) const {
    Total total{.is_of_several = episodes.size() > 1};
    for (const auto& row : episodes) {
        for (auto day = first; day < std::min(past, row.size()); ++day) add_cell(total, row[day], day < closed, is_part);
    }
    return total;
}
Statistics::Today Statistics::today(const std::vector<model::EpisodeId>& episodes) {
    return reports::today(state_->source(), episodes, state_->clock());
}
std::vector<Statistics::Ages> Statistics::ages(const std::vector<Published>& episodes, std::size_t days) {
    return reports::ages(state_->source(), episodes, days, state_->clock());
}
std::optional<Statistics::ReachReport> Statistics::reach(const model::EpisodeId& episode, const std::vector<std::uint64_t>& audio_bytes) {
    return reports::reach(state_->source(), episode, audio_bytes);
}
Statistics::Breakdown Statistics::breakdown(std::string_view dimension, const Query& query) {
    return breakdowns({dimension}, query).front();
}
std::vector<Statistics::Breakdown> Statistics::breakdowns(const std::vector<std::string_view>& dimensions, const Query& query) {
    return reports::breakdowns(state_->source(), dimensions, query);
}

}  // namespace earshot::analytics
