#include "content/model/cue_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "content/model/text.hpp"

namespace earshot::model {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

std::string encode_utf8(std::uint32_t c) {
    if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return "\xEF\xBF\xBD";
    const auto low = [c](unsigned shift) { return static_cast<char>(0x80U | ((c >> shift) & 0x3FU)); };
    if (c < 0x80) return {static_cast<char>(c)};
    if (c < 0x800) return {static_cast<char>(0xC0U | (c >> 6U)), low(0)};
    if (c < 0x10000) return {static_cast<char>(0xE0U | (c >> 12U)), low(6), low(0)};
    return {static_cast<char>(0xF0U | (c >> 18U)), low(12), low(6), low(0)};
}

std::optional<std::string> decode_entity(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 15> named{{{"amp", "&"},
                                                                                          {"lt", "<"},
                                                                                          {"gt", ">"},
                                                                                          {"quot", "\""},
                                                                                          {"apos", "'"},
                                                                                          {"nbsp", "\u00A0"},
                                                                                          {"lrm", "\u200E"},
                                                                                          {"rlm", "\u200F"},
                                                                                          {"ndash", "–"},
                                                                                          {"mdash", "—"},
                                                                                          {"hellip", "…"},
                                                                                          {"lsquo", "‘"},
                                                                                          {"rsquo", "’"},
                                                                                          {"ldquo", "“"},
                                                                                          {"rdquo", "”"}}};
    if (name.starts_with('#')) {
        const bool hexadecimal = name.starts_with("#x") || name.starts_with("#X");
        name.remove_prefix(hexadecimal ? 2 : 1);
        std::uint32_t value{};
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value, hexadecimal ? 16 : 10);
        if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
        return encode_utf8(value);
    }
    const auto* found = std::ranges::find(named, name, &std::pair<std::string_view, std::string_view>::first);
    return found == named.end() ? std::nullopt : std::optional<std::string>(found->second);
}

// Looking further for the end of each of a million '<' would take for ever.
constexpr std::size_t longest_tag = 1024;

// The length of the tag that begins at `text`, or 0 when its '<' is only a sign: "a < b", "I <3 you".
std::size_t tag_length(std::string_view text) {
    const auto close = text.substr(0, longest_tag).find('>');
    if (close == std::string_view::npos || close < 2) return 0;
    const auto inside = text.substr(1, close - 1);
    const bool time = std::ranges::all_of(inside, [](char c) { return is_digit(c) || c == ':' || c == '.'; }) && inside.contains(':');
    return is_letter(inside.front()) || (inside.front() == '/' && inside.size() > 1) || time ? close + 1 : 0;
}

// Calls text(chunk) and voice(name) in the order of the payload; every other tag, and SubRip's {\an8}, is passed over.
template <class OnText, class OnVoice>
void walk(std::string_view payload, OnText on_text, OnVoice on_voice) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < payload.size();) {
        const auto rest = payload.substr(i);
        std::size_t skip = 0;
        std::optional<std::string> name;
        if (rest.starts_with('<')) {
            skip = tag_length(rest);
            const auto inside = rest.substr(1, skip > 2 ? skip - 2 : 0);
            const auto space = std::min(inside.find_first_of(" \t\n\r"), inside.size());
            if (const auto tag = inside.substr(0, space); tag == "/v" || tag == "v" || tag.starts_with("v."))
                name = clean_line(decode_entities(inside.substr(space)));
        } else if (rest.starts_with("{\\")) {
            skip = rest.substr(0, longest_tag).find('}') + 1;  // npos + 1 is 0: no tag
        }
        if (skip == 0) {
            ++i;
            continue;
        }
        on_text(payload.substr(begin, i - begin));
        if (name) on_voice(*name);
        begin = i += skip;
    }
    on_text(payload.substr(begin));
}

void append_line(std::string& text, std::string_view line) {
    if (!text.empty()) text += '\n';
    text += line;
}

// One word of a speaker's name: "Dr.", "O'Neil", "SO15", and in the middle "of" or "van".
bool is_name_word(std::string_view word, bool first, bool last) {
    const auto sign = [](char c) { return is_letter(c) || is_digit(c) || !is_ascii(c) || c == '-' || c == '\'' || c == '&'; };
    const bool dotted = word.ends_with('.');
    if (dotted) word.remove_suffix(1);
    if (word.empty() || (dotted && word.size() > 4) || !std::ranges::all_of(word, sign)) return false;
    const char initial = word.front();
    if (initial >= 'a' && initial <= 'z') return !first && !last && word.size() <= 3;
    return is_letter(initial) || !is_ascii(initial) || (is_digit(initial) && !first);
}

// What announces words instead of naming who says them.
bool is_remark(std::string_view name) {
    constexpr std::array<std::string_view, 10> remarks{"note",    "notes",    "nb",       "ps",         "tip",
                                                       "warning", "reminder", "remember", "correction", "example"};
    std::string small(name);
    for (char& c : small)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return std::ranges::find(remarks, small) != remarks.end();
}

// "Anna Berg: Good evening." → "Anna Berg" and "Good evening."
std::optional<std::pair<std::string, std::string>> split_speaker(std::string_view line) {
    if (line.starts_with("- ")) line.remove_prefix(2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 48) return std::nullopt;
    if (colon + 1 < line.size() && !is_space(line[colon + 1])) return std::nullopt;
    auto name = line.substr(0, colon);
    if (is_remark(name)) return std::nullopt;
    for (int words = 1; !name.empty(); ++words) {
        const auto end = std::min(name.find(' '), name.size());
        if (words > 4 || !is_name_word(name.substr(0, end), words == 1, end == name.size())) return std::nullopt;
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return std::pair(std::string(line.substr(0, colon)), clean_line(line.substr(colon + 1)));
}

}  // namespace

std::vector<std::string> tidy_lines(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (auto line = clean_line(text.substr(0, end)); !line.empty()) lines.push_back(std::move(line));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

bool is_sound(std::string_view text) {
    for (const std::string_view note : {"♪", "♫"})
        if (text.size() >= 2 * note.size() && text.starts_with(note) && (text.ends_with("♪") || text.ends_with("♫"))) return true;
    bool found = false;
    for (std::size_t i = 0; i < text.size();) {
        const char open = text[i];
        if (open == '[' || open == '(') {
            const auto close = text.find(open == '[' ? ']' : ')', i);
            if (close == std::string_view::npos) return false;
            found = true;
            i = close + 1;
        } else if (is_space(open)) {
            ++i;
        } else {
            return false;
        }
    }
    return found;
}

std::string decode_entities(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '&') {
            const auto end = text.substr(i, 12).find(';');
            const auto decoded = end == std::string_view::npos ? std::nullopt : decode_entity(text.substr(i + 1, end - 1));
            if (decoded) {
                out += *decoded;
                i += end;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

std::vector<Turn> read_vtt_text(std::string_view payload) {
    std::vector<Turn> turns(1);
    walk(
        payload, [&](std::string_view chunk) { turns.back().text += decode_entities(chunk); },
        [&](std::string& name) { turns.push_back({.speaker = std::move(name), .text = {}}); });
    for (auto& turn : turns) {
        std::string text;
        for (const auto& line : tidy_lines(turn.text)) append_line(text, line);
        turn.text = std::move(text);
    }
    std::erase_if(turns, [](const Turn& turn) { return turn.text.empty(); });
    return turns;
}

std::vector<Turn> read_srt_text(std::string_view payload, std::string& speaker) {
    std::string plain;
    walk(payload, [&](std::string_view chunk) { plain += decode_entities(chunk); }, [](const std::string&) {});
    const auto lines = tidy_lines(plain);
    std::string whole;
    for (const auto& line : lines) append_line(whole, line);
    if (is_sound(whole)) return {{.speaker = {}, .text = std::move(whole)}};

    std::vector<Turn> turns;
    bool fresh = true;  // the next line begins a turn
    for (const auto& line : lines) {
        if (is_sound(line)) {
            turns.push_back({.speaker = {}, .text = line});
            fresh = true;
            continue;
        }
        std::string said = line;
        if (auto named = split_speaker(line)) {
            std::tie(speaker, said) = std::move(*named);
            fresh = true;
        }
        if (said.empty()) continue;
        if (std::exchange(fresh, false)) turns.push_back({.speaker = speaker, .text = {}});
        append_line(turns.back().text, said);
    }
    return turns;
}

}  // namespace earshot::model
