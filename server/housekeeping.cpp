#include "server/housekeeping.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/log.hpp"

namespace earshot::app {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::hours every{1};
// Far longer than any work on a picture; another process that is about to end may still be at it.
constexpr std::chrono::hours longest_work{1};

int remove_leftovers(const fs::path& work) {
    int removed = 0;
    std::error_code absent;
    for (const fs::directory_entry& entry : fs::directory_iterator(work, absent)) {
        std::error_code error;
        const auto changed = entry.last_write_time(error);
        if (error || fs::file_time_type::clock::now() - changed < longest_work) continue;
        if (fs::remove_all(entry.path(), error) > 0 && !error) ++removed;
    }
    return removed;
}

}  // namespace

struct Housekeeping::State {
    storage::Uploads& uploads;
    storage::Collector collector;
    fs::path work;
    std::mutex mutex;
    std::condition_variable_any ended;
    std::jthread thread;

    // Objects before uploads: what an upload that expires only now had stored is looked at by the next round.
    void run() {
        step("objects", [this] { return collector.run(); });
        step("uploads", [this] { return uploads.remove_expired(); });
        step("working files", [this] { return remove_leftovers(work); });
    }

    template <class Work>
    void step(std::string_view what, Work work_on) {
        try {
            if (const int removed = work_on(); removed > 0)
                log(Level::info, "cleared away", {{"what", what}, {"count", static_cast<long long>(removed)}});
        } catch (const std::exception& error) {
            log(Level::warn, "not cleared away", {{"what", what}, {"error", std::string_view(error.what())}});
        }
    }

    void stay(const std::stop_token& stopping) {
        std::unique_lock lock(mutex);
        while (!stopping.stop_requested()) {
            run();
            (void)ended.wait_for(lock, stopping, every, [] { return false; });
        }
    }
};

Housekeeping::Housekeeping(storage::Uploads& uploads, storage::Catalogue& catalogue, storage::MediaStore& store, fs::path work,
                           model::Clock clock)
    : state_(std::make_unique<State>(uploads, storage::Collector(catalogue, store, std::move(clock)), std::move(work))) {}

Housekeeping::~Housekeeping() {
    stop();
}

void Housekeeping::start() {
    state_->thread = std::jthread([state = state_.get()](const std::stop_token& stopping) { state->stay(stopping); });
}

void Housekeeping::stop() {
    state_->thread = {};
}

void Housekeeping::run() {
    state_->run();
}

}  // namespace earshot::app
