#pragma once
// What a file says about itself, as lines for a producer: "BWF originator: Studio 4".

extern "C" {
#include <libavformat/avformat.h>
}

#include <string>
#include <vector>

namespace earshot::media::av {

// Container, stream and chapter metadata, pictures included by name only. At most 60 lines, each cut to 200 bytes, cleaned by
// model::clean_line.
[[nodiscard]] std::vector<std::string> metadata_words(const AVFormatContext& context);

}  // namespace earshot::media::av
