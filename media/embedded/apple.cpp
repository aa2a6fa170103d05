// AIFF (Apple's AIFF-C draft of 1991) and CAF (Core Audio Format specification).

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "media/embedded/formats.hpp"
#include "media/embedded/text.hpp"

namespace earshot::media::embedded {

namespace {

void list_comments(const Section& chunk, Findings& findings) {
    std::uint64_t at = 2;
    for (auto count = big(chunk.read(0, 2), 0, 2); count > 0 && at + 8 <= chunk.size(); --count) {
        const auto head = chunk.read(at, 8);
        const auto size = big(head, 6, 2);
        findings.add("Comment", chunk.read(at + 8, size), "AIFF COMT");
        findings.add("When it was made", time_since_1904(big(head, 0, 4)), "AIFF COMT");
        at += 8 + size + (size & 1);
    }
}

void list_markers(const Section& chunk, Findings& findings) {
    std::uint64_t at = 2;
    for (auto count = big(chunk.read(0, 2), 0, 2); count > 0 && at + 7 <= chunk.size(); --count) {
        const auto size = big(chunk.read(at + 6, 1), 0, 1);
        findings.add("Marker label", chunk.read(at + 7, size), "AIFF MARK");
        at += 7 + size + (1 - size % 2);  // a Pascal string, padded to an even length with its own byte of length
    }
}

// False for a chunk that is not known.
bool list_aiff_chunk(const std::string& name, const Section& chunk, Findings& findings) {
    static constexpr std::array<std::string_view, 6> sound{"COMM", "SSND", "FVER", "CHAN", "PEAK", "SAXL"};
    static constexpr std::array<std::string_view, 4> texts{"NAME", "AUTH", "ANNO", "(c) "};
    if (is_one_of(name, texts))
        findings.add_field(name == "(c) " ? "copyright" : name, until_zero(chunk.all(longest_text)), "AIFF " + name);
    else if (name == "ID3 " || name == "id3 ")
        list_id3v2(chunk, findings);
    else if (name == "COMT")
        list_comments(chunk, findings);
    else if (name == "MARK")
        list_markers(chunk, findings);
    else if (name == "iXML" || name == "axml")
        list_xml(chunk, name, findings);
    else
        return is_one_of(name, sound);
    return true;
}

// Pairs of a name and its words, each ended by a zero.
void list_caf_information(const Section& chunk, Findings& findings) {
    const auto bytes = chunk.from(4).all(1U << 20);
    std::string_view rest = bytes;
    for (int i = 0; i < most_parts && !rest.empty(); ++i) {
        const auto name = until_zero(rest);
        rest.remove_prefix(std::min(name.size() + 1, rest.size()));
        const auto value = until_zero(rest);
        rest.remove_prefix(std::min(value.size() + 1, rest.size()));
        findings.add_field(name, value, "CAF info", name);
    }
}

}  // namespace

void list_aiff(const Section& file, Findings& findings) {
    std::uint64_t at = 12;
    for (int i = 0; i < most_parts && at + 8 <= file.size(); ++i) {
        const auto head = file.read(at, 8);
        const auto name = head.substr(0, 4);
        const auto size = big(head, 4, 4);
        if (const auto chunk = file.part(at + 8, size); !list_aiff_chunk(name, chunk, findings)) {
            if (chunk.size() < size) break;  // no chunk at all
            findings.add_opaque(private_data, chunk, "AIFF chunk " + name);
        }
        at += 8 + size + (size & 1);
    }
    if (at < file.size()) findings.add_opaque("Bytes behind the end", file.from(at), "behind the last chunk");
}

void list_caf(const Section& file, Findings& findings) {
    static constexpr std::array<std::string_view, 6> sound{"desc", "data", "pakt", "kuki", "chan", "peak"};
    std::uint64_t at = 8;
    for (int i = 0; i < most_parts && at + 12 <= file.size(); ++i) {
        const auto head = file.read(at, 12);
        const auto name = head.substr(0, 4);
        const auto size = big(head, 4, 8);
        const auto chunk = file.part(at + 12, size);
        if (name == "info")
            list_caf_information(chunk, findings);
        else if (name == "free")
            list_filler(chunk, "CAF free", findings);
        else if (name == "strg")
            findings.add_opaque("Marker label", chunk, "CAF strg");
        else if (!is_one_of(name, sound) && chunk.size() < size)
            break;  // no chunk at all
        else if (!is_one_of(name, sound))
            findings.add_opaque(private_data, chunk, "CAF chunk " + name);
        if (size > file.size()) return;  // -1: the sound goes on to the end
        at += 12 + size;
    }
    if (at < file.size()) findings.add_opaque("Bytes behind the end", file.from(at), "behind the last chunk");
}

}  // namespace earshot::media::embedded
