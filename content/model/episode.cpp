#include "content/model/episode.hpp"

#include "content/model/text.hpp"

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

Status check_chapters(const std::vector<Chapter>& chapters, std::optional<std::chrono::milliseconds> duration) {
    if (chapters.size() > 255)
        return fail(Errc::invalid_input,
                    "There are " + std::to_string(chapters.size()) + " chapters; audio files hold at most 255. Merge some of them.");
    for (std::size_t i = 0; i < chapters.size(); ++i) {
        const auto& chapter = chapters[i];
        const std::string which = "Chapter " + std::to_string(i + 1);
        if (clean_line(chapter.title).empty()) return fail(Errc::invalid_input, which + " has no title.");
        if (utf8_length(chapter.title) > 255) return fail(Errc::invalid_input, which + "'s title is longer than 255 characters.");
        if (i == 0 && chapter.start.count() != 0)
            return fail(Errc::invalid_input, "The first chapter must start at 00:00:00, not at " + format_clock(chapter.start) + ".");
        if (i > 0 && chapter.start <= chapters[i - 1].start)
            return fail(Errc::invalid_input, which + " starts at " + format_clock(chapter.start) +
                                                 ", which is not after the one before it. Put chapters in order of time.");
        if (duration && chapter.start >= *duration)
            return fail(Errc::invalid_input, which + " starts at " + format_clock(chapter.start) + ", but the audio is only " +
                                                 format_clock(*duration) + " long.");
    }
    return {};
}

}  // namespace earshot::model
