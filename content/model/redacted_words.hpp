#pragma once
// What follows from a redaction for the words of an episode: chapters and transcript move with the audio and keep nothing of what was said.

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
// What earlier redactions took from the words does not come back when they are lifted.
void follow_audio(Episode& episode, const Master& next);

}  // namespace earshot::model
