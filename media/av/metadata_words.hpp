#pragma once
// What libavformat sees of a file besides the sound we read: a second pair of eyes beside media/embedded.

extern "C" {
#include <libavformat/avformat.h>
}

#include <vector>

#include "content/model/media.hpp"

namespace earshot::media::av {

// Every stream but `used` (null: every one): a second soundtrack, moving pictures, data, attached files, with what is known of it.
[[nodiscard]] std::vector<model::EmbeddedItem> other_streams(const AVFormatContext& context, const AVStream* used);

// Metadata of container, streams and chapters: value and where it stood; `what` is left empty. At most 500 entries, each cut to 1,000
// bytes.
[[nodiscard]] std::vector<model::EmbeddedItem> metadata_entries(const AVFormatContext& context);

}  // namespace earshot::media::av
