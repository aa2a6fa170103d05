#pragma once
// {show} and {episode} of an address → what the public may see of them. The one place that looks, so that a draft can leak nowhere.

#include <algorithm>

#include "content/storage/public_view.hpp"
#include "server/http/message.hpp"

namespace earshot::web {

// Null also for a show of which nothing was public yet.
[[nodiscard]] inline const storage::PublicShow* find_launched(const storage::PublicSnapshot& snapshot, const http::Request& request) {
    const auto* show = snapshot.find_show(request.param("show"));
    return show != nullptr && show->is_launched() ? show : nullptr;
}

struct Found {
    const storage::PublicShow* show{};
    const model::Episode* episode{};  // null: not there, not public, or withdrawn
    bool withdrawn{};
};

// Pointers into the snapshot.
[[nodiscard]] inline Found find_public(const storage::PublicSnapshot& snapshot, const http::Request& request) {
    Found found{.show = find_launched(snapshot, request)};
    if (!found.show) return found;
    const auto& slug = request.param("episode");
    const auto& episodes = found.show->episodes;
    if (const auto at = std::ranges::find(episodes, slug, &model::Episode::slug); at != episodes.end()) {
        found.episode = &*at;
    } else {
        found.withdrawn = std::ranges::find(found.show->withdrawn_slugs, slug) != found.show->withdrawn_slugs.end();
    }
    return found;
}

}  // namespace earshot::web
