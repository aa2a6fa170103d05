#include "server/analytics/listen.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace earshot::analytics {

namespace {

constexpr std::size_t most_tracks = 8;  // versions of one episode that one listener can be followed through in a day

Listen::Track* track_for(Listen& listen, std::uint32_t version) {
    for (std::size_t at = 0; at < listen.tracks(); ++at) {
        if (listen.track(at).version == version) return &listen.track(at);
    }
    if (listen.tracks() >= most_tracks) return nullptr;
    auto& track = listen.add_track();
    track.version = version;
    return &track;
}

// A listen that was counted before midnight counts again only when 60 s of what it already had are fetched anew.
bool is_download(const Listen::Track& track, const AudioVersion& version) {
    if (version.enough == 0) return false;
    if (!track.before) return track.today.size() >= version.enough;
    const auto again = track.today.overlap(*track.before);
    return (track.counted_before ? again : track.today.size() + track.before->size() - again) >= version.enough;
}

bool goes_on(const Listen& listen) {
    for (std::size_t at = 0; at < listen.tracks(); ++at) {
        if (listen.track(at).counted_before) return true;
    }
    return false;
}

void change(Outcome& outcome, Hour hour, Verdict verdict, std::int64_t requests) {
    auto& changes = outcome.changes;
    if (!changes.empty() && changes.back().hour == hour && changes.back().verdict == verdict) {
        changes.back().requests += requests;
    } else {
        changes.push_back({hour, verdict, requests});
    }
}

// 60 seconds are complete.
void complete(Listen& listen, Crowds& crowds, const Record& record, bool begins, Outcome& outcome) {
    outcome.asked_crowd = true;
    const bool believed = record.most_at_place == 0 || crowds.count(record.place) < record.most_at_place;
    if (!believed && !begins && !listen.is_waiting) return;
    if (!begins && listen.is_waiting) change(outcome, listen.last.hour, listen.last.verdict, -1);
    change(outcome, record.hour, believed ? Verdict::counted : Verdict::flood, +1);
    listen.is_waiting = !believed;
    listen.last = {static_cast<std::uint32_t>(record.hour), Verdict::flood};
    if (!believed) return;
    listen.counted = outcome.download = true;
    crowds.add(record.place);
}

// What arrived of one request, or of a part of one.
bool add(Listen& listen, Crowds& crowds, const Record& record, const Terms& terms, std::span<const model::Interval> audio, bool begins,
         Outcome& outcome) {
    auto* track = track_for(listen, terms.context_of(record.context).version);
    const auto before = track != nullptr ? track->today.size() : 0;
    if (track != nullptr) {
        for (const auto& piece : audio) track->today.add(piece);
    }
    const bool more = track != nullptr && track->today.size() != before;
    if (!listen.counted && track != nullptr && is_download(*track, terms.version_of(track->version))) {
        complete(listen, crowds, record, begins, outcome);
    } else if (begins) {
        listen.is_waiting = true;
        listen.last = {static_cast<std::uint32_t>(record.hour),
                       listen.counted || goes_on(listen) ? Verdict::repeat : Verdict::under_a_minute};
        change(outcome, record.hour, listen.last.verdict, +1);
    }
    return more;
}

// A request that goes on after midnight belongs to the tally of the new day: so nothing of a day's tally changes once the day is closed.
void move_on(Listen& listen, const Record& record, Outcome& outcome) {
    if (record.requests != 0 || !listen.is_waiting || Hour{listen.last.hour} / 24 >= record.hour / 24) return;
    change(outcome, listen.last.hour, listen.last.verdict, -1);
    change(outcome, record.hour, listen.last.verdict, +1);
    listen.last.hour = static_cast<std::uint32_t>(record.hour);
}

}  // namespace

AudioVersion version_of(std::uint32_t episode, const model::CountedFile& file) {
    const auto bytes = file.size > file.audio_start ? file.size - file.audio_start : 0;
    const bool all = file.bytes_for_60s == 0 || file.bytes_for_60s > bytes;  // shorter than 60 s, or not known: all of it
    return {episode, bytes, all ? bytes : file.bytes_for_60s};
}

void audio_of(const model::Delivery& delivery, std::vector<model::Interval>& audio) {
    audio.clear();
    for (const auto& part : delivery.acknowledged) {
        const auto begin = std::max(part.begin, delivery.file.audio_start);
        const auto end = std::min(part.end, delivery.file.size);
        if (begin < end) {
            audio.push_back({begin - delivery.file.audio_start, end - delivery.file.audio_start});
        } else if (delivery.requests > 1) {
            audio.emplace_back();  // its request is to be told from the others
        }
    }
}

Listen::Track& Listen::add_track() {
    if (has_track) return others.make().emplace_back();
    has_track = true;
    return first;
}

bool take_in(Listen& listen, Crowds& crowds, const Record& record, const Terms& terms, Outcome& outcome) {
    outcome.asked_crowd = false;
    bool changed = record.in_evening && !listen.in_evening;
    listen.in_evening |= record.in_evening;
    move_on(listen, record, outcome);
    if (record.requests <= 1) {
        changed |= add(listen, crowds, record, terms, record.audio, record.requests == 1, outcome);
    } else {
        for (const auto& piece : record.audio) changed |= add(listen, crowds, record, terms, {&piece, 1}, true, outcome);
    }
    return changed || !outcome.changes.empty();
}

Listen carried_over(const Listen& yesterday, const Terms& terms) {
    Listen listen;
    listen.last = yesterday.last;
    listen.is_waiting = yesterday.is_waiting;
    for (std::size_t at = 0; at < yesterday.tracks(); ++at) {
        const auto& track = yesterday.track(at);
        const auto enough = terms.version_of(track.version).enough;
        auto received = track.today;
        if (track.before) {
            for (const auto& piece : track.before->pieces()) received.add(piece);
        }
        const bool counted = track.counted_before || (yesterday.counted && received.size() >= enough);
        // What was too little of one version beside a counted other one starts anew, and so does what was not believed.
        const bool flood = !yesterday.counted && received.size() >= enough;
        if (!counted && (yesterday.counted || flood)) continue;
        auto& carried = listen.add_track();
        carried.version = track.version;
        carried.before.make() = std::move(received);
        carried.counted_before = counted;
    }
    return listen;
}

}  // namespace earshot::analytics
