#pragma once
// What the joints of an AAC-LC stream depend on: the windows of a raw frame (ISO 14496-3 §4.4.2). Nothing else reaches from one frame into
// the next: LC has neither prediction nor a reservoir that decoders know of. Bytes only; decodes nothing.

#include <optional>
#include <string_view>

#include "media/stream_joints.hpp"

namespace earshot::media {

struct AacWindow {
    bool short_head{}, short_tail{};  // a short window's slope where it starts, and where it ends
    bool kaiser{};                    // the shape of its end; it starts with that of the frame before
    bool operator==(const AacWindow&) const = default;
};

// Of all channels. Nothing when they differ, and for what is neither one channel nor a pair.
[[nodiscard]] std::optional<AacWindow> read_aac_window(std::string_view frame);

extern const StreamJoints aac_joints;

}  // namespace earshot::media
