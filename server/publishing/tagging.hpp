#pragma once
// The tag step: encoded essence in, the file that is served out. Tag first, then hash; the audio is never touched.

#include <string>

#include "content/model/media.hpp"
#include "media/tags/audio_tags.hpp"
#include "server/publishing/publisher.hpp"

namespace earshot::publishing {

// SHA-256 over everything that goes into the tags. Equal fingerprints: the same tags.
[[nodiscard]] std::string fingerprint(const media::AudioTags& tags);

// Writes the essence with these tags into a new object, checks it and fills the rendition's served half: object_key, sha256, byte_length,
// audio_start, bytes_for_60s, tag_fingerprint, tagged_at (in a later second than before). On failure the rendition is unchanged.
[[nodiscard]] WorkerPool::Outcome<void> tag_rendition(Publisher::Rooms& rooms, const media::AudioTags& tags, model::Timestamp now,
                                                      model::Rendition& rendition);

// All bytes of a stored object.
[[nodiscard]] model::Result<std::string> read_object(storage::MediaStore& store, std::string_view key);

}  // namespace earshot::publishing
