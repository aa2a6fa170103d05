#include "server/analytics/count.hpp"

#include <array>
#include <numeric>

#include "server/analytics/windows.hpp"

namespace earshot::analytics {

std::string_view to_string(Verdict verdict) noexcept {
    constexpr std::array<std::string_view, verdicts> names{"counted", "bot",     "head",      "probe", "under_a_minute", "repeat",
                                                           "flood",   "preview", "withdrawn", "error", "opted_out"};
    return names[static_cast<std::size_t>(verdict)];
}

struct Counter::State {
    const Recognition& recognition;
    Terms terms;
    Windows windows{terms};
    Step step;
};

Counter::Counter(const Recognition& recognition) : state_(new State{.recognition = recognition}) {}
Counter::~Counter() = default;

bool Counter::is_timely(const model::Delivery& delivery) const {
    return state_->windows.day_for(delivery.time) == day_of(delivery.time);
}

Outcome Counter::add(const model::Delivery& delivery) {
    auto& windows = state_->windows;
    const auto day = windows.day_for(delivery.time);
    if (!windows.is_open(day)) windows.open(day, DayKey::in_memory());
    for (const auto open : windows.days()) {
        if (delivery.time > start_of(open + 1) + grace) windows.close(open);
    }
    auto& step = state_->step;
    windows.take(delivery, state_->recognition, step);
    if (step.outcome.download) ++downloads_[delivery.episode.value][step.hour / 24];
    for (const auto& change : step.outcome.changes)
        tally_[static_cast<std::size_t>(change.verdict)] += static_cast<std::uint64_t>(change.requests);
    return step.outcome;
}

std::uint64_t Counter::requests() const noexcept {
    return std::accumulate(std::begin(tally_), std::end(tally_), std::uint64_t{0});
}

}  // namespace earshot::analytics
