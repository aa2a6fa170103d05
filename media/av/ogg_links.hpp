#pragma once
// Chained Ogg (RFC 3533 §4): several recordings one after another in a file, as recorders of live streams and `cat` make them.

#include <vector>

#include "media/av/byte_view.hpp"

namespace earshot::media::av {

// Where each of them lies, in order. Looks at page heads only, and stops where one is not in its place: what follows belongs to the last,
// as does what lies beyond five million pages.
// One view of everything for a file that is no Ogg. Each is a whole file of its own; libavformat by itself leaves the start of all but the
// first, and the end of all but the last, as the encoder padded them.
[[nodiscard]] std::vector<ByteView> ogg_links(int descriptor);

}  // namespace earshot::media::av
