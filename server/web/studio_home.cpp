// The studio's first page: every show with its episodes, and where a new one begins.

#include <fmt/format.h>

#include <algorithm>

#include "feeds/addresses.hpp"
#include "server/web/studio.hpp"
#include "server/web/studio_parts.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

std::string length_of(const model::Episode& episode) {
    if (const auto* rendition = feeds::main_rendition(episode)) return spoken_duration(rendition->duration);
    return episode.master ? "" : "No recording yet";
}

void put_episode(Context& context, Values& list, const model::Show& show, const model::Episode& episode) {
    auto& item = list.add("EPISODE");
    item.set("HREF", studio_episode_path(episode)).set("TITLE", episode.title).set("ID", episode.id.value);
    item.maybe("PLACE", episode_place(episode)).maybe("LENGTH", length_of(episode));
    put_state(item, episode, context.clock());
    put_job(item, context.jobs.list_for_episode(episode.id));
    if (model::is_public(episode, context.clock())) item.add("PUBLIC").set("PAGE", feeds::episode_path(show, episode));
}

void put_show(Context& context, Values& values, const model::Show& show) {
    auto& part = values.add("SHOW");
    const auto path = studio_show_path(show);
    part.set("SHOW_ID", show.id.value).set("SHOW_TITLE", show.title).set("SLUG", show.slug).set("EDIT", path);
    put_public_links(context, part, show);
    put_staff_cover(part, show.artwork ? &*show.artwork : nullptr, path, "5rem", true);
    const auto episodes = context.catalogue.list_episodes(show.id);
    part.set("COUNT", counted(episodes.size(), "episode"));
    if (!show.artwork) part.show("NO_COVER");
    if (episodes.empty()) {
        part.show("NO_EPISODES");
        return;
    }
    auto& list = part.add("EPISODES");
    for (const auto& episode : episodes) put_episode(context, list, show, episode);
}

}  // namespace

http::Answer studio_home(Context& context, const http::Request& request) {
    Values values;
    const auto shows = context.catalogue.list_shows();
    values.show(shows.empty() ? "NO_SHOWS" : "SOME_SHOWS");
    put_worker_trouble(context, *request.identity, values);
    for (const auto& show : shows) put_show(context, values, show);
    return studio_reply(context, request, "Studio", "studio_home.html", std::move(values));
}

}  // namespace earshot::web
