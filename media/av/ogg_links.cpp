#include "media/av/ogg_links.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string_view>

#include "media/embedded/section.hpp"
#include "media/tags/bytes.hpp"

namespace earshot::media::av {

namespace {

constexpr std::size_t head_size = 27, most_lacing = 255, most_words = 8;

// The first page of a stream: it says so, has the first number and no time, and holds the words of a codec or of a skeleton. One flipped
// bit does not make another page look like that.
bool begins_stream(std::string_view page) {
    constexpr unsigned char begins = 2;
    constexpr std::array<std::string_view, 8> words{"OpusHead", "\x01vorbis", "\x7F\x46LAC", "fLaC",
                                                    "Speex   ", "\x80theora", "fishead",     "\x80kate"};
    if ((static_cast<unsigned char>(page[5]) & begins) == 0) return false;
    if (embedded::little(page, 6, 8) != 0 || embedded::little(page, 18, 4) != 0) return false;
    const auto body = page.substr(std::min(page.size(), head_size + static_cast<unsigned char>(page[26])));
    return std::ranges::any_of(words, [&](std::string_view word) { return body.starts_with(word); });
}

}  // namespace

std::vector<ByteView> ogg_links(int descriptor) {
    constexpr std::size_t most_links = 10'000, most_together = 64, most_pages = 5'000'000;
    std::vector<ByteView> links(1);
    const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(tags::file_size(descriptor), 0));
    std::array<char, head_size + most_lacing + most_words> start{};
    std::set<std::uint64_t> begun;  // the serial numbers of streams that sound together, and so begin together
    std::uint64_t at = 0;
    for (std::size_t pages = 0; at < size && links.size() < most_links && pages < most_pages; ++pages) {
        const auto got = tags::read_at(descriptor, start.data(), start.size(), static_cast<std::int64_t>(at));
        const std::string_view page(start.data(), static_cast<std::size_t>(std::max<std::ptrdiff_t>(got, 0)));
        if (page.size() < head_size || !page.starts_with("OggS")) break;
        const auto serial = embedded::little(page, 14, 4);
        if (!begins_stream(page)) {
            begun.clear();
        } else if (begun.size() == most_together) {
            break;
        } else if (at == 0 || (!begun.empty() && !begun.contains(serial))) {
            begun.insert(serial);
        } else {
            links.back().end = at;
            links.emplace_back().start = at;
            begun = {serial};
        }
        const auto lacing = static_cast<unsigned char>(page[26]);
        at += head_size + lacing;
        for (std::size_t i = 0; i < lacing; ++i) at += embedded::big(page, head_size + i, 1);
    }
    return links;
}

}  // namespace earshot::media::av
