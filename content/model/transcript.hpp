#pragma once
// Transcripts: who said what when, and which sounds were heard. The producer's file is kept as it came; cues are read from it, and what
// listeners get is written from the cues.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"

namespace earshot::model {

struct Transcript {
    std::string mime_type;  // "text/vtt" or "application/x-subrip"; JSON and HTML are kept as WebVTT
    std::string language;   // "en-GB"
    std::string source;     // the file as handed in, cleaned of what XML forbids
    bool operator==(const Transcript&) const = default;
};

struct Cue {
    std::chrono::milliseconds start{}, end{};
    std::string speaker;  // "" for sounds or when unknown
    std::string text;     // plain, entities decoded, tags removed
    bool operator==(const Cue&) const = default;
};

// More than days of talk have; every page, form and tag is made from all of them.
inline constexpr std::size_t most_cues = 100'000;

// Reads WebVTT (W3C, <v Name> voices) or SubRip ("Name:" opens a speaker). The format is told from the content.
// Errors: unprocessable with the line number and what is wrong (no cues, too many, end before start, out of order).
[[nodiscard]] Result<std::vector<Cue>> parse_cues(std::string_view source);

// Reads the podcast namespace's HTML transcripts: <cite> who, <time> when, <p> what. Only those three are looked at. A cue without an end
// lasts until the next begins; paragraphs under one time share its stretch by their length. Errors as parse_cues, mostly without line
// numbers.
[[nodiscard]] Result<std::vector<Cue>> parse_html_cues(std::string_view source);

// Ends for cues that have none (end <= start): the start of the next later one, or two seconds and a quarter of one a word.
void complete_ends(std::vector<Cue>& cues);

// Checks by parse_cues and labels the format.
[[nodiscard]] Result<Transcript> make_transcript(std::string_view source, std::string language);

// unprocessable when cues begin after the audio has ended: it is another recording's transcript. Rounding of up to a second is forgiven.
[[nodiscard]] Status check_timing(const std::vector<Cue>& cues, std::chrono::milliseconds duration);

// What a careful producer would mend (cues that overlap, or last longer than the audio), in sentences.
[[nodiscard]] std::vector<std::string> timing_advice(const std::vector<Cue>& cues, std::optional<std::chrono::milliseconds> duration);

// The cues as they fit an audio file: none begins after its end, none outlasts it.
[[nodiscard]] std::vector<Cue> cues_within(std::vector<Cue> cues, std::chrono::milliseconds duration);

// "Name: text" lines, one a turn: for tags and search.
[[nodiscard]] std::string plain_text(const std::vector<Cue>& cues);

}  // namespace earshot::model
