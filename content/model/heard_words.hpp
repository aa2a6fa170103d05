#pragma once
// What listeners get of an episode's chapters and transcript: nothing that points beyond the audio. What the producer typed or handed in
// stays with the episode as it is, since a recording that was replaced by mistake is replaced again.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "content/model/episode.hpp"

namespace earshot::model {

// Those that begin before the audio ends.
[[nodiscard]] std::vector<Chapter> chapters_within(std::vector<Chapter> chapters, std::chrono::milliseconds duration);

// The transcript's cues as they fit the audio (cues_within); all of them while there is none. Nothing when there is no transcript, or none
// that can be read: it was checked when it came in, but a later version may read less.
[[nodiscard]] std::optional<std::vector<Cue>> heard_cues(const Episode& episode);

// What of the words begins only after the audio has ended, in sentences for the producer. A transcript whose source is not loaded is passed
// over.
[[nodiscard]] std::vector<std::string> words_beyond_audio(const Episode& episode);

}  // namespace earshot::model
