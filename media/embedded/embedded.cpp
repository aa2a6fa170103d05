#include "media/embedded/embedded.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <functional>

#include "media/embedded/formats.hpp"

namespace earshot::media {

namespace {

using embedded::Findings;
using embedded::Section;

struct Container {
    std::size_t at;
    std::string_view mark;
    void (*list)(const Section&, Findings&);
};
constexpr std::array containers{
    Container{0, "RIFF", &embedded::list_riff},   Container{0, "RF64", &embedded::list_riff}, Container{0, "BW64", &embedded::list_riff},
    Container{0, "riff", &embedded::list_wave64}, Container{0, "FORM", &embedded::list_aiff}, Container{0, "caff", &embedded::list_caf},
    Container{0, "fLaC", &embedded::list_flac},   Container{0, "OggS", &embedded::list_ogg},  Container{4, "ftyp", &embedded::list_mp4},
    Container{4, "moov", &embedded::list_mp4},    Container{4, "mdat", &embedded::list_mp4},  Container{4, "wide", &embedded::list_mp4},
    Container{4, "free", &embedded::list_mp4},    Container{4, "skip", &embedded::list_mp4},  Container{4, "pnot", &embedded::list_mp4}};

// Tags of MP3 players stand before and behind anything.
Section without_tags(const Section& whole, Findings& findings) {
    constexpr int most_tags = 20;
    Section file = whole;
    for (int i = 0; i < most_tags; ++i) {
        const auto length = embedded::list_id3v2(file, findings);
        if (length == 0) break;
        file = file.from(length);
    }
    return file.part(0, file.size() - std::min(file.size(), embedded::list_trailing_tags(file, findings)));
}

void list_file(int descriptor, Findings& findings) {
    embedded::Look look(descriptor);
    const auto file = without_tags(Section(look, 0, look.size()), findings);
    const auto head = file.read(0, 12);
    for (const auto& kind : containers)
        if (std::string_view(head).substr(std::min(kind.at, head.size())).starts_with(kind.mark)) return kind.list(file, findings);
}

// A file that was made to surprise must not hide what was found before the surprise, nor that there was one.
void reading(Findings& findings, const std::function<void()>& read) {
    try {
        read();
    } catch (const std::exception&) {
        findings.add("A part that was not looked through", "Reading stopped at something unexpected; what follows it is not listed.",
                     "this file");
    }
}

}  // namespace

std::vector<model::EmbeddedItem> list_embedded(int descriptor, const std::vector<model::EmbeddedItem>& streams,
                                               const std::vector<model::EmbeddedItem>& entries) {
    Findings findings;
    for (const auto& stream : streams) findings.add(stream.what, stream.value, stream.where);
    reading(findings, [&] { list_file(descriptor, findings); });
    for (const auto& entry : entries) {
        const auto field = std::string_view(entry.where).substr(entry.where.find(' ') + 1);
        if (!findings.tells(entry.value)) findings.add_field(field, entry.value, entry.where);
    }
    return findings.take();
}

std::vector<model::EmbeddedItem> list_embedded_in_picture(std::string_view bytes) {
    Findings findings;
    reading(findings, [&] { embedded::list_picture(Section(bytes), "", findings); });
    return findings.take();
}

}  // namespace earshot::media
