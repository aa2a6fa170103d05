#pragma once
// Transcripts: who said what when, and which sounds were heard. The producer's file is kept as it came; cues are read from it.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"

namespace earshot::model {

struct Transcript {
    std::string mime_type;  // "text/vtt" or "application/x-subrip"
    std::string language;   // "en-GB"
    std::string source;     // the file as handed in, cleaned of what XML forbids
    bool operator==(const Transcript&) const = default;
};

struct Cue {
    std::chrono::milliseconds start{}, end{};
    std::string speaker;  // "" for sounds or when unknown
    std::string text;     // plain, entities decoded, tags removed
};

// Reads WebVTT (W3C, <v Name> voices) or SubRip ("Name:" opens a speaker). The format is told from the content.
// Errors: unprocessable with the line number and what is wrong (no cues, end before start, out of order).
[[nodiscard]] Result<std::vector<Cue>> parse_cues(std::string_view source);

// Checks by parse_cues and labels the format.
[[nodiscard]] Result<Transcript> make_transcript(std::string_view source, std::string language);

// "Name: text" lines, one a turn: for tags and search.
[[nodiscard]] std::string plain_text(const std::vector<Cue>& cues);

// A valid WebVTT file from cues: voices kept, & and < escaped.
[[nodiscard]] std::string to_vtt(const std::vector<Cue>& cues);

}  // namespace earshot::model
