#pragma once
// Chapters: where they come from, and what makes them fit to be published.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"

namespace earshot::model {

struct Chapter {
    std::chrono::milliseconds start{};
    std::string title;
    std::string href;  // optional
    bool operator==(const Chapter&) const = default;
};

inline constexpr std::size_t most_chapters = 255;  // ID3's table of contents holds no more

enum class ChaptersOrigin {
    none,      // nobody gave any
    producer,  // by hand, also when the hand took all away
    master,    // found in the recording
    notes,     // times in the show notes
};
[[nodiscard]] std::string_view to_string(ChaptersOrigin origin) noexcept;  // "" for none
[[nodiscard]] std::optional<ChaptersOrigin> parse_chapters_origin(std::string_view text) noexcept;

// Checks order, first at 0, non-empty titles, all before `duration` when given, most_chapters.
// Errors: invalid_input naming the chapter.
[[nodiscard]] Status check_chapters(const std::vector<Chapter>& chapters, std::optional<std::chrono::milliseconds> duration);

struct FoundChapters {
    std::vector<Chapter> chapters;     // pass check_chapters but for the first one's start and the duration
    std::vector<std::string> remarks;  // what was wrong with them, in sentences for a producer
};

// A chapter as some file tells it.
struct ChapterMark {
    std::chrono::milliseconds start{};
    std::chrono::milliseconds end{};  // not after the start: unknown
    std::string title, href;
};
// Puts in order, cleans titles and links, leaves out what lasts no time or says nothing. Too many are all left out: which ones matter
// nobody but the producer knows.
[[nodiscard]] FoundChapters tidy_marks(std::vector<ChapterMark> marks);

// Lists of times in show notes ("00:00 Intro", "- 1:02:03 – [Title](https://…)"): at least three lines one after another, the first at
// 00:00, in order; the first such list counts. This is what Apple's and other apps read from descriptions.
[[nodiscard]] FoundChapters chapters_in_notes(std::string_view markdown);

// What is found, fitted to an audio file: none beyond its end, the first at 0, where a chapter named `opening` is put when none is near.
[[nodiscard]] std::vector<Chapter> fit_chapters(std::vector<Chapter> found, std::optional<std::chrono::milliseconds> duration,
                                                std::string_view opening);

}  // namespace earshot::model
