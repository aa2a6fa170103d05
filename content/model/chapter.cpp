#include "content/model/chapter.hpp"

#include <algorithm>
#include <utility>

#include "content/model/text.hpp"
#include "content/model/time.hpp"

namespace earshot::model {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t longest_title = 255, longest_link = 2000;  // characters
constexpr milliseconds near_the_start(1000);

std::string some_chapters(std::size_t count) {
    return count == 1 ? "One chapter" : std::to_string(count) + " chapters";
}

std::string were_left_out(std::size_t count) {
    return count == 1 ? "was left out." : "were left out.";
}

// Those that start together stay as they stood.
void put_in_order(std::vector<ChapterMark>& marks) {
    std::vector<std::pair<milliseconds, std::size_t>> places;
    for (std::size_t i = 0; i < marks.size(); ++i) places.emplace_back(marks[i].start, i);
    std::ranges::sort(places);
    std::vector<ChapterMark> ordered;
    for (const auto& [start, place] : places) ordered.push_back(std::move(marks[place]));
    marks = std::move(ordered);
}

bool is_link(std::string_view href) {
    return href.starts_with("https://") && href.size() > 8 && href.size() <= longest_link &&
           href.find_first_of(" \"<>") == std::string_view::npos;
}

std::string short_title(std::string_view title) {
    auto line = clean_line(title);
    while (utf8_length(line) > longest_title) line = clean_line(truncate_utf8(line, line.size() - (utf8_length(line) - longest_title)));
    return line;
}

}  // namespace

Status check_chapters(const std::vector<Chapter>& chapters, std::optional<milliseconds> duration) {
    if (chapters.size() > most_chapters)
        return fail(Errc::invalid_input,
                    "There are " + std::to_string(chapters.size()) + " chapters; audio files hold at most 255. Merge some of them.");
    for (std::size_t i = 0; i < chapters.size(); ++i) {
        const auto& chapter = chapters[i];
        const std::string which = "Chapter " + std::to_string(i + 1);
        if (clean_line(chapter.title).empty()) return fail(Errc::invalid_input, which + " has no title.");
        if (utf8_length(chapter.title) > longest_title) return fail(Errc::invalid_input, which + "'s title is longer than 255 characters.");
        if (i == 0 && chapter.start.count() != 0)
            return fail(Errc::invalid_input, "The first chapter must start at 00:00:00, not at " + format_clock(chapter.start) + ".");
        if (i > 0 && chapter.start <= chapters[i - 1].start)
            return fail(Errc::invalid_input, which + " starts at " + format_clock(chapter.start) +
                                                 ", which is not after the one before it. Put chapters in order of time.");
        if (duration && chapter.start >= *duration)
            return fail(Errc::invalid_input, which + " starts at " + format_clock(chapter.start) + ", but the audio is only " +
                                                 format_clock(*duration) + " long.");
    }
    return {};
}

FoundChapters tidy_marks(std::vector<ChapterMark> marks) {
    FoundChapters found;
    auto& remarks = found.remarks;
    std::size_t nameless = 0, momentary = 0, overlapping = 0;
    if (!std::ranges::is_sorted(marks, {}, &ChapterMark::start)) {
        put_in_order(marks);
        remarks.emplace_back("The chapters in this recording were not in order of time; they were put in order.");
    }
    milliseconds end{-1};
    for (auto& mark : marks) {
        Chapter chapter{mark.start, short_title(mark.title), clean_line(mark.href)};
        if (!is_link(chapter.href)) chapter.href.clear();
        if (chapter.title.empty()) {
            ++nameless;
        } else if (!found.chapters.empty() && found.chapters.back().start == chapter.start) {
            ++momentary;  // the one before it lasts no time
            found.chapters.back() = std::move(chapter);
        } else {
            if (end > mark.start) ++overlapping;
            found.chapters.push_back(std::move(chapter));
        }
        end = mark.end > mark.start ? mark.end : milliseconds(-1);
    }
    if (nameless > 0) remarks.push_back(some_chapters(nameless) + " in this recording had no title and " + were_left_out(nameless));
    if (momentary > 0)
        remarks.push_back(some_chapters(momentary) + " in this recording lasted no time, as another starts at once, and " +
                          were_left_out(momentary));
    if (overlapping > 0)
        remarks.push_back(some_chapters(overlapping) +
                          " in this recording started before the one above had ended; each one now ends where the next starts.");
    if (found.chapters.size() > most_chapters) {
        remarks.push_back("This recording holds " + std::to_string(found.chapters.size()) +
                          " chapters; audio files hold at most 255, so none was taken. Type in those that matter.");
        found.chapters.clear();
    }
    return found;
}

std::vector<Chapter> fit_chapters(std::vector<Chapter> found, std::optional<milliseconds> duration, std::string_view opening) {
    if (duration) std::erase_if(found, [&](const Chapter& chapter) { return chapter.start >= *duration; });
    if (found.empty() || found.front().start.count() == 0) return found;
    auto title = short_title(opening);
    if (found.front().start < near_the_start || found.size() >= most_chapters || title.empty())
        found.front().start = milliseconds(0);
    else
        found.insert(found.begin(), {milliseconds(0), std::move(title), {}});
    return found;
}

}  // namespace earshot::model
