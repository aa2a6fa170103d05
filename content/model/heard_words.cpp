#include "content/model/heard_words.hpp"

#include <algorithm>
#include <utility>

namespace earshot::model {

using std::chrono::milliseconds;

std::vector<Chapter> chapters_within(std::vector<Chapter> chapters, milliseconds duration) {
    std::erase_if(chapters, [&](const Chapter& chapter) { return chapter.start >= duration; });
    return chapters;
}

std::optional<std::vector<Cue>> heard_cues(const Episode& episode) {
    if (!episode.transcript) return std::nullopt;
    auto cues = parse_cues(episode.transcript->source);
    if (!cues) return std::nullopt;
    if (episode.renditions.empty()) return std::move(*cues);
    return cues_within(std::move(*cues), episode.renditions.front().duration);
}

std::vector<std::string> words_beyond_audio(const Episode& episode) {
    std::vector<std::string> sentences;
    if (episode.renditions.empty()) return sentences;
    const auto duration = episode.renditions.front().duration;
    const auto is_beyond = [&](const Chapter& chapter) { return chapter.start >= duration; };
    if (const auto count = std::ranges::count_if(episode.chapters, is_beyond); count > 0)
        sentences.push_back((count == 1 ? "One chapter begins" : std::to_string(count) + " chapters begin") +
                            " after the audio has ended, which is " + format_clock(duration) + " long (" +
                            (count == 1 ? "at " : "the first at ") +
                            format_clock(std::ranges::find_if(episode.chapters, is_beyond)->start) + "). Listeners do not get " +
                            (count == 1 ? "it" : "them") + "; check that the times are those of this recording.");
    if (!episode.transcript) return sentences;
    if (const auto cues = parse_cues(episode.transcript->source))
        if (auto fits = check_timing(*cues, duration); !fits)
            sentences.push_back(std::move(fits.error().message) + " Until then listeners do not get what lies beyond the end.");
    return sentences;
}

}  // namespace earshot::model
