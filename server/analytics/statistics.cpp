#include "server/analytics/statistics.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "server/analytics/ledger.hpp"
#include "server/analytics/reports.hpp"

namespace earshot::analytics {

namespace {

Classifier classifier_from(const std::filesystem::path& file) {
    auto classifier = file.empty() ? Classifier::built_in() : Classifier::from_file(file);
    if (!classifier) throw std::runtime_error(classifier.error().message);
    return std::move(*classifier);
}

}  // namespace

struct Statistics::State {
    State(storage::Database& db, StatisticsOptions given, model::Clock now)
        : database(db),
          options(std::move(given)),
          clock(std::move(now)),
          classifier(classifier_from(options.agents_file)),
          ledger(database, classifier, options.runtime_dir, warnings, clock()),
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
    void count(std::vector<model::Delivery>& batch) noexcept;
    // Asks the worker to get `stage` to where the queue is now, and waits.
    void wait_for(std::uint64_t& wanted, const std::uint64_t& reached);

    storage::Database& database;
    const StatisticsOptions options;
    const model::Clock clock;
    const Classifier classifier;
    Warnings warnings;
    Ledger ledger;  // the worker's alone once it runs
    std::atomic<std::uint64_t> dropped{0};

    std::mutex mutex;  // everything down to the worker
    std::condition_variable wake, done;
    std::vector<model::Delivery> queue;
    std::uint64_t settle_wanted{}, settled{}, flush_wanted{}, flushed{};
    bool stopping{};
    std::thread worker;
};

void Statistics::State::count(std::vector<model::Delivery>& batch) noexcept {
    try {
        ledger.take_in(batch);
    } catch (const std::exception& error) {
        dropped += batch.size();  // at most: some of them may have been taken in
        warnings.set("counting", fmt::format("Some deliveries could not be counted: {}", error.what()));
    }
    batch.clear();
}

void Statistics::State::work() {
    std::vector<model::Delivery> batch;
    auto committed_at = std::chrono::steady_clock::now();
    while (true) {
        std::unique_lock lock(mutex);
        wake.wait_for(lock, options.commit_every,
                      [this] { return stopping || !queue.empty() || settle_wanted != settled || flush_wanted != flushed; });
        batch.swap(queue);
        const auto settle_to = settle_wanted;
        const auto flush_to = flush_wanted;
        const bool last = stopping;
        const bool must_commit = last || flush_to != flushed;
        lock.unlock();

        if (!batch.empty()) count(batch);
        const auto now = std::chrono::steady_clock::now();
        if (must_commit || now - committed_at >= options.commit_every) {
            ledger.commit();
            ledger.close_days(clock());
            committed_at = now;
        }

        lock.lock();
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
    : state_(std::make_unique<State>(database, std::move(options), std::move(clock))) {}
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
std::uint64_t Statistics::dropped() const noexcept {
    return state_->dropped;
}
std::vector<std::string> Statistics::warnings() const {
    return state_->warnings.all();
}

std::vector<Statistics::EpisodeReport> Statistics::report(const Query& query) {
    return reports::days({state_->database, state_->options.suppress_below}, query);
}
Statistics::Tally Statistics::tally(const Query& query) {
    return reports::tally({state_->database, state_->options.suppress_below}, query);
}
std::vector<std::pair<std::string, Statistics::Figure>> Statistics::apps(const Query& query) {
    return reports::apps({state_->database, state_->options.suppress_below}, query);
}

}  // namespace earshot::analytics
