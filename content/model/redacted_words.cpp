#include "content/model/redacted_words.hpp"

#include <algorithm>
#include <utility>

#include "content/model/transcript_forms.hpp"

namespace earshot::model {

namespace {

using std::chrono::milliseconds;

// Nobody hears anything in so little, and times are rounded on their way from the master to a file for listeners.
constexpr milliseconds unheard(10);

const MasterId& as_handed_in(const Master& master) {
    return master.original ? *master.original : master.id;
}

// What listeners have now and `next` were handed in as one.
bool is_same_recording(const Episode& episode, const Master& next) {
    return episode.master && !episode.renditions.empty() && as_handed_in(*episode.master) == as_handed_in(next);
}

// How much of it the ranges take.
milliseconds taken_of(const Redactions& ranges, milliseconds start, milliseconds end) {
    milliseconds sum{};
    for (const Redaction& range : ranges) sum += std::max(std::min(range.end, end) - std::max(range.start, start), milliseconds(0));
    return sum;
}

// From what was heard to what will be.
class Move {
public:
    Move(const Redactions& before, const Redactions& after)
        : before_(before), after_(after), hidden_(after), fresh_(beyond(after, before)) {}

    struct Place {
        milliseconds start, end;
        bool overlaps;  // anywhere, by newly redacted ranges
        bool silenced;  // by these and all others together, everywhere
    };
    [[nodiscard]] Place operator()(milliseconds start, milliseconds end) const {
        start = before_.start_in_master(start);
        end = before_.end_in_master(end);
        const bool overlaps = taken_of(fresh_, start, end).count() > 0;
        return {after_.heard(start), after_.heard(end), overlaps, overlaps && end - start - taken_of(hidden_, start, end) < unheard};
    }

private:
    HeardTime before_, after_;
    Redactions hidden_, fresh_;
};

void move_chapters(std::vector<Chapter>& chapters, const Move& move, milliseconds duration) {
    std::vector<Chapter> moved;
    const bool begins_at_zero = !chapters.empty() && chapters.front().start.count() == 0;
    for (std::size_t i = 0; i < chapters.size(); ++i) {
        const auto end = i + 1 < chapters.size() ? chapters[i + 1].start : std::max(duration, chapters[i].start + milliseconds(1));
        const auto place = move(chapters[i].start, end);
        if (place.end - place.start < (place.silenced ? unheard : milliseconds(1))) continue;
        if (place.silenced)
            moved.push_back({place.start, std::string(redacted_words), {}});
        else
            moved.push_back({place.start, std::move(chapters[i].title), std::move(chapters[i].href)});
    }
    if (!moved.empty() && begins_at_zero) moved.front().start = {};  // what stood before it was cut; players want a first one at 0
    chapters = std::move(moved);
}

void move_transcript(std::optional<Transcript>& transcript, const Move& move) {
    if (!transcript) return;
    const auto cues = parse_cues(transcript->source);
    if (!cues) {
        transcript.reset();
        return;
    }
    std::vector<Cue> moved;
    bool changed = false;
    for (const Cue& cue : *cues) {
        const auto place = move(cue.start, cue.end);
        changed = changed || place.overlaps || place.start != cue.start || place.end != cue.end;
        if (place.end <= place.start) continue;
        if (place.overlaps)
            moved.push_back({place.start, place.end, {}, std::string(redacted_words)});
        else
            moved.push_back({place.start, place.end, cue.speaker, cue.text});
    }
    if (!changed) return;
    if (moved.empty()) {
        transcript.reset();
        return;
    }
    transcript->mime_type = "text/vtt";
    transcript->source = to_vtt(moved);
}

}  // namespace

bool is_redaction(const Episode& episode, const Master& next) {
    return is_same_recording(episode, next) && episode.master->redactions != next.redactions;
}

bool takes_out_more(const Episode& episode, const Master& next) {
    return is_redaction(episode, next) && !beyond(next.redactions, episode.master->redactions).empty();
}

void follow_audio(Episode& episode, const Master& next) {
    if (!is_redaction(episode, next)) return;
    const Move move(episode.master->redactions, next.redactions);
    move_chapters(episode.chapters, move, episode.renditions.front().duration);
    move_transcript(episode.transcript, move);
    if (episode.chapters_origin == ChaptersOrigin::notes) episode.chapters_origin = ChaptersOrigin::producer;
}

std::vector<Chapter> redact_chapters(std::vector<Chapter> chapters, const Redactions& ranges, milliseconds duration) {
    if (!ranges.empty()) move_chapters(chapters, Move({}, ranges), duration);
    return chapters;
}

std::vector<std::string> titles_beside(const std::vector<Chapter>& chapters, const Redactions& redactions, milliseconds duration) {
    const HeardTime time(redactions);
    std::vector<std::string> titles;
    for (std::size_t i = 0; i < chapters.size(); ++i) {
        const auto start = chapters[i].start, end = i + 1 < chapters.size() ? chapters[i + 1].start : duration;
        const bool beside = std::ranges::any_of(redactions, [&](const Redaction& range) {
            const auto from = time.heard(range.start), to = time.heard(range.end);
            return range.kind == RedactionKind::cut ? from >= start && from <= end : from < end && to > start;
        });
        if (beside && chapters[i].title != redacted_words) titles.push_back(chapters[i].title);
    }
    return titles;
}

WordsUnheard words_unheard(const std::vector<Cue>& cues, const Redactions& redactions) {
    const HeardTime time(redactions);
    Redactions silent;  // in the time of what is heard
    for (const Redaction& range : redactions)
        if (range.kind != RedactionKind::cut) silent.push_back({time.heard(range.start), time.heard(range.end), range.kind});
    WordsUnheard words;
    for (const Cue& cue : cues) {
        const auto hidden = taken_of(silent, cue.start, cue.end);
        if (hidden < unheard || cue.text.find(redacted_words) != std::string::npos) continue;
        (cue.end - cue.start - hidden < unheard ? words.inside : words.reaching).push_back(cue.start);
    }
    return words;
}

void change_audio(Episode& episode, const Master& next, const std::vector<Rendition>& renditions) {
    const bool is_version = is_same_recording(episode, next) && (next.original || episode.master->original);
    if (is_version) follow_audio(episode, next);
    episode.master = next;
    episode.renditions = renditions;
    if (!is_version) choose_chapters(episode);
}

}  // namespace earshot::model
