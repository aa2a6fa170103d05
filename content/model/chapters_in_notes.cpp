#include <algorithm>
#include <utility>

#include "content/model/chapter.hpp"
#include "content/model/text.hpp"
#include "content/model/time.hpp"

namespace earshot::model {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t fewest = 3, longest_line = 2000;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void skip(std::string_view& text, std::string_view characters) {
    text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

bool take(std::string_view& text, std::string_view start) {
    if (!text.starts_with(start)) return false;
    text.remove_prefix(start.size());
    return true;
}

// "- ", "* ", "1. ", "> " and "### " before, "**", "(" or "[" around the time.
void skip_to_time(std::string_view& line) {
    skip(line, " \t");
    const auto marker = line.find_first_not_of("#>");
    if (marker != 0 && marker != std::string_view::npos && line[marker] == ' ') line.remove_prefix(marker + 1);
    const auto number = std::min(line.find_first_not_of("0123456789"), line.size());
    const auto after = line.substr(number);
    if (number > 0 && (after.starts_with(". ") || after.starts_with(") "))) line.remove_prefix(number + 2);
    (void)take(line, "•");
    skip(line, " \t*+-_`([");
}

// "**", ")", "](https://…)" behind the time, then "–", "|", ":" or just a space.
void skip_to_title(std::string_view& line) {
    if (line.starts_with("](")) {
        const auto end = line.find(')');
        line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    }
    for (auto before = line.size() + 1; before != line.size();) {
        before = line.size();
        skip(line, " \t*_`)]|:-");
        for (const std::string_view dash : {"–", "—", "·", "→", "\u00A0"}) (void)take(line, dash);
    }
}

// "[Title](https://…)" gives its words and its link; marks of emphasis go.
Chapter read_title(std::string_view text) {
    Chapter chapter;
    std::string plain;
    bool emphasised = false;
    while (!text.empty()) {
        const auto middle = text.front() == '[' ? text.find("](") : std::string_view::npos;
        const auto end = middle == std::string_view::npos ? middle : text.find(')', middle);
        if (end != std::string_view::npos) {
            plain += text.substr(1, middle - 1);
            const auto href = text.substr(middle + 2, end - middle - 2);
            if (chapter.href.empty() && href.starts_with("https://")) chapter.href = href;
            text.remove_prefix(end + 1);
        } else if (take(text, "**") || take(text, "__") || take(text, "`")) {
        } else if (text.front() == '*' &&
                   (emphasised || (text.size() > 1 && text[1] != ' ' && text.find('*', 1) != std::string_view::npos))) {
            emphasised = !emphasised;
            text.remove_prefix(1);
        } else if (text.size() > 1 && text.front() == '\\' && std::string_view("\\`*_{}[]()#+-.!|").contains(text[1])) {
            plain += text[1];
            text.remove_prefix(2);
        } else {
            plain += text.front();
            text.remove_prefix(1);
        }
    }
    chapter.title = clean_line(plain);
    for (const char mark : {'*', '_'})  // its other half went with what stood before the title
        if (chapter.title.ends_with(mark) && std::ranges::count(chapter.title, mark) == 1) chapter.title.pop_back();
    return chapter;
}

std::optional<ChapterMark> read_line(std::string_view line) {
    line = line.substr(0, longest_line);
    skip_to_time(line);
    const auto length = std::min(
        static_cast<std::size_t>(std::ranges::find_if_not(line, [](char c) { return is_digit(c) || c == ':' || c == '.'; }) - line.begin()),
        line.size());
    auto clock = line.substr(0, length);
    while (clock.ends_with('.') || clock.ends_with(':')) clock.remove_suffix(1);
    const auto start = clock.contains(':') ? parse_clock(clock) : std::nullopt;
    if (!start) return std::nullopt;
    line.remove_prefix(clock.size());
    if (!line.empty() && (std::string_view("/%").contains(line.front()) || (line.front() >= 'a' && line.front() <= 'z')))
        return std::nullopt;
    skip_to_title(line);
    auto chapter = read_title(line);
    if (chapter.title.empty()) return std::nullopt;
    return ChapterMark{*start, {}, std::move(chapter.title), std::move(chapter.href)};
}

// What is wrong with a list that is long enough and begins at 00:00, or nothing.
std::string fault_of(const std::vector<ChapterMark>& list) {
    for (std::size_t i = 1; i < list.size(); ++i)
        if (list[i].start <= list[i - 1].start)
            return "The times in the notes became no chapters: " + format_clock(list[i].start) + " comes after " +
                   format_clock(list[i - 1].start) + ". Put them in order of time.";
    if (list.size() > most_chapters)
        return "The times in the notes became no chapters: there are " + std::to_string(list.size()) +
               ", and audio files hold at most 255.";
    return {};
}

}  // namespace

FoundChapters chapters_in_notes(std::string_view markdown) {
    std::vector<ChapterMark> list;
    const auto complete = [&] { return list.size() >= fewest && list.front().start.count() == 0; };
    while (!markdown.empty()) {
        const auto end = std::min(markdown.find_first_of("\r\n"), markdown.size());
        const auto line = markdown.substr(0, end);
        markdown.remove_prefix(std::min(end + 1, markdown.size()));
        if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
        if (auto mark = read_line(line)) {
            list.push_back(std::move(*mark));
        } else {
            if (complete()) break;
            list.clear();
        }
    }
    if (!complete()) return {};
    if (auto fault = fault_of(list); !fault.empty()) return {{}, {std::move(fault)}};
    return tidy_marks(std::move(list));
}

}  // namespace earshot::model
