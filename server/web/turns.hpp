#pragma once
// A transcript as people read it: cues joined into turns, one a speaker, sounds apart.

#include <chrono>
#include <string>
#include <vector>

#include "content/model/transcript.hpp"

namespace earshot::web {

struct Turn {
    std::chrono::milliseconds start{};
    std::string speaker;  // empty when unknown, or the same person goes on in a new paragraph
    std::string text;
    bool is_sound{};  // "[door closes]", "(music)", "♪ …"
};

// Cues of one speaker become one turn until somebody else speaks, a sound is heard, or the paragraph is long enough.
[[nodiscard]] std::vector<Turn> turns_of(const std::vector<model::Cue>& cues);

}  // namespace earshot::web
