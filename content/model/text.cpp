#include "content/model/text.hpp"

#include <array>
#include <cstdint>

namespace earshot::model {

namespace {

constexpr char32_t invalid = 0xFFFFFFFF;

// Decodes one code point at text[pos], moving pos past it. An ill-formed sequence yields `invalid` and moves past its longest valid prefix
// (Unicode 15 §3.9, "maximal subpart").
char32_t next_code_point(std::string_view text, std::size_t& pos) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(pos++);
    if (first < 0x80) return first;
    int more = 0;
    char32_t value = 0;
    std::uint8_t low = 0x80, high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) {
        more = 1;
        value = first & 0x1FU;
    } else if (first >= 0xE0 && first <= 0xEF) {
        more = 2;
        value = first & 0x0FU;
        if (first == 0xE0) low = 0xA0;
        if (first == 0xED) high = 0x9F;
    } else if (first >= 0xF0 && first <= 0xF4) {
        more = 3;
        value = first & 0x07U;
        if (first == 0xF0) low = 0x90;
        if (first == 0xF4) high = 0x8F;
    } else {
        return invalid;
    }
    for (int i = 0; i < more; ++i) {
        if (pos >= text.size() || byte(pos) < low || byte(pos) > high) return invalid;
        value = (value << 6U) | (byte(pos++) & 0x3FU);
        low = 0x80;
        high = 0xBF;
    }
    return value;
}

bool xml_allows(char32_t c) {
    if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
    return c != 0xFFFE && c != 0xFFFF && c != 0x7F && !(c >= 0x80 && c <= 0x9F && c != 0x85);
}

// ASCII forms of the letters that titles in Latin script are most often spelt with.
struct Fold {
    char32_t first, last;
    std::string_view ascii;
};
constexpr std::array folds{
    Fold{0xC0, 0xC5, "a"},  Fold{0xC6, 0xC6, "ae"}, Fold{0xC7, 0xC7, "c"},  Fold{0xC8, 0xCB, "e"}, Fold{0xCC, 0xCF, "i"},
    Fold{0xD1, 0xD1, "n"},  Fold{0xD2, 0xD6, "o"},  Fold{0xD8, 0xD8, "o"},  Fold{0xD9, 0xDC, "u"}, Fold{0xDD, 0xDD, "y"},
    Fold{0xDF, 0xDF, "ss"}, Fold{0xE0, 0xE5, "a"},  Fold{0xE6, 0xE6, "ae"}, Fold{0xE7, 0xE7, "c"}, Fold{0xE8, 0xEB, "e"},
    Fold{0xEC, 0xEF, "i"},  Fold{0xF1, 0xF1, "n"},  Fold{0xF2, 0xF6, "o"},  Fold{0xF8, 0xF8, "o"}, Fold{0xF9, 0xFC, "u"},
    Fold{0xFD, 0xFD, "y"},  Fold{0xFF, 0xFF, "y"},
};

}  // namespace

std::string clean_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t pos = 0; pos < text.size();) {
        const std::size_t start = pos;
        const char32_t c = next_code_point(text, pos);
        if (c == invalid)
            out += "\xEF\xBF\xBD";
        else if (xml_allows(c))
            out.append(text.substr(start, pos - start));
    }
    return out;
}

std::string clean_line(std::string_view text) {
    std::string out;
    bool space = false;
    for (const char c : clean_text(text)) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            space = !out.empty();
            continue;
        }
        if (space) out += ' ';
        space = false;
        out += c;
    }
    return out;
}

std::string truncate_utf8(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return std::string(text);
    std::size_t end = max_bytes;
    while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0U) == 0x80) --end;
    return std::string(text.substr(0, end));
}

std::size_t utf8_length(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80;
    return count;
}

std::string make_slug(std::string_view title) {
    std::string out;
    const auto append = [&](std::string_view piece) {
        if (out.size() + piece.size() <= 64) out.append(piece);
    };
    bool dash = false;
    for (std::size_t pos = 0; pos < title.size();) {
        const char32_t c = next_code_point(title, pos);
        std::string piece;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) piece = static_cast<char>(c);
        if (c >= 'A' && c <= 'Z') piece = static_cast<char>(c - 'A' + 'a');
        for (const Fold& fold : folds)
            if (c >= fold.first && c <= fold.last) piece = fold.ascii;
        if (c == '\'' || c == 0x2019) continue;  // "don't" → "dont"
        if (piece.empty()) {
            dash = !out.empty();
            continue;
        }
        if (dash && out.size() < 63) append("-");
        dash = false;
        append(piece);
    }
    while (out.ends_with('-')) out.pop_back();
    return out.empty() ? "episode" : out;
}

bool is_slug(std::string_view text) {
    if (text.empty() || text.size() > 64 || text.front() == '-' || text.back() == '-') return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && text[i - 1] != '-');
        if (!ok) return false;
    }
    return true;
}

std::string escape_html(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace earshot::model
