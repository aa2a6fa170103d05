#include "media/embedded/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "content/model/text.hpp"
#include "content/model/time.hpp"

namespace earshot::media::embedded {

namespace {

constexpr std::size_t least_run = 5, most_words = 120, longest_name = 100;

void append_utf8(std::string& out, char32_t c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3F))};
    } else if (c < 0x10000) {
        out += {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
    } else {
        out += {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | (c >> 12 & 0x3F)), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                static_cast<char>(0x80 | (c & 0x3F))};
    }
}

bool is_word_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7F;
}

void keep_run(std::string& words, std::string_view run) {
    if (run.size() < least_run || words.size() >= most_words) return;
    if (!words.empty()) words += " … ";
    words += run;
}

std::string unescaped(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> entities{
        {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto known = std::ranges::find_if(entities, [&](const auto& entity) { return text.substr(at).starts_with(entity.first); });
        out += known == entities.end() ? text[at] : known->second;
        at += known == entities.end() ? 1 : known->first.size();
    }
    return out;
}

bool is_plumbing(std::string_view name) {
    return name.starts_with("xmlns") || name.starts_with("xml:") || name == "rdf:about" || name == "rdf:parseType" || name == "x:xmptk";
}

void scan_attributes(std::string_view tag, const std::function<void(std::string_view, std::string_view)>& found) {
    std::size_t from = 0;  // behind the value before
    for (std::size_t at = 0; (at = tag.find('=', at)) != std::string_view::npos;) {
        std::size_t start = at;
        while (start > from && std::isspace(static_cast<unsigned char>(tag[start - 1])) == 0) --start;
        const auto name = tag.substr(start, std::min(at - start, longest_name));
        const auto open = tag.find_first_of("\"'", at);
        if (open == std::string_view::npos) return;
        const auto close = tag.find(tag[open], open + 1);
        const auto value = tag.substr(open + 1, close == std::string_view::npos ? close : close - open - 1);
        if (!is_plumbing(name)) found(name, unescaped(value));
        if (close == std::string_view::npos) return;
        at = from = close + 1;
    }
}

}  // namespace

std::string from_latin1(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) append_utf8(out, static_cast<unsigned char>(c));
    return out;
}

std::string from_utf16(std::string_view bytes, bool big_endian) {
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
        big_endian = bytes[0] == '\xFE';
        bytes.remove_prefix(2);
    }
    const auto unit = [&](std::size_t at) {
        const auto a = static_cast<unsigned char>(bytes[at]), b = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<char32_t>(big_endian ? a << 8 | b : b << 8 | a);
    };
    std::string out;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        char32_t c = unit(at);
        if (c >= 0xD800 && c < 0xDC00 && at + 3 < bytes.size()) {
            const char32_t low = unit(at + 2);
            if (low >= 0xDC00 && low < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                at += 2;
            }
        }
        append_utf8(out, c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
    }
    return out;
}

std::string from_base64(std::string_view text) {
    static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) break;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out += static_cast<char>(bits >> held & 0xFF);
    }
    return out;
}

std::string_view until_zero(std::string_view bytes) {
    return bytes.substr(0, bytes.find('\0'));
}

std::string words_in(std::string_view bytes) {
    std::string words, run;
    const auto end_run = [&] {
        keep_run(words, run);
        run.clear();
    };
    for (std::size_t at = 0; at < bytes.size() && words.size() < most_words; ++at) {
        if (!is_word_byte(bytes[at])) {
            // Every other byte empty: 16 bits a character, in either order.
            const bool between =
                bytes[at] == '\0' && at + 1 < bytes.size() && is_word_byte(bytes[at + 1]) && at > 0 && is_word_byte(bytes[at - 1]);
            if (!between) end_run();
            continue;
        }
        run += bytes[at];
    }
    end_run();
    return model::truncate_utf8(words, most_words);
}

void scan_xml(std::string_view text, const std::function<void(std::string_view, std::string_view)>& found) {
    std::string_view name;
    while (!text.empty()) {
        const auto open = text.find('<');
        const auto words = text.substr(0, open);
        if (words.find_first_not_of(" \t\r\n") != std::string_view::npos) found(name, unescaped(words));
        if (open == std::string_view::npos) return;
        text.remove_prefix(open + 1);
        if (text.starts_with("!--") || text.starts_with("![CDATA[")) {
            const bool comment = text[1] == '-';
            const auto end = text.find(comment ? "-->" : "]]>");
            found(comment ? "comment" : name, text.substr(comment ? 3 : 8, end == std::string_view::npos ? end : end - (comment ? 3 : 8)));
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 3);
            continue;
        }
        const auto close = text.find('>');
        const auto tag = text.substr(0, close);
        text.remove_prefix(close == std::string_view::npos ? text.size() : close + 1);
        if (tag.starts_with('?') || tag.starts_with('!')) continue;
        if (tag.starts_with('/')) {
            name = {};
            continue;
        }
        const auto element = tag.substr(0, std::min(tag.find_first_of(" \t\r\n/"), longest_name));
        // The list inside an XMP property has no name of its own.
        if (!element.starts_with("rdf:") || element == "rdf:Description") name = element;
        scan_attributes(tag, found);
    }
}

std::string time_since_1970(std::uint64_t seconds) {
    constexpr std::uint64_t first = 31'536'000, last = 4'102'444'800;  // 1971 and 2100: what lies outside was no clock
    if (seconds < first || seconds > last) return {};
    return model::format_rfc3339(model::Timestamp(std::chrono::seconds(seconds)));
}

std::string time_since_1904(std::uint64_t seconds) {
    constexpr std::uint64_t years_between = 2'082'844'800;
    return seconds < years_between ? "" : time_since_1970(seconds - years_between);
}

}  // namespace earshot::media::embedded
