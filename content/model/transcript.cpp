#include "content/model/transcript.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "content/model/cue_text.hpp"
#include "content/model/text.hpp"

namespace earshot::model {
namespace {

using std::chrono::milliseconds;

struct Line {
    std::size_t number{};
    std::string_view text;
};

enum class Format { vtt, srt };

std::unexpected<Error> fail_at(std::size_t line, std::string_view sentence) {
    return fail(Errc::unprocessable, "Line " + std::to_string(line) + ": " + std::string(sentence));
}

std::string quote(std::string_view text) {
    const auto shown = truncate_utf8(text, 60);
    return "\"" + shown + (shown.size() < text.size() ? "…\"" : "\"");
}

std::vector<Line> split_lines(std::string_view text) {
    std::vector<Line> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of("\r\n"), text.size());
        lines.push_back({lines.size() + 1, text.substr(0, end)});
        const bool crlf = text.substr(end).starts_with("\r\n");
        text.remove_prefix(std::min(end + (crlf ? 2 : 1), text.size()));
    }
    return lines;
}

std::string_view trim(std::string_view text) {
    const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(begin);
    text.remove_suffix(text.size() - (text.find_last_not_of(" \t") + 1));
    return text;
}

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> digits(std::string_view text, std::size_t least, std::size_t most) {
    if (text.size() < least || text.size() > most || !is_number(text)) return std::nullopt;
    std::int64_t value{};
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// [h…:]mm:ss.mmm, with a dot (WebVTT) or a comma (SubRip); either is understood in either.
std::optional<milliseconds> parse_time(std::string_view text) {
    const auto point = text.find_first_of(".,");
    if (point == std::string_view::npos) return std::nullopt;
    const auto thousandths = digits(text.substr(point + 1), 3, 3);
    text = text.substr(0, point);
    std::array<std::string_view, 3> parts;  // seconds, minutes, hours
    std::size_t count = 0;
    for (; count < parts.size(); ++count) {
        const auto colon = text.rfind(':');
        parts[count] = colon == std::string_view::npos ? text : text.substr(colon + 1);
        if (colon == std::string_view::npos) break;
        text = text.substr(0, colon);
    }
    if (count == 0 || count == parts.size()) return std::nullopt;
    const auto seconds = digits(parts[0], 2, 2);
    const auto minutes = digits(parts[1], 2, 2);
    const auto hours = count == 2 ? digits(parts[2], 1, 4) : std::optional<std::int64_t>(0);
    if (!thousandths || !seconds || !minutes || !hours || *seconds > 59 || *minutes > 59) return std::nullopt;
    return milliseconds(((*hours * 60 + *minutes) * 60 + *seconds) * 1000 + *thousandths);
}

bool has_arrow(std::string_view text) {
    return text.contains("-->");
}

// "start --> end" and, after white space, settings that say where on a screen: those are no matter here.
std::optional<std::pair<milliseconds, milliseconds>> parse_timing(std::string_view text) {
    const auto arrow = text.find("-->");
    auto rest = trim(text.substr(arrow + 3));
    rest = rest.substr(0, rest.find_first_of(" \t"));
    const auto start = parse_time(trim(text.substr(0, arrow)));
    const auto end = parse_time(rest);
    if (!start || !end) return std::nullopt;
    return std::pair(*start, *end);
}

// NOTE, STYLE and REGION blocks of WebVTT, and blocks that are only a number.
bool is_passed_over(Format format, const std::vector<Line>& lines, std::size_t begin, std::size_t end) {
    if (format == Format::srt) return false;
    const auto first = lines[begin].text;
    if (first.starts_with("NOTE") && (first.size() == 4 || first[4] == ' ' || first[4] == '\t')) return true;
    const bool arrow_next = begin + 1 < end && has_arrow(lines[begin + 1].text);
    return (trim(first) == "STYLE" || trim(first) == "REGION") && !arrow_next;
}

class CueReader {
public:
    explicit CueReader(Format format) : format_(format) {}

    // lines[begin, end) is one block, no blank line in it. A time line inside opens the next cue: a forgotten blank line is forgiven.
    Status read_block(const std::vector<Line>& lines, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end;) {
            if (i == begin && !has_arrow(lines[i].text)) ++i;  // the cue's number or name
            if (i == end || !has_arrow(lines[i].text))
                return fail_at(
                    lines[begin].number,
                    quote(lines[begin].text) + " belongs to no cue; a line of times such as 00:00:01.000 --> 00:00:04.000 comes first.");
            std::size_t next = i + 1;
            while (next < end && !has_arrow(lines[next].text)) ++next;
            // The next cue's number is not text of this one.
            const bool numbered = next < end && next > i + 1 && is_number(trim(lines[next - 1].text));
            if (auto status = read_cue(lines, i, numbered ? next - 1 : next); !status) return status;
            begin = i = next;
        }
        return {};
    }

    Result<std::vector<Cue>> take() {
        if (cues_.empty())
            return fail(Errc::unprocessable,
                        "The transcript has no cues; it must be a WebVTT or SubRip file with at least one line of text.");
        return std::move(cues_);
    }

private:
    Status read_cue(const std::vector<Line>& lines, std::size_t begin, std::size_t end) {
        const auto timing = parse_timing(lines[begin].text);
        if (!timing)
            return fail_at(lines[begin].number,
                           quote(trim(lines[begin].text)) + " is not a line of times; write it as 00:00:01.000 --> 00:00:04.000.");
        if (timing->second <= timing->first) return fail_at(lines[begin].number, "the cue must end after it starts.");
        if (timing->first < latest_start_)
            return fail_at(lines[begin].number, "the cue starts before the one above it; put the cues in order of time.");
        latest_start_ = timing->first;
        std::string payload;
        for (std::size_t i = begin + 1; i < end; ++i) payload.append(lines[i].text).append("\n");
        for (auto& turn : format_ == Format::vtt ? read_vtt_text(payload) : read_srt_text(payload, speaker_))
            cues_.push_back({timing->first, timing->second, std::move(turn.speaker), std::move(turn.text)});
        if (cues_.size() > most_cues) return too_many_cues();
        return {};
    }

    Format format_;
    milliseconds latest_start_{};
    std::string speaker_;  // SubRip only
    std::vector<Cue> cues_;
};

Format format_of(std::string_view text) {
    const auto first = text.substr(0, text.find_first_of("\r\n"));
    const bool vtt = first.starts_with("WEBVTT") && (first.size() == 6 || first[6] == ' ' || first[6] == '\t');
    return vtt ? Format::vtt : Format::srt;
}

Result<std::vector<Cue>> parse_clean(std::string_view text) {
    const auto format = format_of(text);
    const auto lines = split_lines(text);
    CueReader reader(format);
    std::size_t i = 0;
    // WebVTT's header: everything up to the first blank line or line of times.
    if (format == Format::vtt)
        for (i = 1; i < lines.size() && !trim(lines[i].text).empty() && !has_arrow(lines[i].text);) ++i;
    while (i < lines.size()) {
        if (trim(lines[i].text).empty()) {
            ++i;
            continue;
        }
        std::size_t end = i;
        while (end < lines.size() && !trim(lines[end].text).empty()) ++end;
        if (!is_passed_over(format, lines, i, end))
            if (auto status = reader.read_block(lines, i, end); !status) return std::unexpected(std::move(status.error()));
        i = end;
    }
    return reader.take();
}

}  // namespace

// Replacement characters that cleaning had to put in mean another encoding than UTF-8.
Result<std::string> read_text(std::string_view source) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD", mark = "\xEF\xBB\xBF";
    if (source.starts_with("\xFF\xFE") || source.starts_with("\xFE\xFF"))
        return fail(Errc::unprocessable, "The transcript is saved as UTF-16; save it as UTF-8 text.");
    if (source.starts_with(mark)) source.remove_prefix(mark.size());
    std::size_t number = 0;
    for (const auto& line : split_lines(source)) {
        ++number;
        const auto count = [&](std::string_view text) {
            std::size_t found = 0;
            for (auto at = text.find(replacement); at != std::string_view::npos; at = text.find(replacement, at + 1)) ++found;
            return found;
        };
        if (count(clean_text(line.text)) > count(line.text))
            return fail_at(number, "this is not UTF-8 text; save the transcript as UTF-8.");
    }
    return clean_text(source);
}

std::unexpected<Error> too_many_cues() {
    return fail(Errc::unprocessable,
                "The transcript has more than " + std::to_string(most_cues / 1000) + ",000 cues; hand in fewer, longer ones.");
}

Result<std::vector<Cue>> parse_cues(std::string_view source) {
    const auto text = read_text(source);
    if (!text) return std::unexpected(text.error());
    return parse_clean(*text);
}

Result<Transcript> make_transcript(std::string_view source, std::string language) {
    const bool plausible = language.size() >= 2 && language.size() <= 35 && std::ranges::all_of(language, [](char c) {
                               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
                           });
    if (!plausible) return fail(Errc::invalid_input, "The transcript's language must be a code such as \"en-GB\".");
    auto text = read_text(source);
    if (!text) return std::unexpected(text.error());
    if (auto cues = parse_clean(*text); !cues) return std::unexpected(std::move(cues.error()));
    return Transcript{format_of(*text) == Format::vtt ? "text/vtt" : "application/x-subrip", std::move(language), std::move(*text)};
}

std::string plain_text(const std::vector<Cue>& cues) {
    std::string out;
    const Cue* before = nullptr;
    for (const auto& cue : cues) {
        const bool sound = cue.speaker.empty() && is_sound(cue.text);
        const bool goes_on = before && before->speaker == cue.speaker && !sound && !(before->speaker.empty() && is_sound(before->text));
        if (!out.empty()) out += goes_on ? ' ' : '\n';
        if (!goes_on && !cue.speaker.empty()) out += cue.speaker + ": ";
        out += clean_line(cue.text);
        before = &cue;
    }
    if (!out.empty()) out += '\n';
    return out;
}

}  // namespace earshot::model
