#include "server/analytics/windows.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "server/analytics/screen.hpp"

namespace earshot::analytics {

namespace {

constexpr std::size_t most_tracks = 8;  // versions of one episode that one listener can be followed through in a day

AudioVersion version_of(const model::CountedFile& file) {
    const auto bytes = file.size > file.audio_start ? file.size - file.audio_start : 0;
    const bool all = file.bytes_for_60s == 0 || file.bytes_for_60s > bytes;  // shorter than 60 s, or not known: all of it
    return {bytes, all ? bytes : file.bytes_for_60s};
}

std::vector<model::Interval> audio_of(const model::Delivery& delivery) {
    std::vector<model::Interval> result;
    for (const auto& part : delivery.acknowledged) {
        const auto begin = std::max(part.begin, delivery.file.audio_start);
        const auto end = std::min(part.end, delivery.file.size);
        if (begin < end) {
            result.push_back({begin - delivery.file.audio_start, end - delivery.file.audio_start});
        } else if (delivery.requests > 1) {
            result.emplace_back();  // its request is to be told from the others
        }
    }
    return result;
}

// A listener without an agent is a bot and never has a key, so this one is an address's own.
Crowds::Place place_of(const ListenerKey& address_alone) {
    Crowds::Place place = 0;
    std::memcpy(&place, address_alone.bytes.data(), sizeof place);
    return place;
}

Listen::Track* track_for(Listen& listen, const AudioVersion& version) {
    const auto known = std::ranges::find(listen.tracks, version, &Listen::Track::version);
    if (known != listen.tracks.end()) return &*known;
    if (listen.tracks.size() >= most_tracks) return nullptr;
    return &listen.tracks.emplace_back(Listen::Track{version, {}, {}, false});
}

// A listen that was counted before midnight counts again only when 60 s of what it already had are fetched anew.
bool is_download(const Listen::Track& track) {
    if (track.version.enough == 0) return false;
    const auto again = track.today.overlap(track.before);
    return (track.counted_before ? again : track.today.size() + track.before.size() - again) >= track.version.enough;
}

void change(Outcome& outcome, Hour hour, Verdict verdict, std::int64_t requests) {
    auto& changes = outcome.changes;
    if (!changes.empty() && changes.back().hour == hour && changes.back().verdict == verdict) {
        changes.back().requests += requests;
    } else {
        changes.push_back({hour, verdict, requests});
    }
}

// What arrived of one request, or of a part of one.
void add(Outcome& outcome, Crowds& crowds, Listen& listen, const Record& record, std::span<const model::Interval> audio, bool begins) {
    auto* track = track_for(listen, record.version);
    if (track != nullptr) {
        for (const auto& piece : audio) track->today.add(piece);
    }
    if (!listen.counted && track != nullptr && is_download(*track)) {
        const bool believed = record.most_at_place == 0 || crowds.count(record.place) < record.most_at_place;
        if (!believed && !begins && !listen.waiting) return;
        if (!begins && listen.waiting) change(outcome, listen.waiting->hour, listen.waiting->verdict, -1);
        change(outcome, record.hour, believed ? Verdict::counted : Verdict::flood, +1);
        listen.waiting.reset();
        if (!believed) {
            listen.waiting = {record.hour, Verdict::flood};
            return;
        }
        listen.counted = outcome.download = true;
        crowds.add(record.place);
    } else if (begins) {
        const bool goes_on = std::ranges::any_of(listen.tracks, &Listen::Track::counted_before);
        listen.waiting = {record.hour, listen.counted || goes_on ? Verdict::repeat : Verdict::under_a_minute};
        change(outcome, record.hour, listen.waiting->verdict, +1);
    }
}

}  // namespace

void Windows::open(Day day, DayKey key) {
    windows_.emplace(day, Window{std::move(key), {}});
}

void Windows::close(Day day) noexcept {
    const auto window = windows_.find(day);
    if (window == windows_.end()) return;
    window->second.key.destroy();
    windows_.erase(window);
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

std::optional<Listen> Windows::carried(const model::Delivery& delivery, Day day, const ListenerKey& listener) const {
    if (delivery.time > start_of(day) + grace || windows_.at(day).listens.contains(listener)) return std::nullopt;
    const auto yesterday = windows_.find(day - 1);
    if (yesterday == windows_.end()) return std::nullopt;
    const auto& window = yesterday->second;
    const auto found = window.listens.find(window.key.of(delivery.address, delivery.user_agent, delivery.episode.value));
    if (found == window.listens.end() || !found->second.in_evening) return std::nullopt;
    Listen listen;
    listen.waiting = found->second.waiting;
    for (const auto& track : found->second.tracks) {
        auto received = track.before;
        for (const auto& piece : track.today.pieces()) received.add(piece);
        const bool counted = track.counted_before || (found->second.counted && received.size() >= track.version.enough);
        // What was too little of one version beside a counted other one starts anew, and so does what was not believed.
        const bool flood = !found->second.counted && received.size() >= track.version.enough;
        if (counted || !(found->second.counted || flood)) listen.tracks.push_back({track.version, {}, std::move(received), counted});
    }
    return listen;
}

Record Windows::record(const model::Delivery& delivery, const Recognition& recognition) const {
    auto screened = screen(delivery, recognition);
    const auto day = day_for(delivery.time);
    Record record;
    record.hour = std::max(hour_of(delivery.time), day * 24);
    record.episode = delivery.episode.value;
    for (const auto& part : delivery.acknowledged) record.bytes += part.end > part.begin ? part.end - part.begin : 0;
    record.requests = delivery.requests;
    record.settled = screened.verdict;
    if (record.settled) return record;
    record.listener = windows_.at(day).key.of(delivery.address, delivery.user_agent, delivery.episode.value);
    record.in_evening = delivery.time >= start_of(day + 1) - evening;
    record.version = version_of(delivery.file);
    record.audio = audio_of(delivery);
    record.values = dimension_values(delivery, screened.recognised);
    record.place = place_of(windows_.at(day).key.of(delivery.address, {}, delivery.episode.value));
    record.most_at_place = screened.recognised.shared ? 0 : recognition.most_per_address();
    record.carried = carried(delivery, day, record.listener);
    return record;
}

Outcome Windows::apply(const Record& record) {
    Outcome outcome;
    if (record.settled) {
        if (record.requests > 0) outcome.changes.push_back({record.hour, *record.settled, record.requests});
        return outcome;
    }
    auto& window = windows_.at(record.hour / 24);
    auto& listens = window.listens;
    const auto [entry, is_new] = listens.try_emplace(record.listener);
    auto& listen = entry->second;
    if (is_new && record.carried) listen = *record.carried;
    listen.in_evening |= record.in_evening;
    if (record.requests <= 1) {
        add(outcome, window.crowds, listen, record, record.audio, record.requests == 1);
    } else {
        for (const auto& piece : record.audio) add(outcome, window.crowds, listen, record, {&piece, 1}, true);
    }
    return outcome;
}

}  // namespace earshot::analytics
