#include "content/model/redacted_words.hpp"

#include <algorithm>
#include <utility>

#include "content/model/transcript_forms.hpp"

namespace earshot::model {

namespace {

using std::chrono::milliseconds;

const MasterId& as_handed_in(const Master& master) {
    return master.original ? *master.original : master.id;
}

// From what was heard to what will be.
class Move {
public:
    Move(const Redactions& before, const Redactions& after) : before_(before), after_(after), fresh_(beyond(after, before)) {}

    struct Place {
        milliseconds start, end;
        bool overlaps, covered;  // by newly redacted ranges: anywhere, everywhere
    };
    [[nodiscard]] Place operator()(milliseconds start, milliseconds end) const {
        start = before_.start_in_master(start);
        end = before_.end_in_master(end);
        milliseconds hidden{};
        for (const Redaction& range : fresh_) hidden += std::max(std::min(range.end, end) - std::max(range.start, start), milliseconds(0));
        return {after_.heard(start), after_.heard(end), hidden.count() > 0, end > start && hidden >= end - start};
    }

private:
    HeardTime before_, after_;
    Redactions fresh_;
};

void move_chapters(std::vector<Chapter>& chapters, const Move& move, milliseconds duration) {
    std::vector<Chapter> moved;
    for (std::size_t i = 0; i < chapters.size(); ++i) {
        const auto end = i + 1 < chapters.size() ? chapters[i + 1].start : std::max(duration, chapters[i].start + milliseconds(1));
        const auto place = move(chapters[i].start, end);
        if (place.end <= place.start) continue;
        if (place.covered)
            moved.push_back({place.start, std::string(redacted_words), {}});
        else
            moved.push_back({place.start, std::move(chapters[i].title), std::move(chapters[i].href)});
    }
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

void follow_audio(Episode& episode, const Master& next) {
    if (!episode.master || episode.renditions.empty() || as_handed_in(*episode.master) != as_handed_in(next)) return;
    if (episode.master->redactions == next.redactions) return;
    const Move move(episode.master->redactions, next.redactions);
    move_chapters(episode.chapters, move, episode.renditions.front().duration);
    move_transcript(episode.transcript, move);
}

}  // namespace earshot::model
