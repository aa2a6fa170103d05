#include "server/analytics/windows.hpp"

#include <algorithm>
#include <tuple>

#include "server/analytics/screen.hpp"

namespace earshot::analytics {

namespace {

void settle(Step& step, Verdict verdict, std::uint32_t requests) {
    step.settled = verdict;
    if (requests > 0) step.outcome.changes.push_back({step.hour, verdict, requests});
}

}  // namespace

void Windows::open(Day day, DayKey key) {
    windows_.emplace(day, Window{std::move(key), {}, {}});
    terms_.begin(day);
    contexts_.clear();  // so that terms_ learns which of them the new day has, too
}

void Windows::close(Day day) noexcept {
    const auto window = windows_.find(day);
    if (window == windows_.end()) return;
    forget();
    window->second.key.destroy();
    windows_.erase(window);
}

void Windows::forget() noexcept {
    memo_.clear();
    agents_.clear();
}

std::vector<Day> Windows::days() const {
    std::vector<Day> result;
    for (const auto& [day, window] : windows_) result.push_back(day);
    return result;
}

Day Windows::day_for(model::Timestamp time) const {
    const auto day = day_of(time);
    return windows_.empty() ? day : std::max(day, windows_.begin()->first);
}

std::optional<Listen> Windows::carried(const model::Delivery& delivery, Day day) const {
    if (delivery.time > start_of(day) + grace) return std::nullopt;
    const auto yesterday = windows_.find(day - 1);
    if (yesterday == windows_.end()) return std::nullopt;
    const auto& window = yesterday->second;
    const auto* found = window.listens.find(window.key.of(ListenerAddress(delivery.address), delivery.user_agent, delivery.episode.value));
    if (found == nullptr || !found->in_evening) return std::nullopt;
    return carried_over(*found, terms_);
}

void Windows::recognise(const model::Delivery& delivery, Day day, const Recognition& recognition, Memo::Found& found) {
    const auto parsed = parse_ip_address(delivery.address);
    const auto recognised = recognition.of(delivery, agents_.of(delivery.user_agent, recognition.classifier()), parsed);
    found.episode = terms_.episode(delivery.episode.value);
    if (is_nobody(delivery, recognised)) return;
    const auto& window = windows_.at(day);
    const ListenerAddress address(delivery.address, parsed);
    found.listener = window.key.of(address, delivery.user_agent, delivery.episode.value);
    found.place = window.key.place_of(address, delivery.episode.value);
    found.most_at_place = recognised.shared ? 0 : recognition.most_per_address();
    window.listens.prefetch(found.listener);
    window.crowds.prefetch(found.place);
    const auto version = terms_.version(version_of(found.episode, delivery.file));
    found.context = contexts_.of(found.episode, version, delivery.profile, recognised);
}

void Windows::take(const model::Delivery& delivery, const Recognition& recognition, Step& step, const model::Delivery* next) {
    const auto day = day_for(delivery.time);
    step.hour = std::max(hour_of(delivery.time), day * 24);
    step.bytes = 0;
    for (const auto& part : delivery.acknowledged) step.bytes += part.end > part.begin ? part.end - part.begin : 0;
    step.settled.reset();
    step.changed = false;
    step.outcome.download = false;
    step.outcome.changes.clear();
    if (const auto verdict = verdict_of_request(delivery)) {
        memo_.skip();
        step.episode = terms_.episode(delivery.episode.value);
        return settle(step, *verdict, delivery.requests);
    }
    bool is_new = false;
    auto& found = memo_.of(delivery, day, is_new);
    if (next != nullptr && !verdict_of_request(*next)) memo_.foresee(*next, day_for(next->time));
    if (is_new) recognise(delivery, day, recognition, found);
    step.episode = found.episode;
    if (found.context == Memo::nobody) {
        if (is_new) memo_.keep(found);
        return settle(step, Verdict::bot, delivery.requests);
    }
    auto& record = step.record;
    record.hour = step.hour;
    record.context = found.context;
    record.requests = delivery.requests;
    record.listener = found.listener;
    record.in_evening = delivery.time >= start_of(day + 1) - evening;
    record.place = found.place;
    record.most_at_place = found.most_at_place;
    audio_of(delivery, record.audio);
    record.carried.reset();
    auto& window = windows_.at(day);
    bool begins = false;  // a listen
    if (found.listen == nullptr) {
        std::tie(found.listen, begins) = window.listens.try_emplace(found.listener);
        if (begins) record.carried = carried(delivery, day);
        if (record.carried) *found.listen = *record.carried;
    }
    if (is_new) memo_.keep(found);
    step.changed = take_in(*found.listen, window.crowds, record, terms_, step.outcome) || begins;
}

void Windows::apply(const Record& record, Outcome& outcome) {
    auto& window = windows_.at(record.hour / 24);
    const auto [listen, begins] = window.listens.try_emplace(record.listener);
    if (begins && record.carried) *listen = *record.carried;
    take_in(*listen, window.crowds, record, terms_, outcome);
}

void Windows::restore(Day day, const ListenerKey& listener, Listen&& listen) {
    *windows_.at(day).listens.try_emplace(listener).first = std::move(listen);
}

}  // namespace earshot::analytics
