#pragma once
// The forms a transcript is handed out in, all written from the same cues with the speakers kept.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/transcript.hpp"

namespace earshot::model {

struct TranscriptForm {
    std::string_view extension;  // "vtt": in addresses
    std::string_view mime_type;  // as podcast:transcript wants it
    std::string_view name;       // "WebVTT", for people
    bool captions{};             // timed closely enough to be shown while the audio plays
    std::string (*write)(const std::vector<Cue>& cues, std::string_view title, std::string_view language);
};

// WebVTT first: the one to take where only one is wanted.
[[nodiscard]] std::span<const TranscriptForm> transcript_forms();
[[nodiscard]] const TranscriptForm* find_transcript_form(std::string_view extension);

// A valid WebVTT file: voices kept, & and < escaped, lines of at most 65 characters where there are spaces to break at.
[[nodiscard]] std::string to_vtt(const std::vector<Cue>& cues);

// SubRip as players show it: cards of two lines of at most 32 characters, a long cue's time shared among its cards; "Name:" opens the first
// card of a speaker.
[[nodiscard]] std::string to_srt(const std::vector<Cue>& cues);

// The podcast namespace's JSON: {"version": "1.0.0", "segments": [{"speaker", "startTime", "endTime", "body"}]}.
[[nodiscard]] std::string to_json(const std::vector<Cue>& cues);

// A whole page of the podcast namespace's <cite>, <time> and <p>; exact times in attributes. `title` and `language` are of the episode.
[[nodiscard]] std::string to_html(const std::vector<Cue>& cues, std::string_view title, std::string_view language);

}  // namespace earshot::model
