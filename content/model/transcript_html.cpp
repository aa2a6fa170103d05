#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "content/model/cue_text.hpp"
#include "content/model/text.hpp"
#include "content/model/time.hpp"
#include "content/model/transcript.hpp"

namespace earshot::model {
namespace {

using std::chrono::milliseconds;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

struct Tag {
    std::string name;  // lower case; "/p" closes
    std::string_view attributes;
    std::size_t length{};
};

constexpr std::size_t longest_tag = 4096;

// The tag at the start of `text`, or nothing when its '<' is only a sign.
std::optional<Tag> read_tag(std::string_view text) {
    std::size_t at = 1;
    if (at < text.size() && text[at] == '/') ++at;
    if (at >= text.size() || !is_letter(text[at])) return std::nullopt;
    const auto begin = std::size_t{1};
    text = text.substr(0, longest_tag);
    while (at < text.size() && !is_space(text[at]) && text[at] != '>' && text[at] != '/' && text[at] != '<') ++at;
    if (at < text.size() && text[at] == '<') return std::nullopt;
    Tag tag{lower(text.substr(begin, at - begin)), {}, 0};
    const auto attributes = at;
    char quote = 0;
    for (; at < text.size(); ++at) {
        if (quote != 0)
            quote = text[at] == quote ? '\0' : quote;
        else if (text[at] == '"' || text[at] == '\'')
            quote = text[at];
        else if (text[at] == '>') {
            tag.attributes = text.substr(attributes, at - attributes);
            tag.length = at + 1;
            return tag;
        }
    }
    return std::nullopt;
}

// Where the </script> or </style> begins that ends what stands at `at`.
std::size_t end_of_raw(std::string_view text, std::size_t at, const std::string& name) {
    for (at = text.find("</", at); at != std::string_view::npos; at = text.find("</", at + 2))
        if (lower(text.substr(at + 2, name.size())) == name) return at;
    return text.size();
}

// name="value" only: what programs write.
std::string_view attribute(std::string_view attributes, std::string_view name) {
    for (auto at = attributes.find(name); at != std::string_view::npos; at = attributes.find(name, at + 1)) {
        auto rest = attributes.substr(at + name.size());
        if (at == 0 || !is_space(attributes[at - 1]) || !rest.starts_with("=\"")) continue;
        rest.remove_prefix(2);
        return rest.substr(0, rest.find('"'));
    }
    return {};
}

// HTML durations "PT1H2M3.5S", and clocks as people write them: "0:09", "[1:02:03]".
std::optional<milliseconds> parse_moment(std::string_view text) {
    if (!text.starts_with("PT")) {
        const auto digit = [](char c) { return c >= '0' && c <= '9'; };
        while (!text.empty() && !digit(text.front())) text.remove_prefix(1);
        while (!text.empty() && !digit(text.back())) text.remove_suffix(1);
        return text.contains(':') ? parse_clock(text) : std::nullopt;
    }
    double total = 0;
    for (text.remove_prefix(2); !text.empty();) {
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end == text.data() + text.size() || !(value >= 0 && value < 1e7)) return std::nullopt;
        const double unit = *end == 'H' ? 3600 : *end == 'M' ? 60 : *end == 'S' ? 1 : -1;
        if (unit < 0) return std::nullopt;
        total += value * unit;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    }
    if (total >= 1e7) return std::nullopt;  // seconds; what follows multiplies times by lengths
    return milliseconds(static_cast<std::int64_t>(total * 1000 + 0.5));
}

// Paragraphs under one time share the stretch until the next by their length.
void share_stretch(std::vector<Cue>& cues, std::size_t begin, std::size_t end, milliseconds until) {
    const auto from = cues[begin].start;
    std::size_t all = 0, said = 0;
    for (auto i = begin; i < end; ++i) all += cues[i].text.size();
    for (auto i = begin; i < end; ++i) {
        cues[i].start = from + milliseconds((until - from).count() * static_cast<std::int64_t>(said) / static_cast<std::int64_t>(all));
        said += cues[i].text.size();
        cues[i].end = from + milliseconds((until - from).count() * static_cast<std::int64_t>(said) / static_cast<std::int64_t>(all));
        cues[i].end = std::max(cues[i].end, cues[i].start + milliseconds(1));
    }
}

class Reader {
public:
    Status read(std::string_view text) {
        for (std::size_t i = 0; i < text.size();) {
            const auto rest = text.substr(i);
            if (rest.starts_with("<!--")) {
                i = std::min(text.find("-->", i + 4), text.size() - 3) + 3;
            } else if (const auto tag = rest.front() == '<' ? read_tag(rest) : std::nullopt) {
                i += tag->length;
                if (tag->name == "script" || tag->name == "style") i = end_of_raw(text, i, tag->name);
                if (auto status = take(*tag); !status) return status;
            } else {
                const auto end = std::min(rest.find('<', 1), rest.size());
                add(rest.substr(0, end));
                i += end;
            }
        }
        return flush();
    }

    Result<std::vector<Cue>> finish() {
        if (cues_.empty())
            return fail(Errc::unprocessable,
                        "The HTML transcript holds no paragraphs (<p>) of text. Write <cite>Name:</cite> <time>0:09</time> <p>Words</p>.");
        for (std::size_t begin = 0; begin < cues_.size();) {
            std::size_t end = begin + 1;
            while (end < cues_.size() && cues_[end].start == cues_[begin].start && end_missing(cues_[begin]) && end_missing(cues_[end]))
                ++end;
            if (end - begin > 1) {
                std::vector<Cue> last{cues_[begin]};
                for (auto i = begin + 1; i < end; ++i) last[0].text += ' ' + cues_[i].text;
                if (end < cues_.size()) last.push_back(cues_[end]);
                complete_ends(last);
                share_stretch(cues_, begin, end, last[0].end);
            }
            begin = end;
        }
        complete_ends(cues_);
        return std::move(cues_);
    }

private:
    enum class Inside { nothing, cite, time, paragraph };

    static bool end_missing(const Cue& cue) { return cue.end <= cue.start; }

    void add(std::string_view chunk) {
        if (inside_ == Inside::cite)
            name_ += chunk;
        else if (inside_ == Inside::time)
            clock_ += chunk;
        else if (in_paragraph_)
            words_ += chunk;
    }

    Status take(const Tag& tag) {
        Status status;
        if (tag.name == "p" || tag.name == "/p") {
            status = flush();
            in_paragraph_ = tag.name == "p";
            inside_ = Inside::nothing;
        } else if (tag.name == "cite") {
            status = flush();
            name_.clear();
            inside_ = Inside::cite;
        } else if (tag.name == "/cite" && inside_ == Inside::cite) {
            inside_ = Inside::nothing;
            named_ = true;
            speaker_ = clean_line(decode_entities(name_));
            if (speaker_.ends_with(':')) speaker_ = clean_line(std::string_view(speaker_).substr(0, speaker_.size() - 1));
        } else if (tag.name == "time") {
            status = flush();
            clock_.clear();
            inside_ = Inside::time;
            exact_ = parse_moment(attribute(tag.attributes, "datetime"));
            end_ = parse_moment(attribute(tag.attributes, "data-end")).value_or(milliseconds{});
        } else if (tag.name == "/time" && inside_ == Inside::time) {
            inside_ = Inside::nothing;
            status = begin_at(exact_ ? exact_ : parse_moment(clean_line(clock_)));
        } else if (tag.name == "br" && in_paragraph_) {
            words_ += '\v';  // its place among the white space that means nothing
        }
        return status;
    }

    Status begin_at(std::optional<milliseconds> moment) {
        if (!moment)
            return fail(Errc::unprocessable, "The HTML transcript has a <time> of \"" + truncate_utf8(clean_line(clock_), 40) +
                                                 "\"; write it as 0:09 or 1:02:03.");
        if (start_ && *moment < *start_)
            return fail(Errc::unprocessable, "The HTML transcript is out of order: " + format_clock(*moment) + " comes after " +
                                                 format_clock(*start_) + ". Put its paragraphs in order of time.");
        start_ = moment;
        return {};
    }

    // What the open paragraph holds so far becomes a cue.
    Status flush() {
        std::string text;
        for (std::string_view rest = words_; !rest.empty();) {
            const auto end = std::min(rest.find('\v'), rest.size());
            if (const auto line = clean_line(decode_entities(rest.substr(0, end))); !line.empty())
                text += (text.empty() ? "" : "\n") + line;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        words_.clear();
        if (text.empty()) return {};
        if (!start_)
            return fail(Errc::unprocessable, "The HTML transcript does not say when \"" + truncate_utf8(text, 60) +
                                                 "\" is said. Put <time>0:00</time> in front of it, or hand in WebVTT, SubRip or JSON.");
        if (cues_.size() >= most_cues) return too_many_cues();
        const bool named = std::exchange(named_, false), nobody = is_sound(text) && !named;
        cues_.push_back({*start_, end_ > *start_ ? end_ : *start_, nobody ? std::string() : speaker_, std::move(text)});
        return {};
    }

    Inside inside_{Inside::nothing};
    bool in_paragraph_{}, named_{};  // named_: a <cite> stands right before these words
    std::string name_, clock_, words_, speaker_;
    std::optional<milliseconds> exact_, start_;
    milliseconds end_{};
    std::vector<Cue> cues_;
};

}  // namespace

Result<std::vector<Cue>> parse_html_cues(std::string_view source) {
    Reader reader;
    const auto text = read_text(source);
    if (!text) return std::unexpected(text.error());
    if (auto status = reader.read(*text); !status) return std::unexpected(std::move(status.error()));
    return reader.finish();
}

}  // namespace earshot::model
