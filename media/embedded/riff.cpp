// RIFF and its relatives: EBU Tech 3285 (bext), AES46 (cart), iXML 3.0, EBU Tech 3306 (RF64), Microsoft's LIST INFO and adtl.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "media/embedded/formats.hpp"
#include "media/embedded/text.hpp"

namespace earshot::media::embedded {

namespace {

struct Field {
    std::string_view name;
    std::size_t at, size;
};

void list_fields(const std::string& bytes, std::span<const Field> fields, std::string_view kind, Findings& findings) {
    for (const auto& field : fields)
        if (field.at < bytes.size())
            findings.add_field(field.name, until_zero(std::string_view(bytes).substr(field.at, field.size)), kind, field.name);
}

void list_bext(const Section& chunk, Findings& findings) {
    static constexpr std::array fields{Field{"Description", 0, 256}, Field{"Originator", 256, 32}, Field{"OriginatorReference", 288, 32},
                                       Field{"OriginationDate", 320, 10}, Field{"OriginationTime", 330, 8}};
    constexpr std::size_t umid = 348, umid_size = 64, reserved = 422, history = 602;
    const auto bytes = chunk.all(history + longest_text);
    list_fields(bytes, fields, "bext", findings);
    if (big(bytes, 338, 8) != 0)
        findings.add("When it was made", fmt::format("{} samples after midnight", little(bytes, 338, 8)), "bext", "TimeReference");
    const Section whole(bytes);
    const auto id = whole.read(umid, umid_size);
    if (id.find_first_not_of('\0') != std::string::npos) findings.add_opaque("An identifier", Section(id), "bext", "UMID");
    list_filler(whole.part(reserved, history - reserved), "bext Reserved", findings);
    findings.add_field("CodingHistory", whole.from(history).all(longest_text), "bext", "CodingHistory");
}

void list_cart(const Section& chunk, Findings& findings) {
    static constexpr std::array fields{Field{"Title", 4, 64},
                                       Field{"Artist", 68, 64},
                                       Field{"CutID", 132, 64},
                                       Field{"ClientID", 196, 64},
                                       Field{"Category", 260, 64},
                                       Field{"Classification", 324, 64},
                                       Field{"OutCue", 388, 64},
                                       Field{"StartDate", 452, 10},
                                       Field{"StartTime", 462, 8},
                                       Field{"EndDate", 470, 10},
                                       Field{"EndTime", 480, 8},
                                       Field{"ProducerApp", 488, 64},
                                       Field{"ProducerAppVersion", 552, 64},
                                       Field{"UserDef", 616, 64},
                                       Field{"URL", 1024, 1024},
                                       Field{"TagText", 2048, longest_text}};
    list_fields(chunk.all(2048 + longest_text), fields, "cart", findings);
    list_filler(chunk.part(748, 276), "cart Reserved", findings);
}

// Calls `take` with the name and the contents of every chunk.
template <class Take>
std::uint64_t walk_chunks(const Section& chunks, std::uint64_t at, Take take) {
    for (int i = 0; i < most_parts && at + 8 <= chunks.size(); ++i) {
        const auto head = chunks.read(at, 8);
        if (head.size() < 8) break;
        const auto size = little(head, 4, 4);
        const auto used = take(head.substr(0, 4), chunks.part(at + 8, size), size);
        at += 8 + used + (used & 1);
    }
    return at;
}

bool is_chunk_name(std::string_view name) {
    return std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
}

void list_texts(const Section& list, std::string_view type, Findings& findings) {
    walk_chunks(list, 4, [&](const std::string& name, const Section& chunk, std::uint64_t size) {
        const auto kind = fmt::format("LIST {} {}", type, name);
        if (type != "adtl")
            findings.add_field(name, until_zero(chunk.all(longest_text)), kind);
        else if (name == "labl" || name == "note")
            findings.add("Marker label", until_zero(chunk.from(4).all(longest_text)), kind);
        else if (name == "ltxt")
            findings.add("Marker label", until_zero(chunk.from(20).all(longest_text)), kind);
        else
            findings.add_opaque(private_data, chunk, kind);
        return size;
    });
}

void list_display_text(const Section& chunk, Findings& findings) {
    constexpr std::uint64_t text = 1;  // CF_TEXT
    if (little(chunk.read(0, 4), 0, 4) == text)
        findings.add("Title", until_zero(chunk.from(4).all(longest_text)), "DISP");
    else
        findings.add_opaque("A picture or other thing to show", chunk.from(4), "DISP");
}

void list_chunk(const std::string& name, const Section& chunk, Findings& findings) {
    static constexpr std::array<std::string_view, 8> sound{"fmt ", "data", "fact", "ds64", "levl", "wavl", "slnt", "chna"};
    if (is_one_of(name, sound)) return;
    if (name == "bext") return list_bext(chunk, findings);
    if (name == "cart") return list_cart(chunk, findings);
    if (name == "LIST" || name == "list") return list_texts(chunk, chunk.read(0, 4), findings);
    if (name == "id3 " || name == "ID3 ") return void(list_id3v2(chunk, findings));
    if (name == "iXML" || name == "axml" || name == "aXML" || name == "_PMX" || name == "link")
        return list_xml(chunk, name == "_PMX" ? "XMP in _PMX" : name, findings);
    if (name == "DISP") return list_display_text(chunk, findings);
    if (name == "cue ") return findings.add("Markers", std::to_string(little(chunk.read(0, 4), 0, 4)), "cue");
    if (name == "PEAK") return findings.add("When it was made", time_since_1970(little(chunk.read(4, 4), 0, 4)), "PEAK");
    if (name == "JUNK" || name == "junk" || name == "PAD " || name == "FLLR" || name == "filr") return list_filler(chunk, name, findings);
    findings.add_opaque(private_data, chunk, "chunk " + name);
}

}  // namespace

void list_riff(const Section& file, Findings& findings) {
    std::uint64_t long_size = 0;
    const auto stated = 8 + little(file.read(4, 4), 0, 4);
    const auto inside = stated < file.size() ? file.part(0, stated) : file;
    auto end = walk_chunks(inside, 12, [&](const std::string& name, const Section& chunk, std::uint64_t size) {
        if (name == "ds64") long_size = little(chunk.read(8, 8), 0, 8);
        if (name == "data" && size == 0xFFFFFFFF && long_size != 0) size = long_size;
        list_chunk(name, chunk, findings);
        return std::min(size, file.size());
    });
    if (end >= file.size()) return;
    // Recorders that lost power, and editors that forgot, leave chunks behind the end that the head states.
    for (int i = 0; i < most_parts && end + 8 <= file.size(); ++i) {
        const auto head = file.read(end, 8);
        if (head.size() < 8 || !is_chunk_name(head.substr(0, 4))) break;
        const auto size = little(head, 4, 4);
        if (size > file.size() - end - 8) break;
        list_chunk(head.substr(0, 4), file.part(end + 8, size), findings);
        end += 8 + size + (size & 1);
    }
    // Sound that was never closed, or anything else; zeros say nothing.
    constexpr std::size_t looked_through = 1U << 20;
    const auto rest = file.from(end);
    if (rest.all(looked_through).find_first_not_of('\0') != std::string::npos)
        findings.add_opaque("Bytes behind the end", rest, "behind the last chunk");
}

void list_wave64(const Section& file, Findings& findings) {
    constexpr std::uint64_t head_size = 24;
    std::uint64_t at = 40;
    for (int i = 0; i < most_parts && at + head_size <= file.size(); ++i) {
        const auto head = file.read(at, head_size);
        const auto size = little(head, 16, 8);
        if (size < head_size || size > file.size()) return;
        list_chunk(head.substr(0, 4), file.part(at + head_size, size - head_size), findings);
        at += (size + 7) / 8 * 8;
    }
}

}  // namespace earshot::media::embedded
