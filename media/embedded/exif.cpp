// Exif 2.32 (CIPA DC-008): a TIFF structure; and the words of XML documents.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "media/embedded/formats.hpp"
#include "media/embedded/text.hpp"

namespace earshot::media::embedded {

namespace {

constexpr std::uint64_t most_fields = 500;
constexpr std::size_t longest_exif = 128U << 10, longest_xml = 512U << 10;
constexpr unsigned exif_folder = 0x8769, gps_folder = 0x8825, interoperability_folder = 0xA005;

struct Tag {
    unsigned number;
    std::string_view field;
};
constexpr std::array tags{Tag{0x010D, "DocumentName"},
                          Tag{0x010E, "ImageDescription"},
                          Tag{0x010F, "Make"},
                          Tag{0x0110, "Model"},
                          Tag{0x0131, "Software"},
                          Tag{0x0132, "DateTime"},
                          Tag{0x013B, "Artist"},
                          Tag{0x013C, "HostComputer"},
                          Tag{0x8298, "Copyright"},
                          Tag{0x9003, "DateTimeOriginal"},
                          Tag{0x9004, "DateTimeDigitized"},
                          Tag{0x927C, "MakerNote"},
                          Tag{0x9286, "UserComment"},
                          Tag{0x9C9B, "XPTitle"},
                          Tag{0x9C9C, "XPComment"},
                          Tag{0x9C9D, "XPAuthor"},
                          Tag{0x9C9E, "XPKeywords"},
                          Tag{0x9C9F, "XPSubject"},
                          Tag{0xA420, "ImageUniqueID"},
                          Tag{0xA430, "CameraOwnerName"},
                          Tag{0xA431, "BodySerialNumber"},
                          Tag{0xA433, "LensMake"},
                          Tag{0xA434, "LensModel"},
                          Tag{0xA435, "LensSerialNumber"}};

class Tiff {
public:
    explicit Tiff(std::string bytes) : bytes_(std::move(bytes)), big_(bytes_.starts_with("MM")) {}
    [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t count) const {
        return big_ ? big(bytes_, at, count) : little(bytes_, at, count);
    }
    [[nodiscard]] bool is_big() const noexcept { return big_; }
    [[nodiscard]] std::string_view bytes(std::size_t at, std::size_t count) const {
        return std::string_view(bytes_).substr(std::min(at, bytes_.size()), count);
    }

    struct Field {
        unsigned tag{}, type{};
        std::string_view value;
        std::size_t at{};  // of the value
    };
    [[nodiscard]] std::vector<Field> folder(std::size_t at, std::size_t* next) const {
        static constexpr std::array<std::size_t, 14> sizes{1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
        std::vector<Field> fields;
        const auto count = std::min(number(at, 2), most_fields);
        for (std::size_t i = 0; i < count && at + 14 + 12 * i <= bytes_.size(); ++i) {
            const auto entry = at + 2 + 12 * i;
            const auto type = number(entry + 2, 2);
            const auto size = number(entry + 4, 4) * sizes.at(type < sizes.size() ? type : 0);
            const auto place = size <= 4 ? entry + 8 : number(entry + 8, 4);
            fields.push_back({static_cast<unsigned>(number(entry, 2)), static_cast<unsigned>(type), bytes(place, size), place});
        }
        if (next != nullptr) *next = number(at + 2 + 12 * count, 4);
        return fields;
    }

private:
    std::string bytes_;
    bool big_;
};

// Degrees, minutes and seconds, each a fraction.
std::string coordinate(const Tiff& tiff, const Tiff::Field& field, std::string_view hemisphere) {
    double degrees = 0, unit = 1;
    for (std::size_t i = 0; i + 8 <= std::min<std::size_t>(field.value.size(), 24); i += 8, unit *= 60) {
        const auto below = tiff.number(field.at + i + 4, 4);
        if (below != 0) degrees += static_cast<double>(tiff.number(field.at + i, 4)) / static_cast<double>(below) / unit;
    }
    return fmt::format("{:.4f}° {}", degrees, hemisphere);
}

void list_gps(const Tiff& tiff, std::size_t at, std::string_view kind, Findings& findings) {
    constexpr unsigned latitude = 2, longitude = 4, altitude = 6;
    std::string_view reference;
    for (const auto& field : tiff.folder(at, nullptr)) {
        if (field.tag == latitude || field.tag == longitude)
            findings.add("Where it was taken", coordinate(tiff, field, reference), kind, "GPS");
        else if (field.type == 2 && field.value.size() > 2)
            findings.add("Where it was taken", until_zero(field.value), kind, fmt::format("GPS {}", field.tag));
        else if (field.type == 7)
            findings.add_opaque("Where it was taken", Section(field.value), kind, fmt::format("GPS {}", field.tag));
        else if (field.tag == altitude)
            findings.add("Where it was taken", "with the height", kind, "GPS altitude");
        if (field.type == 2) reference = until_zero(field.value);
    }
}

void list_field(const Tiff& tiff, const Tiff::Field& field, std::string_view kind, Findings& findings) {
    const auto known = std::ranges::find(tags, field.tag, &Tag::number);
    const std::string name = known == tags.end() ? fmt::format("{:04X}", field.tag) : std::string(known->field);
    constexpr unsigned text = 2, bytes = 7, first_windows = 0x9C9B, last_windows = 0x9C9F;
    if (field.tag >= first_windows && field.tag <= last_windows)
        findings.add_field(name, from_utf16(field.value, false), kind, name);
    else if (field.tag == 0x9286 && field.value.starts_with("UNICODE"))
        findings.add_field(name, from_utf16(field.value.substr(std::min<std::size_t>(8, field.value.size())), tiff.is_big()), kind, name);
    else if (field.type == text)
        findings.add_field(name, until_zero(field.value), kind, name);
    else if (field.type == bytes && field.value.size() > 4)
        findings.add_opaque(field.tag == 0x9286 ? "Comment" : private_data, Section(field.value), kind, name);
}

}  // namespace

void list_exif(const Section& tiff_bytes, std::string_view kind, Findings& findings) {
    const Tiff tiff(tiff_bytes.all(longest_exif));
    const auto place = fmt::format("{}{}EXIF", kind, kind.empty() ? "" : ", ");
    std::size_t next = 0;
    for (const auto& field : tiff.folder(tiff.number(4, 4), &next)) {
        if (field.tag == gps_folder) {
            list_gps(tiff, tiff.number(field.at, 4), place, findings);
        } else if (field.tag == exif_folder) {
            for (const auto& inner : tiff.folder(tiff.number(field.at, 4), nullptr))
                if (inner.tag != interoperability_folder) list_field(tiff, inner, place, findings);
        } else {
            list_field(tiff, field, place, findings);
        }
    }
    if (next != 0) findings.add("Picture", "a small one from before later changes", place, "thumbnail");
}

void list_xml(const Section& text, std::string_view kind, Findings& findings) {
    auto words = text.all(longest_xml);
    if (words.starts_with("\xFF\xFE") || words.starts_with("\xFE\xFF")) words = from_utf16(words, true);
    scan_xml(words, [&](std::string_view name, std::string_view value) { findings.add_field(name, value, kind, name); });
}

void list_filler(const Section& bytes, std::string_view kind, Findings& findings) {
    constexpr std::size_t looked_through = 1U << 20;
    if (bytes.all(looked_through).find_first_not_of('\0') != std::string::npos)
        findings.add_opaque("Filler that is not empty", bytes, kind);
}

}  // namespace earshot::media::embedded
