#include "content/model/episode.hpp"

namespace earshot::model {

bool is_public(const Episode& episode, Timestamp now) noexcept {
    switch (episode.state) {
        case EpisodeState::published:
            return true;
        case EpisodeState::scheduled:
            return episode.publish_at && *episode.publish_at <= now;
        case EpisodeState::draft:
        case EpisodeState::withdrawn:
            return false;
    }
    return false;
}

void choose_chapters(Episode& episode) {
    if (episode.chapters_origin == ChaptersOrigin::producer) return;
    const auto duration = episode.renditions.empty() ? std::nullopt : std::optional(episode.renditions.front().duration);
    episode.chapters_origin = ChaptersOrigin::none;
    episode.chapters.clear();
    const auto take = [&](std::vector<Chapter> found, ChaptersOrigin origin) {
        episode.chapters = fit_chapters(std::move(found), duration, episode.title);
        if (!episode.chapters.empty()) episode.chapters_origin = origin;
        return !episode.chapters.empty();
    };
    if (episode.master && episode.master->info && take(episode.master->info->chapters, ChaptersOrigin::master)) return;
    // Times in the notes are those of the recording as it was before ranges were taken out, and so are their titles.
    if (episode.master && episode.master->original) return;
    take(chapters_in_notes(episode.notes).chapters, ChaptersOrigin::notes);
}

}  // namespace earshot::model
