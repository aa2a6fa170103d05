// FLAC metadata blocks (RFC 9639 §8) and Ogg pages (RFC 3533) with the comments of Vorbis, Opus, Theora, Speex and FLAC in them.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "media/embedded/formats.hpp"
#include "media/embedded/text.hpp"

namespace earshot::media::embedded {

namespace {

constexpr int most_pages = 200'000;
constexpr std::size_t most_comments = 200'000, longest_comment = 16U << 20, longest_packet = 4U << 20;

void list_cue_sheet(const Section& block, Findings& findings) {
    findings.add("An identifier", until_zero(block.read(0, 128)), "FLAC CUESHEET");
    findings.add_opaque("Markers", block.from(396), "FLAC CUESHEET");
}

void list_flac_block(unsigned type, const Section& block, Findings& findings) {
    constexpr unsigned stream_info = 0, padding = 1, application = 2, seek_table = 3, comment = 4, cue_sheet = 5, picture = 6;
    switch (type) {
        case stream_info:
        case seek_table:
            return;
        case padding:
            return list_filler(block, "FLAC PADDING", findings);
        case application:
            return findings.add_opaque(private_data, block, "FLAC APPLICATION", block.read(0, 4));
        case comment:
            return list_vorbis_comment(block, "Vorbis comment", findings);
        case cue_sheet:
            return list_cue_sheet(block, findings);
        case picture:
            return list_flac_picture(block, "FLAC PICTURE", findings);
        default:
            return findings.add_opaque(private_data, block, fmt::format("FLAC block {}", type));
    }
}

// The first packets of one logical stream, joined from its pages.
struct Stream {
    std::string packet;
    unsigned packets{};  // complete ones
    bool wanted{true}, is_flac{};
};

void list_packet(const Stream& stream, Findings& findings) {
    const std::string_view packet = stream.packet;
    const auto comment_at = [&](std::size_t at, std::string_view kind) { list_vorbis_comment(Section(packet.substr(at)), kind, findings); };
    if (packet.starts_with("\x03vorbis")) return comment_at(7, "Vorbis comment");
    if (packet.starts_with("OpusTags")) return comment_at(8, "Opus comment");
    if (packet.starts_with("\x81theora")) return comment_at(7, "Theora comment");
    if (packet.starts_with("fishead") || packet.starts_with("fisbone"))
        return findings.add_opaque("A track of data", Section(packet), "Ogg Skeleton");
    const bool is_block = stream.is_flac && stream.packets > 0 && packet.size() >= 4 && packet[0] != '\xFF';
    if (is_block) list_flac_block(static_cast<unsigned char>(packet[0]) & 0x7FU, Section(packet).from(4), findings);
}

// Adds a page's lacing to its stream; packets end at values below 255 (RFC 3533 §6).
void take_page(Stream& stream, const Section& body, std::string_view lacing, Findings& findings) {
    constexpr unsigned header_packets = 12;  // more blocks than that no writer puts before the sound
    const auto bytes = body.all(255 * 255);
    std::size_t at = 0;
    for (const char lace : lacing) {
        const auto size = static_cast<unsigned char>(lace);
        if (stream.packet.size() < longest_packet) stream.packet += bytes.substr(std::min(at, bytes.size()), size);
        at += size;
        if (size == 255) continue;
        if (stream.packets == 0)
            stream.is_flac = stream.packet.starts_with(
                "\x7F"
                "FLAC");
        list_packet(stream, findings);
        stream.packet.clear();
        stream.wanted = ++stream.packets < header_packets;
        if (!stream.wanted) return;
    }
}

}  // namespace

void list_vorbis_comment(const Section& bytes, std::string_view kind, Findings& findings) {
    const auto text = bytes.all(longest_comment);
    const std::string_view all = text;
    std::size_t at = 4 + little(all, 0, 4);
    findings.add("Software it was made with", all.substr(std::min<std::size_t>(4, all.size()), at - 4), kind, "vendor");
    auto count = std::min<std::uint64_t>(little(all, at, 4), most_comments);
    for (at += 4; count > 0 && at + 4 <= all.size(); --count) {
        const auto size = little(all, at, 4);
        const auto comment = all.substr(at + 4, size);
        const auto equals = comment.find('=');
        const auto name = comment.substr(0, equals);
        const auto value = equals == std::string_view::npos ? comment : comment.substr(equals + 1);
        const std::string field(name.substr(0, 60));
        if (field == "METADATA_BLOCK_PICTURE" || field == "metadata_block_picture") {
            const auto picture = from_base64(value);
            list_flac_picture(Section(picture), fmt::format("{} {}", kind, field), findings);
        } else if (field == "COVERART" || field == "coverart") {
            const auto picture = from_base64(value);
            list_picture(Section(picture), fmt::format("{} {}", kind, field), findings);
        } else {
            findings.add_field(field, value, kind, equals == std::string_view::npos ? "" : field);
        }
        at += 4 + size;
    }
    // What follows the list is not read by players (RFC 7845 §5.2 keeps room there for padding).
    if (at + 1 < all.size()) list_filler(bytes.from(at + 1), fmt::format("{} padding", kind), findings);
}

void list_flac_picture(const Section& bytes, std::string_view kind, Findings& findings) {
    const auto type_size = big(bytes.read(4, 4), 0, 4);
    const auto text_at = 8 + type_size;
    const auto text_size = big(bytes.read(text_at, 4), 0, 4);
    findings.add("Description of a picture", bytes.read(text_at + 4, std::min<std::uint64_t>(text_size, longest_text)), kind,
                 "description");
    findings.add("Web address", bytes.read(8, 3) == "-->" ? bytes.from(text_at + text_size + 24).all(longest_text) : "", kind, "link");
    const auto picture = bytes.from(text_at + text_size + 24);
    if (bytes.read(8, 3) != "-->") list_picture(picture, kind, findings);
}

void list_flac(const Section& file, Findings& findings) {
    std::uint64_t at = 4;
    for (int i = 0; i < most_parts && at + 4 <= file.size(); ++i) {
        const auto head = file.read(at, 4);
        if (head.size() < 4) return;
        const auto size = big(head, 1, 3);
        list_flac_block(static_cast<unsigned char>(head[0]) & 0x7FU, file.part(at + 4, size), findings);
        if ((static_cast<unsigned char>(head[0]) & 0x80U) != 0) return;
        at += 4 + size;
    }
}

void list_ogg(const Section& file, Findings& findings) {
    constexpr unsigned char begins = 2;
    std::map<std::uint64_t, Stream> streams;  // by serial number
    std::uint64_t at = 0;
    for (int i = 0; i < most_pages && at + 27 <= file.size(); ++i) {
        const auto head = file.read(at, 27 + 255);
        if (head.size() < 27 || !head.starts_with("OggS")) break;
        const std::string_view lacing = std::string_view(head).substr(27, static_cast<unsigned char>(head[26]));
        std::uint64_t size = 0;
        for (const char lace : lacing) size += static_cast<unsigned char>(lace);
        const auto serial = little(head, 14, 4);
        if ((static_cast<unsigned char>(head[5]) & begins) != 0 && streams.size() < 256) streams[serial] = {};
        const auto body = at + 27 + lacing.size();
        if (const auto stream = streams.find(serial); stream != streams.end() && stream->second.wanted)
            take_page(stream->second, file.part(body, size), lacing, findings);
        at = body + size;
    }
    constexpr std::size_t searched = 64 << 10;  // a page in it: then only a piece is damaged
    if (at > 0 && at < file.size() && file.read(at, searched).find("OggS") == std::string::npos)
        findings.add_opaque("Bytes behind the end", file.from(at), "behind the last page");
}

}  // namespace earshot::media::embedded
