// ISO 14496-12 boxes, QuickTime's and iTunes' user data (QuickTime File Format, "Metadata"), 3GPP TS 26.244 §8 user data, XMP.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "media/embedded/formats.hpp"
#include "media/embedded/mp4_boxes.hpp"
#include "media/embedded/text.hpp"

namespace earshot::media::embedded {

namespace {

constexpr int deepest = 12;

// The names of QuickTime begin with 0xA9, Latin-1's ©.
std::string shown(std::string_view name) {
    return from_latin1(name);
}

std::string user_text(const std::string& bytes) {
    if (bytes.starts_with("\xFE\xFF") || bytes.starts_with("\xFF\xFE")) return from_utf16(bytes, true);
    return std::string(until_zero(bytes));
}

void list_data(std::string_view field, const Section& data, const std::string& kind, std::string_view detail, Findings& findings) {
    constexpr std::uint64_t utf8 = 1, utf16 = 2, jpeg = 13, png = 14, integer = 21, unsigned_integer = 22;
    const auto type = big(data.read(0, 4), 0, 4) & 0xFFFFFF;
    const auto value = data.from(8);
    if (type == utf8) return findings.add_field(field, value.all(longest_text), kind, detail);
    if (type == utf16) return findings.add_field(field, from_utf16(value.all(longest_text), true), kind, detail);
    if (type == jpeg || type == png || field == "covr") return list_picture(value, kind, findings);
    const bool number = (type == integer || type == unsigned_integer || type == 0) && value.size() <= 8;
    if (number) return findings.add_field(field, std::to_string(big(value.all(8), 0, value.size())), kind, detail);
    findings.add_opaque(plain_words(field), value, kind, detail);
}

// iTunes' free-form item: who named it, the name, the value.
void list_free_form(const Section& item, Findings& findings) {
    std::string mean, name;
    walk_boxes(item, [&](const std::string& box, const Section& body) {
        if (box == "mean") mean = body.from(4).all(256);
        if (box == "name") name = body.from(4).all(256);
        if (box == "data") list_data(name, body, "MP4 ----", fmt::format("{}:{}", mean, name), findings);
    });
}

void list_items(const Section& items, const std::vector<std::string>& keys, Findings& findings) {
    walk_boxes(items, [&](const std::string& name, const Section& item) {
        if (name == "----") return list_free_form(item, findings);
        const auto index = big(name, 0, 4);
        const bool by_key = index >= 1 && index <= keys.size();
        const std::string field = by_key ? keys[index - 1] : name;
        walk_boxes(item, [&](const std::string& box, const Section& body) {
            if (box == "data")
                return list_data(field, body, by_key ? "QuickTime key" : "MP4 " + shown(name), by_key ? field : "", findings);
            findings.add_opaque(plain_words(field), body, "MP4 " + shown(name), box);
        });
    });
}

std::vector<std::string> read_keys(const Section& keys) {
    constexpr std::uint64_t most_keys = 5'000;
    std::vector<std::string> names;
    std::uint64_t at = 8;
    for (auto count = std::min(big(keys.read(4, 4), 0, 4), most_keys); count > 0 && at + 8 <= keys.size(); --count) {
        const auto size = std::max<std::uint64_t>(big(keys.read(at, 4), 0, 4), 8);
        names.push_back(keys.read(at + 8, std::min<std::uint64_t>(size - 8, 256)));
        at += size;
    }
    return names;
}

void list_meta(const Section& box, Findings& findings) {
    // ISO's is a full box, QuickTime's is not.
    const Section meta = box.read(4, 4) == "hdlr" ? box : box.from(4);
    std::vector<std::string> keys;
    walk_boxes(meta, [&](const std::string& name, const Section& body) {
        if (name == "keys") keys = read_keys(body);
        if (name == "ilst") list_items(body, keys, findings);
        if (name == "free") list_filler(body, "MP4 free", findings);
        if (name == "xml " || name == "bxml") list_xml(body.from(4), "MP4 xml", findings);
        if (name == "idat" || name == "mdat") findings.add_opaque(private_data, body, "MP4 meta " + name);
    });
}

// TS 26.244 §8.10: where something is, with a name.
void list_location(const Section& box, Findings& findings) {
    const auto bytes = box.all(longest_text);
    const auto name = until_zero(std::string_view(bytes).substr(std::min<std::size_t>(6, bytes.size())));
    const auto degrees = [&](std::size_t at) { return static_cast<double>(static_cast<std::int32_t>(big(bytes, at, 4))) / 65536; };
    const auto at = 6 + name.size() + 2;
    findings.add("Where it was recorded", name, "MP4 loci");
    findings.add("Where it was recorded", fmt::format("{:.4f}, {:.4f}", degrees(at + 4), degrees(at)), "MP4 loci");
    findings.add_opaque("Where it was recorded", box.from(at + 12), "MP4 loci");
}

void list_nero_chapters(const Section& box, Findings& findings) {
    std::uint64_t at = 9;
    for (auto count = big(box.read(8, 1), 0, 1); count > 0 && at + 9 <= box.size(); --count) {
        const auto size = big(box.read(at + 8, 1), 0, 1);
        findings.add("Chapter title", box.read(at + 9, size), "MP4 chpl");
        at += 9 + size;
    }
}

void list_user_data(const Section& box, Findings& findings) {
    static constexpr std::array<std::string_view, 9> texts{"auth", "titl", "dscp", "cprt", "perf", "gnre", "albm", "kywd", "yrrc"};
    walk_boxes(box, [&](const std::string& name, const Section& body) {
        const auto kind = "MP4 udta " + shown(name);
        if (name == "meta") return list_meta(body, findings);
        if (name == "loci") return list_location(body, findings);
        if (name == "chpl") return list_nero_chapters(body, findings);
        if (name == "XMP_") return list_xml(body, "XMP in MP4 udta", findings);
        if (name == "name") return findings.add("Title", body.all(longest_text), kind);
        if (is_one_of(name, texts) && body.size() > 6) return findings.add_field(name, user_text(body.from(6).all(longest_text)), kind);
        if (name == "free" || name == "skip" || name == std::string(4, '\0')) return list_filler(body, kind, findings);
        if (!name.starts_with('\xA9')) return findings.add_opaque(private_data, body, kind);
        std::uint64_t at = 0;  // a length and a language before each text
        while (at + 4 <= body.size()) {
            const auto size = big(body.read(at, 2), 0, 2);
            if (size == 0) break;
            findings.add_field(shown(name.substr(1)), user_text(body.read(at + 4, size)), kind);
            at += 4 + size;
        }
    });
}

void list_uuid(const Section& box, Findings& findings) {
    static constexpr std::string_view xmp{"\xBE\x7A\xCF\xCB\x97\xA9\x42\xE8\x9C\x71\x99\x94\x91\xE3\xAF\xAC", 16};
    if (box.read(0, 16) == xmp) return list_xml(box.from(16), "XMP in MP4 uuid", findings);
    findings.add_opaque(private_data, box.from(16), "MP4 uuid");
}

// Version 0 has 32-bit times, version 1 64-bit ones.
void list_times(const Section& box, const std::string& name, Findings& findings) {
    const auto head = box.read(0, 20);
    const bool is_long = big(head, 0, 1) == 1;
    for (int i = 0; i < 2; ++i) {
        const auto at = 4 + static_cast<std::size_t>(i) * (is_long ? 8 : 4);
        findings.add("When it was made", time_since_1904(big(head, at, is_long ? 8 : 4)), "MP4 " + name);
    }
}

void list_handler(const Section& box, Findings& findings) {
    const auto name = box.from(24).all(1024);
    const bool pascal = !name.empty() && static_cast<unsigned char>(name[0]) == name.size() - 1;
    const auto words = until_zero(std::string_view(name).substr(pascal ? 1 : 0));
    static constexpr std::array<std::string_view, 6> usual{
        "SoundHandler", "VideoHandler", "SubtitleHandler", "DataHandler", "Apple Sound Media Handler", "Core Media Audio"};
    if (!is_one_of(words, usual)) findings.add("Software it was made with", words, "MP4 hdlr");
}

void list_boxes(const Section& boxes, int depth, Findings& findings) {
    static constexpr std::array<std::string_view, 9> folders{"moov", "trak", "mdia", "minf", "edts", "gmhd", "dinf", "tref", "moof"};
    static constexpr std::array<std::string_view, 34> sound{"ftyp", "mdat", "wide", "stbl", "smhd", "vmhd", "nmhd", "gmin", "elst",
                                                            "dref", "sidx", "styp", "mvex", "mfhd", "traf", "mfra", "chap", "iods",
                                                            "clip", "matt", "load", "imap", "tmcd", "text", "hint", "cdsc", "pdin",
                                                            "prft", "emsg", "elng", "ctab", "sync", "scpt", "ssrc"};
    if (depth > deepest) return;
    walk_boxes(boxes, [&](const std::string& name, const Section& body) {
        if (is_one_of(name, folders)) return list_boxes(body, depth + 1, findings);
        if (name == "udta") return list_user_data(body, findings);
        if (name == "meta") return list_meta(body, findings);
        if (name == "uuid") return list_uuid(body, findings);
        if (name == "hdlr") return list_handler(body, findings);
        if (name == "mvhd" || name == "tkhd" || name == "mdhd") return list_times(body, name, findings);
        if (name == "free" || name == "skip") return list_filler(body, "MP4 " + name, findings);
        if (!is_one_of(name, sound)) findings.add_opaque(private_data, body, "MP4 box " + shown(name));
    });
}

}  // namespace

void list_mp4(const Section& boxes, Findings& findings) {
    list_boxes(boxes, 0, findings);
}

}  // namespace earshot::media::embedded
