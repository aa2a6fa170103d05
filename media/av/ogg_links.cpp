#include "media/av/ogg_links.hpp"

#include "media/embedded/section.hpp"

namespace earshot::media::av {

std::vector<ByteView> ogg_links(int descriptor) {
    constexpr std::size_t most_links = 10'000, head_size = 27, most_lacing = 255;
    constexpr unsigned char begins = 2;
    std::vector<ByteView> links(1);
    embedded::Look file(descriptor);
    bool in_heads = true;  // streams that sound together begin together
    for (std::uint64_t at = 0; at < file.size() && links.size() < most_links;) {
        const auto head = file.read(at, head_size + most_lacing);
        if (head.size() < head_size || !head.starts_with("OggS")) break;
        const bool is_begin = (static_cast<unsigned char>(head[5]) & begins) != 0;
        if (is_begin && !in_heads) {
            links.back().end = at;
            links.emplace_back().start = at;
        }
        in_heads = is_begin;
        const auto lacing = static_cast<unsigned char>(head[26]);
        at += head_size + lacing;
        for (std::size_t i = 0; i < lacing; ++i) at += embedded::big(head, head_size + i, 1);
    }
    return links;
}

}  // namespace earshot::media::av
