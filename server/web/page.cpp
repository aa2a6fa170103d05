#include "server/web/page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "feeds/addresses.hpp"
#include "server/web/assets.hpp"

namespace earshot::web {
namespace {

using Shows = std::vector<const storage::PublicShow*>;

// What all of them agree on, else the fallback.
template <class T, class F>
T common(const Shows& shows, T fallback, F value_of) {
    if (shows.empty()) return fallback;
    const T first = value_of(shows.front()->show);
    const bool same = std::ranges::all_of(shows, [&](const auto* each) { return value_of(each->show) == first; });
    return same && first != T{} ? first : fallback;
}

// `show`: whose they are, when it is one show's page; what is followed there is counted.
void put_actions(Values& values, const Page& page, const model::Show* show, const std::vector<model::CallToAction>& actions) {
    if (actions.empty()) return;
    auto& band = values.include("ACTIONS", "actions.html");
    if (show) band.add("COUNTED").set("PATH", "/follows/" + show->slug).set("EPISODE", page.episode);
    for (const auto& action : actions) {
        auto& item = band.add(action.emergency ? "EMERGENCY" : "ACTION");
        item.set("HREF", action.href).set("LABEL", action.label).maybe("DETAIL", action.detail);
        item.show(action.href.starts_with("tel:") ? "PHONE" : action.href.starts_with("mailto:") ? "MAIL" : "PAGE");
    }
}

void put_navigation(Values& values, const std::vector<Link>& links) {
    for (const auto& link : links) {
        auto& item = values.add("NAV");
        item.set("HREF", link.href).set("LABEL", link.label);
        if (link.current) item.show("CURRENT");
    }
}

void put_head(Values& values, const Page& page, std::string_view brand) {
    const bool named = page.title.empty() || page.title == brand;
    values.set("TITLE", named ? std::string(brand) : fmt::format("{} · {}", page.title, brand));
    values.set("LANGUAGE", page.language).set("BRAND", std::string(brand)).set("BODY_CLASS", page.body_class);
    values.set("ICON", "/favicon.svg").set("STYLE", asset_url("site.css")).maybe("DESCRIPTION", page.description);
    for (const auto& style : page.styles) values.add("EXTRA_STYLE").set("HREF", asset_url(style));
    for (const auto& script : page.scripts) values.add("SCRIPT").set("HREF", asset_url(script));
}

void put_sharing(Values& values, const Page& page, const std::string& base_url) {
    if (!page.sharing) return;
    const auto& sharing = *page.sharing;
    auto& tags = values.add("OPEN_GRAPH");
    tags.set("OG_TITLE", sharing.title).set("OG_TYPE", sharing.type).set("CANONICAL", base_url + page.path);
    tags.set("DESCRIPTION", page.description);
    if (const auto* size = sharing.artwork ? feeds::pick_size(*sharing.artwork, 1400) : nullptr) {
        auto& image = tags.add("OG_IMAGE");
        image.set("OG_IMAGE", base_url + feeds::image_path(*size)).set("SIZE", size->pixels).set("ALT", sharing.artwork->alt);
    }
    if (!sharing.audio_url.empty()) tags.add("OG_AUDIO").set("OG_AUDIO", sharing.audio_url).set("TYPE", sharing.audio_type);
    values.maybe("JSON_LD", sharing.json_ld);
}

std::string finish(Values& values, Page& page) {
    values.include("MAIN", page.main) = std::move(page.values);
    return render("layout.html", values);
}

}  // namespace

std::vector<const storage::PublicShow*> launched_shows(const storage::PublicSnapshot& snapshot) {
    Shows shows;
    for (const auto& each : snapshot.shows) {
        if (!each.episodes.empty()) shows.push_back(&each);
    }
    return shows;
}

std::string page_language(const model::Show& show) {
    return show.language.starts_with("en") ? show.language : "en";
}

std::string render_public(const Context& context, const storage::PublicSnapshot& snapshot, Page page) {
    const auto& base_url = context.settings.server.public_url;
    const auto shows = launched_shows(snapshot);
    const model::Show* show = page.show;
    if (!show && !page.neutral && shows.size() == 1) show = &shows.front()->show;
    const bool alone = shows.size() == 1 && show == &shows.front()->show;  // the front page is its page

    Values values;
    if (show && !show->actions.empty()) page.scripts.emplace_back("follow.js");
    const std::string brand = show ? show->title : common<std::string>(shows, "Podcasts", [](const auto& each) { return each.author; });
    put_head(values, page, brand);
    values.set("BRAND_HREF", show && !alone ? feeds::show_path(*show) : "/");
    std::vector<Link> links;
    if (show && page.show && shows.size() > 1) links.push_back({"All shows", "/"});
    if (show) {
        const auto path = feeds::show_path(*show);
        links.push_back({"Episodes", path, page.path == path});
        links.push_back({"Subscribe", path + "#subscribe"});
    }
    links.push_back({"Privacy", "/privacy", page.path == "/privacy"});
    put_navigation(values, links);

    if (!page.path.empty()) values.maybe("CANONICAL", base_url + page.path);
    put_sharing(values, page, base_url);
    if (show) values.add("FEED").set("FEED", feeds::feed_path(*show)).set("FEED_TITLE", show->title);
    if (!page.neutral)
        values.maybe("NOTICE", show ? show->notice : common<std::string>(shows, "", [](const auto& each) { return each.notice; }));
    put_actions(values, page, show,
                show ? show->actions : common<std::vector<model::CallToAction>>(shows, {}, [](const auto& each) { return each.actions; }));
    values.show("PUBLIC_FOOTER");
    return finish(values, page);
}

std::string render_staff(const Context&, const model::Identity& identity, std::string_view current_path, Page page) {
    Values values;
    put_head(values, page, "Earshot");
    values.set("BRAND_HREF", identity.role == model::Role::analyst ? "/statistics" : "/studio").show("NOINDEX");
    std::vector<Link> links;
    if (identity.role != model::Role::analyst) links.push_back({"Studio", "/studio", current_path.starts_with("/studio")});
    if (identity.role != model::Role::producer) links.push_back({"Statistics", "/statistics", current_path.starts_with("/statistics")});
    links.push_back({"Public site", "/"});
    put_navigation(values, links);
    if (identity.via_session) values.add("SIGN_OUT").set("CSRF", identity.csrf_token);
    return finish(values, page);
}

http::Reply staff_reply(int status, std::string html) {
    auto reply = http::html(status, std::move(html));
    reply.fields.push_back({"Referrer-Policy", "same-origin"});
    return reply;
}

namespace {

// {show} of "/shows/{show}…"; "" elsewhere.
std::string_view show_in(std::string_view path) {
    constexpr std::string_view folder = "/shows/";
    if (!path.starts_with(folder)) return {};
    path.remove_prefix(folder.size());
    return path.substr(0, path.find('/'));
}

}  // namespace

http::Reply error_page(const Context& context, const http::Request& request, int status, std::string_view heading, std::string_view text) {
    const auto snapshot = context.view.get();
    Page page{.title = std::string(heading), .main = "error.html"};
    // A failure of ours is answered through here too and has its own status; the sentence says enough.
    if (status < 500) page.values.add("CODE").set("STATUS", static_cast<std::uint64_t>(status));
    page.values.set("HEADING", std::string(heading)).set("TEXT", std::string(text));
    if (const auto slug = show_in(request.path); !slug.empty()) {
        const auto* known = snapshot->find_show(slug);
        if (known && known->is_launched()) page.show = &known->show;
        page.neutral = !page.show;
    }
    const bool staff = request.path.starts_with("/studio") || request.path.starts_with("/statistics");
    page.values.set("HREF", staff ? "/sign-in" : page.show ? feeds::show_path(*page.show) : "/");
    page.values.set("LABEL", staff ? "Sign in with another account" : page.show ? "Go to the show’s page" : "Go to the front page");
    return http::html(status, render_public(context, *snapshot, std::move(page)));
}

http::Reply not_found_page(const Context& context, const http::Request& request) {
    return error_page(context, request, 404, "This page does not exist",
                      "Perhaps the address was mistyped or cut off. From here you find everything that is public.");
}

http::Reply gone_page(const Context& context, const http::Request& request) {
    return error_page(context, request, 410, "This episode has been withdrawn", "It is no longer available here.");
}

void put_cover(Values& values, const model::Artwork* artwork, const CoverLook& look) {
    auto& cover = values.include("COVER", "cover.html");
    const auto* size = artwork ? feeds::pick_size(*artwork, 600) : nullptr;
    if (!size) {
        cover.show("NO_IMAGE");
        return;
    }
    std::string jpegs, webps;
    const auto add = [&](std::string& candidates, const std::string& name, std::uint32_t pixels) {
        candidates += fmt::format("{}{}{} {}w", candidates.empty() ? "" : ", ", look.folder, name, pixels);
    };
    for (const auto& each : artwork->sizes) {
        if (each.pixels > look.most_pixels && &each != size) continue;
        add(jpegs, model::jpeg_name(each), each.pixels);
        if (!each.webp_key.empty()) add(webps, model::webp_name(each), each.pixels);
    }
    auto& image = cover.add("IMAGE");
    if (!webps.empty()) image.add("WEBP").set("SRCSET", webps).set("SIZES", std::string(look.sizes));
    image.set("SRC", look.folder + model::jpeg_name(*size)).set("SRCSET", jpegs).set("SIZES", std::string(look.sizes));
    image.set("SIZE", size->pixels).set("ALT", look.decorative ? std::string() : artwork->alt);
    if (look.lazy) image.show("LAZY");
}

}  // namespace earshot::web
