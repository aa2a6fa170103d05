#pragma once
// The inside of transcripts: the bytes as text, a cue's markup off, entities decoded, cut into who says what.

#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"

namespace earshot::model {

// The file as clean text, or why it is none. unprocessable with the line number when it is not UTF-8.
[[nodiscard]] Result<std::string> read_text(std::string_view source);

[[nodiscard]] std::unexpected<Error> too_many_cues();

// Each trimmed and clean, none of them blank.
[[nodiscard]] std::vector<std::string> tidy_lines(std::string_view text);

struct Turn {
    std::string speaker;  // "" when nobody is named
    std::string text;     // trimmed lines, none of them blank
};

// WebVTT cue text: <v Name> and <v.class Name> say who speaks, until the next one or </v>.
[[nodiscard]] std::vector<Turn> read_vtt_text(std::string_view payload);

// SubRip: a line that begins with "Name:" says who speaks. `speaker` is whoever spoke last and goes on speaking in the next cue.
[[nodiscard]] std::vector<Turn> read_srt_text(std::string_view payload, std::string& speaker);

// &amp;, &#233; and the like as characters. What is no entity stays as it is: "R&D" is common in files made by hand.
[[nodiscard]] std::string decode_entities(std::string_view text);

// "[music]", "(applause)", "♪ … ♪": heard, not said.
[[nodiscard]] bool is_sound(std::string_view text);

}  // namespace earshot::model
