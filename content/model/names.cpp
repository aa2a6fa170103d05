// Enumerators as the words that storage, settings and the API use.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "content/model/account.hpp"
#include "content/model/chapter.hpp"
#include "content/model/episode.hpp"
#include "content/model/job.hpp"
#include "content/model/media.hpp"
#include "content/model/redaction.hpp"
#include "content/model/show.hpp"

namespace earshot::model {

namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

template <class E, std::size_t N>
std::string_view name_of(const Names<E, N>& names, E value) noexcept {
    for (const auto& [enumerator, name] : names)
        if (enumerator == value) return name;
    return {};
}

template <class E, std::size_t N>
std::optional<E> value_of(const Names<E, N>& names, std::string_view text) noexcept {
    for (const auto& [enumerator, name] : names)
        if (name == text) return enumerator;
    return std::nullopt;
}

constexpr Names<RedactionKind, 3> redaction_kinds{
    {{RedactionKind::mute, "mute"}, {RedactionKind::bleep, "bleep"}, {RedactionKind::cut, "cut"}}};
constexpr Names<ShowType, 2> show_types{{{ShowType::episodic, "episodic"}, {ShowType::serial, "serial"}}};
constexpr Names<ChaptersOrigin, 4> chapters_origins{{{ChaptersOrigin::none, ""},
                                                     {ChaptersOrigin::producer, "producer"},
                                                     {ChaptersOrigin::master, "master"},
                                                     {ChaptersOrigin::notes, "notes"}}};
constexpr Names<EpisodeState, 4> episode_states{{{EpisodeState::draft, "draft"},
                                                 {EpisodeState::scheduled, "scheduled"},
                                                 {EpisodeState::published, "published"},
                                                 {EpisodeState::withdrawn, "withdrawn"}}};
constexpr Names<EpisodeType, 3> episode_types{
    {{EpisodeType::full, "full"}, {EpisodeType::trailer, "trailer"}, {EpisodeType::bonus, "bonus"}}};
constexpr Names<JobKind, 3> job_kinds{{{JobKind::transcode, "transcode"}, {JobKind::tag, "tag"}, {JobKind::transcribe, "transcribe"}}};
constexpr Names<JobState, 5> job_states{{{JobState::queued, "queued"},
                                         {JobState::running, "running"},
                                         {JobState::succeeded, "succeeded"},
                                         {JobState::failed, "failed"},
                                         {JobState::cancelled, "cancelled"}}};
constexpr Names<JobPriority, 4> job_priorities{
    {{JobPriority::low, "low"}, {JobPriority::normal, "normal"}, {JobPriority::high, "high"}, {JobPriority::urgent, "urgent"}}};
constexpr Names<Role, 3> roles{{{Role::admin, "admin"}, {Role::producer, "producer"}, {Role::analyst, "analyst"}}};

}  // namespace

std::string_view to_string(RedactionKind kind) noexcept {
    return name_of(redaction_kinds, kind);
}
std::optional<RedactionKind> parse_redaction_kind(std::string_view text) noexcept {
    return value_of(redaction_kinds, text);
}
std::string_view to_string(ShowType type) noexcept {
    return name_of(show_types, type);
}
std::optional<ShowType> parse_show_type(std::string_view text) noexcept {
    return value_of(show_types, text);
}
std::string_view to_string(ChaptersOrigin origin) noexcept {
    return name_of(chapters_origins, origin);
}
std::optional<ChaptersOrigin> parse_chapters_origin(std::string_view text) noexcept {
    return value_of(chapters_origins, text);
}
std::string_view to_string(EpisodeState state) noexcept {
    return name_of(episode_states, state);
}
std::optional<EpisodeState> parse_episode_state(std::string_view text) noexcept {
    return value_of(episode_states, text);
}
std::string_view to_string(EpisodeType type) noexcept {
    return name_of(episode_types, type);
}
std::optional<EpisodeType> parse_episode_type(std::string_view text) noexcept {
    return value_of(episode_types, text);
}
std::string_view to_string(JobKind kind) noexcept {
    return name_of(job_kinds, kind);
}
std::optional<JobKind> parse_job_kind(std::string_view text) noexcept {
    return value_of(job_kinds, text);
}
std::string_view to_string(JobState state) noexcept {
    return name_of(job_states, state);
}
std::optional<JobState> parse_job_state(std::string_view text) noexcept {
    return value_of(job_states, text);
}
std::string_view to_string(JobPriority priority) noexcept {
    return name_of(job_priorities, priority);
}
std::optional<JobPriority> parse_job_priority(std::string_view text) noexcept {
    return value_of(job_priorities, text);
}
std::string_view to_string(Role role) noexcept {
    return name_of(roles, role);
}
std::optional<Role> parse_role(std::string_view text) noexcept {
    return value_of(roles, text);
}

std::string kinds_of(const std::vector<EmbeddedItem>& items, std::size_t most) {
    std::vector<std::string> kinds;
    for (const auto& item : items) {
        std::string kind = item.what;
        // No capital in the middle of a sentence, but "JPEG" stays.
        const bool word = kind.size() > 1 && (kind[1] == ' ' || (kind[1] >= 'a' && kind[1] <= 'z'));
        if (word && kind[0] >= 'A' && kind[0] <= 'Z') kind[0] = static_cast<char>(kind[0] - 'A' + 'a');
        if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(std::move(kind));
    }
    std::string text;
    for (std::size_t i = 0; i < std::min(most, kinds.size()); ++i) text += (i == 0 ? "" : ", ") + kinds[i];
    if (kinds.size() > most) text += " and more";
    return text;
}

}  // namespace earshot::model
