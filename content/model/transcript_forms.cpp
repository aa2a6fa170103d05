#include "content/model/transcript_forms.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <utility>

#include "content/model/cue_text.hpp"
#include "content/model/text.hpp"
#include "content/model/time.hpp"

namespace earshot::model {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t longest_vtt_line = 65, longest_card_line = 32, lines_a_card = 2;

std::string format_time(milliseconds time, char point) {
    const auto count = static_cast<long long>(time.count());
    char text[40];
    std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld%c%03lld", count / 3'600'000, count / 60'000 % 60, count / 1000 % 60, point,
                  count % 1000);
    return text;
}

// "62.345": what JSON and HTML durations want.
std::string seconds(milliseconds time) {
    const auto count = static_cast<long long>(time.count());
    char text[40];
    std::snprintf(text, sizeof text, "%lld.%03lld", count / 1000, count % 1000);
    return text;
}

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (c == '\n')
            out += "\\n";
        else
            out += c;  // other control characters were cleaned away
    }
    return out + '"';
}

// Broken at spaces only: a longer word stays whole.
void wrap(std::string_view line, std::size_t longest, std::vector<std::string>& into) {
    std::string row;
    while (!line.empty()) {
        const auto end = std::min(line.find(' '), line.size());
        const auto word = line.substr(0, end);
        if (!row.empty() && utf8_length(row) + 1 + utf8_length(word) > longest) into.push_back(std::exchange(row, {}));
        if (!row.empty()) row += ' ';
        row += word;
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    if (!row.empty()) into.push_back(std::move(row));
}

// SubRip has no escapes: what players would take for a tag is kept apart from its letter, and an arrow
// belongs to the times.
std::string without_tags(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '>' && out.ends_with("--")) out += ' ';
        out += text[i];
        const char next = i + 1 < text.size() ? text[i + 1] : ' ';
        const bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
        if ((text[i] == '<' && (letter || next == '/')) || (text[i] == '{' && next == '\\')) out += ' ';
    }
    return out;
}

void append_card(std::string& out, std::size_t& number, milliseconds start, milliseconds end, std::span<const std::string> lines) {
    if (!out.empty()) out += '\n';
    out += std::to_string(++number) + '\n' + format_time(start, ',') + " --> " + format_time(end, ',') + '\n';
    for (const auto& line : lines) out += line + '\n';
}

// The cue's time in proportion to the letters of each card, at least a millisecond each. Returns when the last one begins.
milliseconds append_cards(std::string& out, std::size_t& number, const Cue& cue, std::span<const std::string> lines) {
    std::size_t all = 0, shown = 0;
    for (const auto& line : lines) all += line.size();
    auto start = cue.start, last = start;
    const auto length = (cue.end - cue.start).count();
    for (std::size_t at = 0; at < lines.size(); at += lines_a_card) {
        const auto card = lines.subspan(at, std::min(lines_a_card, lines.size() - at));
        for (const auto& line : card) shown += line.size();
        const auto share = cue.start + milliseconds(length * static_cast<std::int64_t>(shown) / static_cast<std::int64_t>(all));
        const auto end =
            at + lines_a_card < lines.size() ? std::max(share, start + milliseconds(1)) : std::max(cue.end, start + milliseconds(1));
        append_card(out, number, start, end, card);
        last = std::exchange(start, end);
    }
    return last;
}

constexpr std::array<TranscriptForm, 4> forms{{
    {"vtt", "text/vtt", "WebVTT", true, [](const std::vector<Cue>& cues, std::string_view, std::string_view) { return to_vtt(cues); }},
    {"srt", "application/x-subrip", "SubRip", true,
     [](const std::vector<Cue>& cues, std::string_view, std::string_view) { return to_srt(cues); }},
    {"json", "application/json", "JSON", true,
     [](const std::vector<Cue>& cues, std::string_view, std::string_view) { return to_json(cues); }},
    {"html", "text/html", "HTML", false, &to_html},
}};

}  // namespace

std::span<const TranscriptForm> transcript_forms() {
    return forms;
}

const TranscriptForm* find_transcript_form(std::string_view extension) {
    const auto* found = std::ranges::find(forms, extension, &TranscriptForm::extension);
    return found == forms.end() ? nullptr : found;
}

std::string to_vtt(const std::vector<Cue>& cues) {
    std::string out = "WEBVTT\n";
    for (const auto& cue : cues) {
        std::vector<std::string> lines;
        for (const auto& line : tidy_lines(cue.text)) wrap(line, longest_vtt_line, lines);
        out += "\n" + format_time(cue.start, '.') + " --> " + format_time(cue.end, '.') + "\n";
        if (const auto speaker = clean_line(cue.speaker); !speaker.empty()) out += "<v " + escape(speaker) + ">";
        for (std::size_t i = 0; i < lines.size(); ++i) out += (i == 0 ? "" : "\n") + escape(lines[i]);
        out += '\n';
    }
    return out;
}

std::string to_srt(const std::vector<Cue>& cues) {
    std::string out, speaking;
    std::size_t number = 0;
    auto latest = milliseconds(0);
    for (const auto& given : cues) {
        auto cue = given;
        cue.start = std::max(cue.start, latest);  // two who speak at once: the cards follow each other in the order of the cues
        cue.end = std::max(cue.end, cue.start);
        std::vector<std::string> lines;
        const auto name = clean_line(cue.speaker);
        const bool sound = name.empty() && is_sound(cue.text);
        bool named = name.empty() || name == speaking;
        for (auto& line : tidy_lines(cue.text)) {
            wrap(without_tags(std::exchange(named, true) ? line : name + ": " + line), longest_card_line, lines);
        }
        if (!sound) speaking = name;
        latest = append_cards(out, number, cue, lines);
    }
    return out;
}

std::string to_json(const std::vector<Cue>& cues) {
    std::string out = R"({"version":"1.0.0","segments":[)";
    const char* between = "\n";
    for (const auto& cue : cues) {
        out += std::exchange(between, ",\n") + std::string("{");
        if (const auto speaker = clean_line(cue.speaker); !speaker.empty()) out += "\"speaker\":" + quoted(speaker) + ",";
        out +=
            "\"startTime\":" + seconds(cue.start) + ",\"endTime\":" + seconds(cue.end) + ",\"body\":" + quoted(clean_text(cue.text)) + "}";
    }
    return out + "\n]}\n";
}

std::string to_html(const std::vector<Cue>& cues, std::string_view title, std::string_view language) {
    const auto head = escape_html(clean_line(title));
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"" + escape_html(language) + "\">\n<head>\n<meta charset=\"utf-8\">\n" +
        "<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>" + head +
        "</title>\n</head>\n<body>\n<h1>" + head + "</h1>\n";
    std::string speaking;
    for (const auto& cue : cues) {
        const auto speaker = clean_line(cue.speaker);
        // A sound interrupts nobody; anything else without a name must not pass for the one before.
        const bool heard = is_sound(cue.text), sound = heard && speaker.empty();
        if (!sound && (heard || speaker != speaking))
            out += speaker.empty() ? "<cite></cite>\n" : "<cite>" + escape_html(speaker) + ":</cite>\n";
        if (!sound) speaking = speaker;
        out += "<time datetime=\"PT" + seconds(cue.start) + "S\" data-end=\"PT" + seconds(cue.end) + "S\">" + format_clock(cue.start) +
               "</time>\n<p>";
        const auto lines = tidy_lines(cue.text);
        for (std::size_t i = 0; i < lines.size(); ++i) out += (i == 0 ? "" : "<br>\n") + escape_html(lines[i]);
        out += "</p>\n";
    }
    return out + "</body>\n</html>\n";
}

}  // namespace earshot::model
