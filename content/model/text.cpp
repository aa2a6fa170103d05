#include "content/model/text.hpp"

#include <cstdint>

#include "content/model/transliteration.hpp"

namespace earshot::model {

namespace {

constexpr char32_t invalid = 0xFFFFFFFF;
constexpr std::size_t longest_slug = 64;

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

std::string make_slug(std::string_view title, std::string_view otherwise) {
    std::string out;
    const auto append = [&](std::string_view piece) {
        if (out.size() + piece.size() <= longest_slug) out.append(piece);
    };
    bool dash = false;
    for (std::size_t pos = 0; pos < title.size();) {
        const auto piece = ascii_of(next_code_point(title, pos));
        if (!piece) {
            dash = !out.empty();
            continue;
        }
        if (piece->empty()) continue;
        if (dash && out.size() < longest_slug - 1) append("-");
        dash = false;
        append(*piece);
    }
    while (out.ends_with('-')) out.pop_back();
    return out.empty() ? std::string(otherwise) : out;
}

std::string numbered_slug(std::string_view wanted, unsigned number) {
    if (number < 2) return std::string(wanted);
    const std::string suffix = "-" + std::to_string(number);
    std::string slug(wanted.substr(0, longest_slug - suffix.size()));
    while (slug.ends_with('-')) slug.pop_back();
    return slug + suffix;
}

bool is_slug(std::string_view text) {
    if (text.empty() || text.size() > longest_slug || text.front() == '-' || text.back() == '-') return false;
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
