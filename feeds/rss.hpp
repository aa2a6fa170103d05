#pragma once
// A show's feed: RSS 2.0 with the iTunes and podcast namespaces. Pure: the same catalogue values give the same bytes; no clock, no I/O.

#include <span>
#include <string>
#include <string_view>

#include "content/model/episode.hpp"
#include "content/model/show.hpp"

namespace earshot::feeds {

struct FeedDocument {
    std::string xml;                   // UTF-8, well-formed whatever the titles hold
    model::Timestamp last_modified{};  // latest of show, episodes and tagged_at; also lastBuildDate
};

// `episodes`: the public ones, newest first. `base_url`: "https://pod.example.org", no trailing slash.
[[nodiscard]] FeedDocument render_rss(const model::Show& show, std::span<const model::Episode> episodes, std::string_view base_url);

}  // namespace earshot::feeds
