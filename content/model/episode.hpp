#pragma once
// An episode and its life: draft → scheduled or published → withdrawn → published again under the same GUID.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/chapter.hpp"
#include "content/model/error.hpp"
#include "content/model/ids.hpp"
#include "content/model/media.hpp"
#include "content/model/show.hpp"
#include "content/model/time.hpp"
#include "content/model/transcript.hpp"

namespace earshot::model {

enum class EpisodeState { draft, scheduled, published, withdrawn };
enum class EpisodeType { full, trailer, bonus };  // itunes:episodeType

struct Episode {
    EpisodeId id;
    ShowId show;
    std::string guid;  // made once, never changes (a database trigger says so)
    std::string slug;  // unique within the show, fixed at creation
    std::string title;
    std::string summary;  // one or two plain sentences; may be empty
    std::string notes;    // Markdown
    EpisodeType type{EpisodeType::full};
    std::optional<std::uint32_t> season, number;
    bool is_explicit{};
    EpisodeState state{EpisodeState::draft};
    std::optional<Timestamp> publish_at;  // when it went or will go public = pubDate; empty for a draft
    std::vector<Person> people;           // replaces the show's when not empty
    std::vector<Chapter> chapters;        // ascending, first at 0
    ChaptersOrigin chapters_origin{ChaptersOrigin::none};
    std::optional<Transcript> transcript;
    std::optional<Transcript> transcript_draft;  // written by a program; staff alone see it until one of them accepts it
    std::optional<Artwork> artwork;
    std::optional<Master> master;       // of the renditions; the newest one handed in while there are none
    std::vector<Rendition> renditions;  // all of `master`, in settings order; empty until transcoded
    Timestamp created_at{}, updated_at{};
    bool operator==(const Episode&) const = default;
};

// Public now? Visibility is computed from the clock, never flipped by a job (a scheduled episode appears at its instant).
[[nodiscard]] bool is_public(const Episode& episode, Timestamp now) noexcept;

// Unless the producer gave chapters by hand: takes those of the recording, else (unless ranges were ever taken out of it) those of the
// notes, as far as they fit the audio.
void choose_chapters(Episode& episode);

[[nodiscard]] std::string_view to_string(EpisodeState state) noexcept;
[[nodiscard]] std::optional<EpisodeState> parse_episode_state(std::string_view text) noexcept;
[[nodiscard]] std::string_view to_string(EpisodeType type) noexcept;
[[nodiscard]] std::optional<EpisodeType> parse_episode_type(std::string_view text) noexcept;

}  // namespace earshot::model
