#pragma once
// What follows for the words of an episode when its audio changes: those of another recording are chosen anew; with a redaction, chapters
// and transcript move and keep nothing of what was said.

#include "content/model/episode.hpp"

namespace earshot::model {

constexpr std::string_view redacted_words = "[redacted]";

// The episode's audio is about to become that of `next`. When that is another version of the recording it has now, chapters and transcript
// are brought from the one to the other; otherwise they stay as they are.
//   cues:     any that overlaps a newly redacted range says "[redacted]" and names no speaker (which of its words were meant nobody can
//             tell); one that lies in a cut goes. A transcript that changes becomes WebVTT, without comments; one that is left without
//             cues, or cannot be read, goes.
//   chapters: one that lies in a cut goes; one of which nothing is heard any more, and something was until now, is called "[redacted]" and
//             loses its link. Up to a hundredth of a second that is left counts as nothing. The first one starts at 0.
// What earlier redactions took from the words does not come back when they are lifted. Times in the notes are those of the recording as it
// was: chapters that were taken from there are the producer's from now on.
void follow_audio(Episode& episode, const Master& next);

// `next` is the recording that listeners have now, with other ranges taken out of it; and with more.
[[nodiscard]] bool is_redaction(const Episode& episode, const Master& next);
[[nodiscard]] bool takes_out_more(const Episode& episode, const Master& next);

// The chapters of a recording as it was handed in, `duration` long, brought to a version of it by the rules above.
[[nodiscard]] std::vector<Chapter> redact_chapters(std::vector<Chapter> chapters, const Redactions& ranges,
                                                   std::chrono::milliseconds duration);

// Titles of chapters that muted or bleeped ranges reach into, or a cut touches, for their producer to read again. Of one that begins or
// ends where a cut was made nobody can tell any more whether it reached into it.
[[nodiscard]] std::vector<std::string> titles_beside(const std::vector<Chapter>& chapters, const Redactions& redactions,
                                                     std::chrono::milliseconds duration);

// `next` with these renditions becomes the episode's audio. Versions of one recording: follow_audio. Otherwise chapters that nobody typed
// in are chosen anew (choose_chapters).
void change_audio(Episode& episode, const Master& next, const std::vector<Rendition>& renditions);

// Words where listeners hear nothing, or a tone: a transcript that was handed in since may say what was taken out. Cues that say
// "[redacted]" somewhere are taken for mended.
struct WordsUnheard {
    std::vector<std::chrono::milliseconds> inside;    // starts of cues of which nothing is heard
    std::vector<std::chrono::milliseconds> reaching;  // and of those that are heard in part
};
[[nodiscard]] WordsUnheard words_unheard(const std::vector<Cue>& cues, const Redactions& redactions);

}  // namespace earshot::model
