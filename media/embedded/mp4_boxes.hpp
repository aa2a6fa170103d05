#pragma once
// ISO 14496-12 §4.2: boxes one after another.

#include <string>

#include "media/embedded/formats.hpp"
#include "media/embedded/section.hpp"

namespace earshot::media::embedded {

// Calls `take` with the name and the body of every box.
template <class Take>
void walk_boxes(const Section& boxes, Take take) {
    std::uint64_t at = 0;
    for (int i = 0; i < most_parts && at + 8 <= boxes.size(); ++i) {
        const auto head = boxes.read(at, 16);
        if (head.size() < 8) return;
        std::uint64_t size = big(head, 0, 4), head_size = 8;
        if (size == 1) {
            size = big(head, 8, 8);
            head_size = 16;
        }
        if (size == 0) size = boxes.size() - at;
        if (size < head_size) return;
        take(head.substr(4, 4), boxes.part(at + head_size, size - head_size));
        if (size > boxes.size() - at) return;
        at += size;
    }
}

}  // namespace earshot::media::embedded
