#pragma once
// What producers type, made fit to store: cleaned in place and checked field by field. The API and the studio both save only what passed
// here, so that feeds, pages and tags never meet a bad value. Errors are invalid_input with a sentence naming the field; the value is then
// half cleaned and must be thrown away.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/episode.hpp"
#include "content/model/error.hpp"
#include "content/model/show.hpp"

namespace earshot::publishing {

// Every field a producer may set. An empty slug stays empty: whoever stores it makes one from the title.
[[nodiscard]] model::Status tidy(model::Show& show);
[[nodiscard]] model::Status tidy(model::Episode& episode);

// "en-gb" → "en-GB". Two-letter ISO 639-1, optionally a script and a region: what directories accept.
[[nodiscard]] model::Result<std::string> tidy_language(std::string_view tag);

// One line of words for a picture, required.
[[nodiscard]] model::Result<std::string> tidy_alt(std::string_view text);

// A producer's file name for showing only: no folders, cleaned, at most 255 characters.
[[nodiscard]] std::string tidy_file_name(std::string_view name);

// JSON chapters ({"chapters":[{"startTime":…}]}) or lines "00:01:30 Title"; checked, against `duration` too when it is known.
[[nodiscard]] model::Result<std::vector<model::Chapter>> parse_chapters(std::string_view text,
                                                                        std::optional<std::chrono::milliseconds> duration);

// WebVTT, SubRip, and the podcast namespace's JSON and HTML, told apart by their content; the last two are kept as WebVTT. unprocessable
// with a sentence, also when cues begin after the audio has ended; invalid_input for the language.
[[nodiscard]] model::Result<model::Transcript> read_transcript(std::string_view source, std::string_view language,
                                                               std::optional<std::chrono::milliseconds> duration);

// What was checked against the audio of `checked` fits that of `now`. conflict when listeners get other audio by then: words of what was
// taken out meanwhile must not come back.
[[nodiscard]] model::Status same_audio(const model::Episode& checked, const model::Episode& now);

// Markdown notes as a person would type them into a plain field: links as "text (address)", no marks.
[[nodiscard]] std::string plain_notes(std::string_view markdown);

}  // namespace earshot::publishing
