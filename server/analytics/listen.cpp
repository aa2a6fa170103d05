#include "server/analytics/listen.hpp"

#include <algorithm>
#include <span>

namespace earshot::analytics {

namespace {

constexpr std::size_t most_tracks = 8;  // versions of one episode that one listener can be followed through in a day

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

// 60 seconds are complete.
void complete(Listen& listen, Crowds& crowds, const Record& record, bool begins, Outcome& outcome) {
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
}

// What arrived of one request, or of a part of one.
bool add(Listen& listen, Crowds& crowds, const Record& record, const AudioVersion& version, std::span<const model::Interval> audio,
         bool begins, Outcome& outcome) {
    auto* track = track_for(listen, version);
    const auto before = track != nullptr ? track->today.size() : 0;
    if (track != nullptr) {
        for (const auto& piece : audio) track->today.add(piece);
    }
    const bool more = track != nullptr && track->today.size() != before;
    if (!listen.counted && track != nullptr && is_download(*track)) {
        complete(listen, crowds, record, begins, outcome);
    } else if (begins) {
        const bool goes_on = std::ranges::any_of(listen.tracks, &Listen::Track::counted_before);
        listen.waiting = {record.hour, listen.counted || goes_on ? Verdict::repeat : Verdict::under_a_minute};
        change(outcome, record.hour, listen.waiting->verdict, +1);
    }
    return more;
}

}  // namespace

AudioVersion version_of(const model::CountedFile& file) {
    const auto bytes = file.size > file.audio_start ? file.size - file.audio_start : 0;
    const bool all = file.bytes_for_60s == 0 || file.bytes_for_60s > bytes;  // shorter than 60 s, or not known: all of it
    return {bytes, all ? bytes : file.bytes_for_60s};
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

bool take_in(Listen& listen, Crowds& crowds, const Record& record, const AudioVersion& version, Outcome& outcome) {
    bool changed = record.in_evening && !listen.in_evening;
    listen.in_evening |= record.in_evening;
    if (record.requests <= 1) {
        changed |= add(listen, crowds, record, version, record.audio, record.requests == 1, outcome);
    } else {
        for (const auto& piece : record.audio) changed |= add(listen, crowds, record, version, {&piece, 1}, true, outcome);
    }
    return changed || !outcome.changes.empty();
}

Listen carried_over(const Listen& yesterday) {
    Listen listen;
    listen.waiting = yesterday.waiting;
    for (const auto& track : yesterday.tracks) {
        auto received = track.before;
        for (const auto& piece : track.today.pieces()) received.add(piece);
        const bool counted = track.counted_before || (yesterday.counted && received.size() >= track.version.enough);
        // What was too little of one version beside a counted other one starts anew, and so does what was not believed.
        const bool flood = !yesterday.counted && received.size() >= track.version.enough;
        if (counted || !(yesterday.counted || flood)) listen.tracks.push_back({track.version, {}, std::move(received), counted});
    }
    return listen;
}

}  // namespace earshot::analytics
