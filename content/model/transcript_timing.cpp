// How a transcript's times fit each other and the audio.

#include <algorithm>

#include "content/model/text.hpp"
#include "content/model/time.hpp"
#include "content/model/transcript.hpp"

namespace earshot::model {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds rounding(1000);

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return count == 1 ? std::string(one) : std::to_string(count) + " " + std::string(many);
}

}  // namespace

void complete_ends(std::vector<Cue>& cues) {
    milliseconds next{};  // the nearest start behind that is later than this one's
    milliseconds behind{-1};
    for (auto cue = cues.rbegin(); cue != cues.rend(); ++cue) {
        if (behind > cue->start) next = behind;
        behind = cue->start;
        if (cue->end > cue->start) continue;
        const auto words = std::ranges::count(cue->text, ' ') + 1;
        cue->end = next > cue->start ? next : cue->start + milliseconds(2000 + 250 * words);
    }
}

Status check_timing(const std::vector<Cue>& cues, milliseconds duration) {
    const auto beyond = std::ranges::count_if(cues, [&](const Cue& cue) { return cue.start >= duration + rounding; });
    if (beyond == 0) return {};
    const auto first = std::ranges::find_if(cues, [&](const Cue& cue) { return cue.start >= duration + rounding; });
    return fail(Errc::unprocessable, "The transcript does not fit the audio, which is " + format_clock(duration) +
                                         " long: " + counted(static_cast<std::size_t>(beyond), "one cue begins", "cues begin") +
                                         " after its end, the first at " + format_clock(first->start) +
                                         ". Hand in the transcript of this recording.");
}

std::vector<std::string> timing_advice(const std::vector<Cue>& cues, std::optional<milliseconds> duration) {
    std::vector<std::string> sentences;
    std::size_t overlapping = 0;
    milliseconds first{}, latest_start{-1}, latest_end{}, open_end{};  // open_end: of the cues that began before latest_start
    for (const auto& cue : cues) {
        if (cue.start > latest_start) open_end = latest_end;
        latest_start = cue.start;
        latest_end = std::max(latest_end, cue.end);
        if (cue.start < open_end && overlapping++ == 0) first = cue.start;
    }
    if (overlapping > 0)
        sentences.push_back(counted(overlapping, "One cue of the transcript begins", "cues of the transcript begin") +
                            " before the one above has ended (the first at " + format_clock(first) +
                            "). Where two people speak at once that is right; apps that show one cue at a time will cut the other short.");
    if (duration && latest_end > *duration + rounding && check_timing(cues, *duration))  // of cues wholly beyond that one says enough
        sentences.push_back("The transcript's last cue ends at " + format_clock(latest_end) + ", but the audio at " +
                            format_clock(*duration) + ". It is cut there; check that the times are those of this recording.");
    return sentences;
}

std::vector<Cue> cues_within(std::vector<Cue> cues, milliseconds duration) {
    std::erase_if(cues, [&](const Cue& cue) { return cue.start >= duration; });
    for (auto& cue : cues) cue.end = std::min(cue.end, duration);
    return cues;
}

}  // namespace earshot::model
