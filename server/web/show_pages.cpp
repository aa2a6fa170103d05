// The home page and a show's page.

#include <fmt/format.h>

#include <algorithm>

#include "feeds/addresses.hpp"
#include "server/web/caches.hpp"
#include "server/web/handlers.hpp"
#include "server/web/page.hpp"
#include "server/web/people.hpp"
#include "server/web/public_lookup.hpp"
#include "server/web/structured_data.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using storage::PublicShow;
using storage::PublicSnapshot;

constexpr std::string_view html_type = "text/html; charset=utf-8";

// A serial is listened to from its beginning, so its page starts there; anything else starts with the news.
std::vector<const model::Episode*> in_listening_order(const PublicShow& show) {
    std::vector<const model::Episode*> episodes;
    for (const auto& episode : show.episodes) episodes.push_back(&episode);
    if (show.show.type == model::ShowType::serial) std::ranges::reverse(episodes);
    return episodes;
}

void put_paragraphs(Values& values, const std::string& text) {
    if (text.empty()) return;
    auto& description = values.add("DESCRIPTION");
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto end = rest.find("\n\n");
        if (const auto paragraph = rest.substr(0, end); paragraph.find_first_not_of(" \t\r\n") != std::string_view::npos) {
            description.add("PARAGRAPH").set("TEXT", std::string(paragraph));
        }
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 2);
    }
}

void put_episode(Values& values, const model::Show& show, const model::Episode& episode) {
    auto& card = values.add("EPISODE");
    card.set("HREF", feeds::episode_path(show, episode)).set("TITLE", episode.title).maybe("SUMMARY", episode.summary);
    if (episode.number && episode.type == model::EpisodeType::full) card.add("MARK").set("MARK", *episode.number);
    card.maybe("PLACE", episode_place(episode));
    if (episode.publish_at) card.set("DATE", long_date(*episode.publish_at)).set("DATE_ISO", model::format_rfc3339(*episode.publish_at));
    if (const auto* main = feeds::main_rendition(episode)) card.maybe("DURATION", spoken_duration(main->duration));
    if (episode.is_explicit) card.show("EXPLICIT");
    if (episode.transcript) card.show("TRANSCRIPT");
}

std::string kind_of(const PublicShow& show) {
    return fmt::format("{} · {}", show.show.subcategory.empty() ? show.show.category : show.show.subcategory,
                       counted(show.episodes.size(), "episode"));
}

// podcast: is what most apps that register a scheme understand; the feed's own address follows without its https.
std::string app_link(const std::string& feed_url) {
    const auto stop = feed_url.find("://");
    return "podcast://" + (stop == std::string::npos ? feed_url : feed_url.substr(stop + 3));
}

std::string render_show(const Context& context, const PublicSnapshot& snapshot, const PublicShow& entry) {
    const auto& show = entry.show;
    const auto& base_url = context.settings.server.public_url;
    Page page{.description = one_line(show.description, 240), .language = page_language(show), .path = feeds::show_path(show)};
    page.scripts = {"site.js"};
    page.show = &show;
    page.main = "show.html";
    page.sharing =
        Sharing{.title = show.title, .artwork = show.artwork ? &*show.artwork : nullptr, .json_ld = describe_show(entry, base_url)};

    auto& values = page.values;
    put_cover(values, show.artwork ? &*show.artwork : nullptr, {.sizes = "(max-width: 40rem) 20rem, 24rem"});
    values.set("LANG", show.language).set("TITLE", show.title).set("KIND", kind_of(entry)).maybe("AUTHOR", show.author);
    put_paragraphs(values, show.description);
    const auto episodes = in_listening_order(entry);
    if (episodes.empty()) {
        values.show("ALL_WITHDRAWN");  // before the first one there is no page
    } else {
        const bool serial = show.type == model::ShowType::serial;
        values.add("FIRST")
            .set("HREF", feeds::episode_path(show, *episodes.front()))
            .set("LABEL", serial ? "Start with the first episode" : "Latest episode");
        auto& list = values.add("EPISODES");
        for (const auto* episode : episodes) put_episode(list, show, *episode);
    }
    put_people(values, show.people);
    auto& subscribe = values.include("SUBSCRIBE", "subscribe.html");
    const auto feed_url = base_url + feeds::feed_path(show);
    subscribe.set("TITLE", show.title).set("FEED", feeds::feed_path(show)).set("FEED_URL", feed_url).set("APP", app_link(feed_url));
    return render_public(context, snapshot, std::move(page));
}

std::string render_all_shows(const Context& context, const PublicSnapshot& snapshot, const std::vector<const PublicShow*>& shows) {
    Page page{.path = "/", .main = "home.html"};
    auto& values = page.values;
    values.set("HEADING", "Podcasts");
    if (shows.empty()) values.show("EMPTY");
    const auto all_as_first = [&](auto member) {
        return std::ranges::all_of(shows, [&](const auto* each) { return each->show.*member == shows.front()->show.*member; });
    };
    const bool same_actions = all_as_first(&model::Show::actions), same_notice = all_as_first(&model::Show::notice);
    auto& list = values.add("SHOWS");
    for (const auto* each : shows) {
        const auto& entry = *each;
        auto& card = list.add("SHOW");
        card.set("HREF", feeds::show_path(entry.show)).set("TITLE", entry.show.title).set("LANG", entry.show.language);
        card.set("COUNT", counted(entry.episodes.size(), "episode")).maybe("AUTHOR", entry.show.author);
        card.maybe("DESCRIPTION", one_line(entry.show.description, 400));
        if (!same_notice) card.maybe("NOTICE", entry.show.notice);
        put_cover(card, entry.show.artwork ? &*entry.show.artwork : nullptr,
                  {.sizes = "(max-width: 40rem) 5rem, 16rem", .decorative = true});
        if (same_actions || entry.show.actions.empty()) continue;
        auto& actions = card.add("ACTIONS");
        for (const auto& action : entry.show.actions) actions.add("ACTION").set("HREF", action.href).set("LABEL", action.label);
    }
    return render_public(context, snapshot, std::move(page));
}

}  // namespace

http::Answer home(Context& context, const http::Request& request) {
    const auto snapshot = context.view.get();
    const auto document = context.caches->document(snapshot, "/", [&] {
        const auto shows = launched_shows(*snapshot);
        return make_document(std::string(html_type), shows.size() == 1 ? render_show(context, *snapshot, *shows.front())
                                                                       : render_all_shows(context, *snapshot, shows));
    });
    return reply_with(request, *document);
}

http::Answer show_page(Context& context, const http::Request& request) {
    const auto snapshot = context.view.get();
    const auto* show = find_launched(*snapshot, request);
    if (!show) return not_found_page(context, request);
    const auto document = context.caches->document(snapshot, feeds::show_path(show->show), [&] {
        return make_document(std::string(html_type), render_show(context, *snapshot, *show));
    });
    return reply_with(request, *document);
}

}  // namespace earshot::web
