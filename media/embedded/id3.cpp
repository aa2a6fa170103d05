// ID3v2.2 to 2.4 (id3.org), ID3v1, Lyrics3 and APEv2.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "media/embedded/formats.hpp"
#include "media/embedded/text.hpp"

namespace earshot::media::embedded {

namespace {

constexpr std::size_t longest_joined = 16U << 20;

std::uint64_t synchsafe(std::string_view bytes, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 7 | (big(bytes, at + i, 1) & 0x7F);
    return value;
}

std::string without_unsynchronisation(std::string_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out += bytes[i];
        if (bytes[i] == '\xFF' && i + 1 < bytes.size() && bytes[i + 1] == '\0') ++i;
    }
    return out;
}

std::string decoded(unsigned encoding, std::string_view bytes) {
    if (encoding == 0) return from_latin1(bytes);
    if (encoding == 1 || encoding == 2) return from_utf16(bytes, encoding == 2);
    return std::string(bytes);
}

// Takes a text and the zero behind it off the front.
std::string take_text(unsigned encoding, std::string_view& bytes) {
    const bool wide = encoding == 1 || encoding == 2;
    std::size_t end = 0;
    while (end < bytes.size() && !(bytes[end] == '\0' && (!wide || end + 1 >= bytes.size() || bytes[end + 1] == '\0'))) end += wide ? 2 : 1;
    end = std::min(end, bytes.size());
    const auto text = decoded(encoding, bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + (wide ? 2 : 1), bytes.size()));
    return text;
}

struct Frame {
    std::string id, kind;  // "TXXX", "ID3 TXXX"
    const Section& body;
};

void list_text_frame(const Frame& frame, Findings& findings) {
    const auto bytes = frame.body.all(longest_text);
    const auto encoding = static_cast<unsigned>(big(bytes, 0, 1));
    std::string_view rest = std::string_view(bytes).substr(std::min<std::size_t>(1, bytes.size()));
    const bool named = frame.id == "TXXX" || frame.id == "TXX";
    const auto name = named ? take_text(encoding, rest) : frame.id;
    if (named && rest.empty()) findings.add_field(name, name, frame.kind);
    while (!rest.empty()) findings.add_field(name, take_text(encoding, rest), frame.kind, named ? name : "");
}

void list_url_frame(const Frame& frame, Findings& findings) {
    const auto bytes = frame.body.all(longest_text);
    if (frame.id != "WXXX" && frame.id != "WXX") return findings.add("Web address", until_zero(bytes), frame.kind);
    const auto encoding = static_cast<unsigned>(big(bytes, 0, 1));
    std::string_view rest = std::string_view(bytes).substr(std::min<std::size_t>(1, bytes.size()));
    const auto name = take_text(encoding, rest);
    findings.add("Web address", until_zero(rest).empty() ? name : until_zero(rest), frame.kind, name);
}

// Encoding, language, description, words.
void list_comment_frame(const Frame& frame, Findings& findings) {
    const auto bytes = frame.body.all(longest_text);
    if (bytes.size() < 4) return;
    const auto encoding = static_cast<unsigned>(big(bytes, 0, 1));
    std::string_view rest = std::string_view(bytes).substr(4);
    const auto name = take_text(encoding, rest);
    const bool words = frame.id.starts_with('U');
    findings.add(words ? "Description" : "Comment", take_text(encoding, rest), frame.kind, name);
    findings.add(words ? "Description" : "Comment", name, frame.kind);
}

void list_picture_frame(const Frame& frame, Findings& findings) {
    const auto bytes = frame.body.all(longest_text);
    if (bytes.size() < 5) return;
    const auto encoding = static_cast<unsigned>(big(bytes, 0, 1));
    std::string_view rest = std::string_view(bytes).substr(1);
    const bool old = frame.id == "PIC";
    const auto type = old ? std::string(rest.substr(0, 3)) : take_text(0, rest);
    rest.remove_prefix(std::min<std::size_t>(old ? 4 : 1, rest.size()));
    findings.add("Description of a picture", take_text(encoding, rest), frame.kind);
    if (type == "-->") return findings.add("Web address", rest, frame.kind);
    list_picture(frame.body.from(bytes.size() - rest.size()), frame.kind, findings);
}

// An owner's name or address, a zero, then bytes.
void list_owned_frame(const Frame& frame, Findings& findings) {
    const auto bytes = frame.body.all(longest_text);
    const auto owner = until_zero(bytes);
    const bool identifier = frame.id.starts_with("UF");
    findings.add(identifier ? "An identifier" : "Whose private data these are", owner, frame.kind, "owner");
    findings.add_opaque(identifier ? "An identifier" : private_data, frame.body.from(owner.size() + 1), frame.kind);
}

void list_object_frame(const Frame& frame, Findings& findings) {
    const auto bytes = frame.body.all(longest_text);
    const auto encoding = static_cast<unsigned>(big(bytes, 0, 1));
    std::string_view rest = std::string_view(bytes).substr(std::min<std::size_t>(1, bytes.size()));
    findings.add("Attached file", take_text(0, rest), frame.kind, "type");
    findings.add("Attached file", take_text(encoding, rest), frame.kind, "name");
    findings.add("Attached file", take_text(encoding, rest), frame.kind, "description");
    findings.add_opaque("Attached file", frame.body.from(bytes.size() - rest.size()), frame.kind);
}

void list_frames(const Section& frames, unsigned version, std::string_view prefix, Findings& findings);

void list_chapter_frame(const Frame& frame, unsigned version, Findings& findings) {
    const auto id = until_zero(frame.body.read(0, 256));
    auto at = id.size() + 1;
    if (frame.id == "CHAP") {
        at += 16;
    } else {
        const auto count = big(frame.body.read(at + 1, 1), 0, 1);
        at += 2;
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto child = frame.body.read(at, 256);
            at += until_zero(child).size() + 1;
        }
    }
    list_frames(frame.body.from(at), version, frame.kind + " ", findings);
}

void list_frame(const Frame& frame, unsigned version, Findings& findings) {
    static constexpr std::array<std::string_view, 4> comments{"COMM", "COM", "USLT", "ULT"};
    static constexpr std::array<std::string_view, 3> owned{"PRIV", "UFID", "UFI"};
    if (frame.id.starts_with('T')) return list_text_frame(frame, findings);
    if (frame.id.starts_with('W')) return list_url_frame(frame, findings);
    if (is_one_of(frame.id, comments)) return list_comment_frame(frame, findings);
    if (is_one_of(frame.id, owned)) return list_owned_frame(frame, findings);
    if (frame.id == "APIC" || frame.id == "PIC") return list_picture_frame(frame, findings);
    if (frame.id == "GEOB" || frame.id == "GEO") return list_object_frame(frame, findings);
    if (frame.id == "POPM" || frame.id == "POP")
        return findings.add("E-mail address", until_zero(frame.body.all(longest_text)), frame.kind);
    if (frame.kind == "ID3 CHAP" || frame.kind == "ID3 CTOC") return list_chapter_frame(frame, version, findings);  // none inside another
    findings.add_opaque(private_data, frame.body, frame.kind);
}

bool is_frame_id(std::string_view id) {
    return std::ranges::all_of(id, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' '; });
}

void list_frames(const Section& frames, unsigned version, std::string_view prefix, Findings& findings) {
    const std::size_t head_size = version == 2 ? 6 : 10, id_size = version == 2 ? 3 : 4;
    std::uint64_t at = 0;
    for (int i = 0; i < most_parts && at + head_size <= frames.size(); ++i) {
        const auto head = frames.read(at, head_size);
        const auto id = head.substr(0, id_size);
        if (head.size() < head_size || id[0] == '\0' || !is_frame_id(id)) break;
        const auto size = version == 2 ? big(head, 3, 3) : version == 3 ? big(head, 4, 4) : synchsafe(head, 4);
        const auto flags = version == 2 ? 0 : big(head, 8, 2);
        auto body = frames.part(at + head_size, size);
        std::string joined;
        const bool packed = version == 4 ? (flags & 0x0C) != 0 : (flags & 0xC0) != 0;  // compressed or encrypted
        if (version == 4 && (flags & 0x01) != 0) body = body.from(4);                  // its length once more
        if (version == 4 && (flags & 0x02) != 0) {
            joined = without_unsynchronisation(body.all(longest_joined));
            body = Section(joined);
        }
        const Frame frame{id, std::string(prefix) + id, body};
        if (packed)
            findings.add_opaque(private_data, body, frame.kind, "packed");
        else
            list_frame(frame, version, findings);
        at += head_size + size;
    }
    if (prefix == "ID3 ") list_filler(frames.from(at), "ID3 padding", findings);
}

void list_ape(const Section& tag, std::uint64_t count, Findings& findings) {
    std::uint64_t at = 0;
    for (count = std::min<std::uint64_t>(count, most_parts); count > 0 && at + 8 < tag.size(); --count) {
        const auto head = tag.read(at, 8 + 256);
        const auto size = little(head, 0, 4);
        const auto key = std::string(until_zero(std::string_view(head).substr(std::min<std::size_t>(8, head.size()))));
        const auto value = tag.part(at + 8 + key.size() + 1, size);
        if (const bool binary = (little(head, 4, 4) & 0x06) == 2; !binary) {
            findings.add_field(key, value.all(longest_text), "APE", key);
        } else if (key.starts_with("Cover Art")) {
            const auto name = until_zero(value.read(0, 256));
            const auto length = name.size() + 1;
            findings.add("Description of a picture", value.read(0, name.size()), "APE", key);
            list_picture(value.from(length), "APE " + key, findings);
        } else {
            findings.add_opaque(private_data, value, "APE", key);
        }
        at += 8 + key.size() + 1 + size;
    }
}

void list_id3v1(std::string_view tag, Findings& findings) {
    findings.add("Title", from_latin1(until_zero(tag.substr(3, 30))), "ID3v1");
    findings.add("Artist", from_latin1(until_zero(tag.substr(33, 30))), "ID3v1");
    findings.add("Title", from_latin1(until_zero(tag.substr(63, 30))), "ID3v1");
    findings.add("When it was made", from_latin1(until_zero(tag.substr(93, 4))), "ID3v1");
    findings.add("Comment", from_latin1(until_zero(tag.substr(97, 30))), "ID3v1");
}

}  // namespace

std::uint64_t list_id3v2(const Section& bytes, Findings& findings) {
    const auto head = bytes.read(0, 10);
    if (head.size() < 10 || !head.starts_with("ID3")) return 0;
    const auto version = static_cast<unsigned>(big(head, 3, 1));
    const auto flags = big(head, 5, 1);
    const auto size = synchsafe(head, 6);
    const auto length = 10 + size + ((flags & 0x10) != 0 ? 10U : 0U);
    auto frames = bytes.part(10, size);
    std::string joined;
    if ((flags & 0x80) != 0 && version < 4) {
        joined = without_unsynchronisation(frames.all(longest_joined));
        frames = Section(joined);
    }
    if ((flags & 0x40) != 0) {
        const auto extended = frames.read(0, 4);
        frames = frames.from(version == 4 ? synchsafe(extended, 0) : 4 + big(extended, 0, 4));
    }
    if (version < 2 || version > 4)
        findings.add_opaque(private_data, frames, "ID3 of a version nobody knows");
    else
        list_frames(frames, version, "ID3 ", findings);
    return length;
}

std::uint64_t list_trailing_tags(const Section& file, Findings& findings) {
    auto end = file.size();
    const auto before = [&](std::uint64_t count) {
        return end < count ? std::string() : file.read(end - count, static_cast<std::size_t>(count));
    };
    if (const auto tag = before(128); tag.starts_with("TAG")) {
        list_id3v1(tag, findings);
        end -= 128;
    }
    if (const auto foot = before(15); foot.ends_with("LYRICS200")) {
        std::uint64_t size = 0;
        for (const char digit : foot.substr(0, 6)) size = size * 10 + static_cast<std::uint64_t>(digit - '0') % 10;
        size = std::min(end, size + 15);
        findings.add_opaque("Description", file.part(end - size, size), "Lyrics3");
        end -= size;
    }
    if (const auto foot = before(32); foot.starts_with("APETAGEX")) {
        const auto size = std::min(end, little(foot, 12, 4));  // with this foot, without the head
        if (size >= 32) list_ape(file.part(end - size, size - 32), little(foot, 16, 4), findings);
        const bool has_head = (little(foot, 20, 4) & 0x80000000U) != 0;
        end -= std::min(end, size + (has_head ? 32 : 0));
    }
    if (const auto foot = before(10); foot.starts_with("3DI")) {
        const auto size = std::min(end, synchsafe(foot, 6) + 20);
        list_id3v2(file.part(end - size, size), findings);
        end -= size;
    }
    return file.size() - end;
}

}  // namespace earshot::media::embedded
