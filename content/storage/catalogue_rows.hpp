#pragma once
// Whole shows and episodes read from their tables. Used by the catalogue only.

#include <optional>
#include <string_view>
#include <vector>

#include "content/model/episode.hpp"
#include "content/model/show.hpp"

namespace soci {
class session;
}

namespace earshot::storage {

[[nodiscard]] std::vector<model::Show> read_shows(soci::session& session);  // by title
[[nodiscard]] std::optional<model::Show> read_show(soci::session& session, const model::ShowId& id);
[[nodiscard]] std::optional<model::Show> read_show_by_slug(soci::session& session, std::string_view slug);

// With current master and renditions.
[[nodiscard]] std::vector<model::Episode> read_episodes(soci::session& session, const model::ShowId& show);
[[nodiscard]] std::optional<model::Episode> read_episode(soci::session& session, const model::EpisodeId& id);
[[nodiscard]] std::optional<model::Episode> read_episode_by_slug(soci::session& session, const model::ShowId& show, std::string_view slug);

[[nodiscard]] std::optional<model::Master> read_master(soci::session& session, const model::MasterId& id);

}  // namespace earshot::storage
