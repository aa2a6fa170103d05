#pragma once
// What is this file? Reads only the open descriptor; a playlist, script or anything off the format list reads nothing else.

#include "content/model/error.hpp"
#include "content/model/media.hpp"

namespace earshot::media {

// Whose file it is. Of a few milliseconds of MP3 only we can be sure that they are meant as such.
enum class Maker { somebody, ourselves };

// Limits from reliability: duration ≤ 12 h, ≤ 8 channels, 8–192 kHz. Errors (unprocessable / unsupported_media) are sentences for a
// producer: empty, not audio, video only, no samples, too long, too many channels, truncated head, codec or container not accepted.
[[nodiscard]] model::Result<model::MasterInfo> probe(int descriptor, Maker maker = Maker::somebody);

}  // namespace earshot::media
