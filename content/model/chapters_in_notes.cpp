#include <algorithm>
#include <utility>

#include "content/model/chapter.hpp"
#include "content/model/text.hpp"
#include "content/model/time.hpp"

namespace earshot::model {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t fewest = 3, longest_line = 2000;
constexpr std::string_view emphasis = "*_`";

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

// "1:02:03", not of a "1:02pm", "1:02/2" or "1:02%".
std::optional<milliseconds> take_clock(std::string_view& line) {
    auto clock = line.substr(0, std::min(line.find_first_not_of("0123456789:."), line.size()));
    while (clock.ends_with('.') || clock.ends_with(':')) clock.remove_suffix(1);
    const auto moment = clock.contains(':') ? parse_clock(clock) : std::nullopt;
    const auto rest = line.substr(clock.size());
    if (!moment || (!rest.empty() && (std::string_view("/%").contains(rest.front()) || (rest.front() >= 'a' && rest.front() <= 'z'))))
        return std::nullopt;
    line = rest;
    return moment;
}

// "**" and "](https://…)" behind a time.
void skip_closing(std::string_view& line) {
    skip(line, emphasis);
    if (!line.starts_with("](")) return;
    const auto end = line.find(')');
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
}

// "– 1:30" behind a start: when it ends. A chapter lasts until the next, so nothing is lost with it.
void skip_end_of_range(std::string_view& line, milliseconds start) {
    auto rest = line;
    skip(rest, " \t");
    if (!take(rest, "-") && !take(rest, "–") && !take(rest, "—")) return;
    skip(rest, " \t*_`[");
    const auto end = take_clock(rest);
    if (!end || *end <= start) return;
    skip_closing(rest);
    line = rest;
}

// ")", then "–", "|", ":" or just a space. Marks of emphasis that touch the title are its own.
void skip_to_title(std::string_view& line) {
    for (auto before = line.size() + 1; before != line.size();) {
        before = line.size();
        skip(line, " \t)]|:-");
        for (const std::string_view dash : {"–", "—", "·", "→", "\u00A0"}) (void)take(line, dash);
        const auto marks = std::min(line.find_first_not_of(emphasis), line.size());
        if (marks == line.size() || std::string_view(" \t)]|:-").contains(line[marks])) line.remove_prefix(marks);
    }
}

// One "_" as CommonMark reads it: emphasis around words, but a part of snake_case.
bool is_in_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool ends_emphasis(std::string_view text, std::size_t at) {
    return at > 0 && text[at - 1] != ' ' && (at + 1 == text.size() || !is_in_word(text[at + 1]));
}
bool begins_emphasis(std::string_view text, std::string_view before) {
    if (text.size() < 2 || text[1] == ' ' || (!before.empty() && is_in_word(before.back()))) return false;
    for (auto at = text.find('_', 1); at != std::string_view::npos; at = text.find('_', at + 1))
        if (ends_emphasis(text, at)) return true;
    return false;
}

// "[Title](https://…)" gives its words and its link; marks of emphasis go.
Chapter read_title(std::string_view text) {
    Chapter chapter;
    std::string plain;
    bool emphasised = false, underscored = false;
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
        } else if (text.front() == '_' && (underscored ? text.size() == 1 || !is_in_word(text[1]) : begins_emphasis(text, plain))) {
            underscored = !underscored;
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
    const auto start = take_clock(line);
    if (!start) return std::nullopt;
    skip_closing(line);
    skip_end_of_range(line, *start);
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
