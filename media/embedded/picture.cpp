// JPEG segments (ITU-T T.81), PNG chunks (W3C PNG) and the Photoshop resources, IPTC records and colour profiles in them.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "media/embedded/formats.hpp"
#include "media/embedded/text.hpp"

namespace earshot::media::embedded {

namespace {

constexpr int most_segments = 5'000;
constexpr std::size_t longest_picture = 12U << 20;

std::string place(std::string_view kind, std::string_view more) {
    return fmt::format("{}{}{}", kind, kind.empty() ? "" : ", ", more);
}

// IPTC IIM 4.1: 0x1C, record, data set, length, words.
void list_iptc(std::string_view bytes, std::string_view kind, Findings& findings) {
    struct Name {
        unsigned set;
        std::string_view field;
    };
    static constexpr std::array names{Name{5, "title"},       Name{25, "keywords"},  Name{55, "date"},        Name{60, "time"},
                                      Name{80, "byline"},     Name{90, "city"},      Name{92, "sublocation"}, Name{95, "state"},
                                      Name{101, "country"},   Name{105, "headline"}, Name{110, "credit"},     Name{115, "source"},
                                      Name{116, "copyright"}, Name{118, "contact"},  Name{120, "caption"},    Name{122, "captionwriter"},
                                      Name{65, "software"}};
    for (std::size_t at = 0; at + 5 <= bytes.size() && bytes[at] == '\x1C';) {
        const auto size = big(bytes, at + 3, 2);
        const auto set = big(bytes, at + 2, 1);
        const auto name = std::ranges::find(names, set, &Name::set);
        if (big(bytes, at + 1, 1) == 2)
            findings.add_field(name == names.end() ? "" : name->field, bytes.substr(at + 5, size), place(kind, "IPTC"),
                               fmt::format("2:{}", set));
        at += 5 + size;
    }
}

void list_photoshop(std::string_view bytes, std::string_view kind, Findings& findings) {
    constexpr std::uint64_t iptc = 0x0404;
    for (std::size_t at = 0; at + 12 <= bytes.size() && bytes.substr(at, 4) == "8BIM";) {
        const auto name_size = big(bytes, at + 6, 1);
        const auto data = at + 6 + (name_size + 2) / 2 * 2 + 4;
        const auto size = big(bytes, data - 4, 4);
        const auto body = bytes.substr(std::min<std::size_t>(data, bytes.size()), size);
        if (big(bytes, at + 4, 2) == iptc)
            list_iptc(body, kind, findings);
        else
            findings.add_opaque(private_data, Section(body), place(kind, "Photoshop"), fmt::format("{:04X}", big(bytes, at + 4, 2)));
        at = data + size + (size & 1);
    }
}

std::string_view behind(std::string_view bytes, std::size_t at) {
    return bytes.substr(std::min(at, bytes.size()));
}

void list_application_segment(unsigned mark, const std::string& body, std::string_view kind, Findings& findings) {
    const std::string_view bytes = body;
    const auto label = until_zero(bytes.substr(0, 40));
    if (label == "Exif") return list_exif(Section(behind(bytes, 6)), kind, findings);
    if (label.starts_with("http://ns.adobe.com/x")) return list_xml(Section(behind(bytes, label.size() + 1)), place(kind, "XMP"), findings);
    if (label == "ICC_PROFILE") return findings.add_opaque("Colour profile", Section(behind(bytes, 14)), place(kind, "ICC profile"));
    if (label.starts_with("Photoshop 3.0")) return list_photoshop(behind(bytes, 14), kind, findings);
    if (label == "JFIF" && bytes.size() <= 14) return;
    if (label.starts_with("Adobe") && bytes.size() <= 12) return;
    findings.add_opaque(private_data, Section(bytes), place(kind, fmt::format("JPEG APP{}", mark)));
}

void list_jpeg(const std::string& all, std::string_view kind, Findings& findings) {
    constexpr unsigned application = 0xE0, comment = 0xFE, end = 0xD9;
    const std::string_view bytes = all;
    std::size_t at = 2;
    for (int i = 0; i < most_segments && at + 2 <= bytes.size(); ++i) {
        at = bytes.find('\xFF', at);
        if (at == std::string_view::npos || at + 2 > bytes.size()) return;
        const auto mark = static_cast<unsigned>(big(bytes, at + 1, 1));
        if (mark == end) {
            if (at + 2 < bytes.size())
                findings.add_opaque("Bytes behind the end", Section(bytes.substr(at + 2)), place(kind, "behind the picture"));
            return;
        }
        const bool bare = mark == 0 || mark == 0xFF || mark == 1 || (mark >= 0xD0 && mark <= 0xD8);
        if (bare) {  // inside a scan: stuffing and restarts
            at += mark == 0xFF ? 1 : 2;
            --i;
            continue;
        }
        const auto size = big(bytes, at + 2, 2);
        const auto body = std::string(bytes.substr(std::min(at + 4, bytes.size()), size < 2 ? 0 : size - 2));
        if (mark >= application && mark < application + 16) list_application_segment(mark - application, body, kind, findings);
        if (mark == comment) findings.add("Comment", body, place(kind, "JPEG comment"));
        at += 2 + std::max<std::uint64_t>(size, 2);
    }
}

void list_png_text(std::string_view name, std::string_view body, std::string_view kind, Findings& findings) {
    const auto field = until_zero(body);
    auto rest = body.substr(std::min(field.size() + 1, body.size()));
    const auto where = place(kind, fmt::format("PNG {}", name));
    if (name == "zTXt") return findings.add_opaque("Comment", Section(rest), where, fmt::format("{}, packed", field));
    if (name == "iTXt") {
        const bool packed = rest.starts_with('\x01');
        rest.remove_prefix(std::min<std::size_t>(2, rest.size()));
        for (int i = 0; i < 2; ++i) rest.remove_prefix(std::min(until_zero(rest).size() + 1, rest.size()));  // language, translated field
        if (packed) return findings.add_opaque("Comment", Section(rest), where, fmt::format("{}, packed", field));
        if (field == "XML:com.adobe.xmp") return list_xml(Section(rest), place(kind, "XMP"), findings);
    }
    findings.add_field(field, name == "tEXt" ? from_latin1(rest) : std::string(rest), where, field);
}

void list_png(const Section& picture, std::string_view kind, Findings& findings) {
    static constexpr std::array<std::string_view, 14> plain{"IHDR", "PLTE", "IDAT", "tRNS", "gAMA", "cHRM", "sRGB",
                                                            "sBIT", "bKGD", "hIST", "pHYs", "cICP", "IEND", "sPLT"};
    std::uint64_t at = 8;
    for (int i = 0; i < most_segments * 10 && at + 12 <= picture.size(); ++i) {
        const auto head = picture.read(at, 8);
        if (head.size() < 8) return;
        const auto size = big(head, 0, 4);
        const auto name = head.substr(4);
        const auto body = picture.part(at + 8, size);
        const auto where = [&](std::string_view what) { return place(kind, fmt::format("PNG {}", what)); };
        at += 12 + size;
        if (name == "tEXt" || name == "zTXt" || name == "iTXt")
            list_png_text(name, body.all(longest_text), kind, findings);
        else if (name == "eXIf")
            list_exif(body, kind, findings);
        else if (name == "iCCP")
            findings.add("Colour profile", until_zero(body.all(80)), where(name));
        else if (name == "tIME") {
            const auto time = body.all(7);
            findings.add("When it was made",
                         fmt::format("{}-{:02}-{:02} {:02}:{:02}", big(time, 0, 2), big(time, 2, 1), big(time, 3, 1), big(time, 4, 1),
                                     big(time, 5, 1)),
                         where(name));
        } else if (!is_one_of(name, plain))
            findings.add_opaque(private_data, body, where(name));
        if (name == "IEND") break;
    }
    if (at < picture.size()) findings.add_opaque("Bytes behind the end", picture.from(at), place(kind, "behind the picture"));
}

}  // namespace

void list_picture(const Section& bytes, std::string_view kind, Findings& findings) {
    if (!kind.empty()) findings.add("Picture", fmt::format("{} bytes", bytes.size()), kind);
    const auto head = bytes.read(0, 8);
    if (head.starts_with("\xFF\xD8")) return list_jpeg(bytes.all(longest_picture), kind, findings);
    if (head.starts_with("\x89PNG")) return list_png(bytes, kind, findings);
    if (!kind.empty()) findings.add_opaque("Picture", bytes, kind);
}

}  // namespace earshot::media::embedded
