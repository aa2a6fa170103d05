#include <array>

#include "content/model/text.hpp"
#include "feeds/addresses.hpp"
#include "feeds/closing.hpp"
#include "feeds/tags.hpp"

namespace earshot::feeds {
namespace {

bool always(const Channel&) {
    return true;
}
bool has_artwork(const Channel& c) {
    return c.show.artwork && !c.show.artwork->sizes.empty();
}
bool has_author(const Channel& c) {
    return !c.show.author.empty();
}
bool has_owner(const Channel& c) {
    return !c.show.owner_email.empty();
}
bool has_category(const Channel& c) {
    return !c.show.category.empty();
}
bool has_copyright(const Channel& c) {
    return !c.show.copyright.empty();
}
bool has_guid(const Channel& c) {
    return !c.show.podcast_guid.empty();
}

std::string page(const Channel& c) {
    return std::string(c.base_url) + show_path(c.show);
}

Elements self_link(const Channel& c) {
    return {
        Element{.attributes = {{"href", std::string(c.base_url) + feed_path(c.show)}, {"rel", "self"}, {"type", "application/rss+xml"}}}};
}

// Notice and actions belong to the show's description too, but never at the cost of the description itself.
Elements show_description(const Channel& c) {
    const auto& own_words = c.show.description.empty() ? c.show.title : c.show.description;
    auto own = description(own_words, "");
    auto both = description(own_words, closing_text(c.show));
    return text(both.starts_with(own) ? std::move(both) : std::move(own));
}

// For readers that know no other picture.
Elements rss_image(const Channel& c) {
    const auto url = std::string(c.base_url) + image_path(*pick_size(*c.show.artwork, 1400));
    return {Element{
        .children = {{.text = url, .name = "url"}, {.text = line(c.show.title), .name = "title"}, {.text = page(c), .name = "link"}}}};
}

Elements category(const Channel& c) {
    Element element{.attributes = {{"text", line(c.show.category)}}};
    if (!c.show.subcategory.empty()) element.children = {{.attributes = {{"text", line(c.show.subcategory)}}, .name = "itunes:category"}};
    return {element};
}

Elements owner(const Channel& c) {
    Element element;
    if (!c.show.owner_name.empty()) element.children.push_back({.text = line(c.show.owner_name), .name = "itunes:name"});
    element.children.push_back({.text = line(c.show.owner_email), .name = "itunes:email"});
    return {element};
}

Elements locked(const Channel& c) {
    Element element{.text = c.show.locked ? "yes" : "no"};
    if (has_owner(c)) element.attributes = {{"owner", line(c.show.owner_email)}};
    return {element};
}

constexpr std::array<Tag<Channel>, 20> channel_rows{{
    {"atom:link", always, self_link},
    {"title", always, [](const Channel& c) { return one(c.show.title); }},
    {"link", always, [](const Channel& c) { return text(page(c)); }},
    {"description", always, show_description},
    {"language", always, [](const Channel& c) { return one(c.show.language); }},
    {"copyright", has_copyright, [](const Channel& c) { return one(c.show.copyright); }},
    {"lastBuildDate", always, [](const Channel& c) { return text(model::format_rfc2822(c.last_modified)); }},
    {"generator", always, [](const Channel&) { return one("Earshot"); }},
    {"image", has_artwork, rss_image},
    {"itunes:author", has_author, [](const Channel& c) { return one(c.show.author); }},
    {"itunes:owner", has_owner, owner},
    {"itunes:image", has_artwork, [](const Channel& c) { return itunes_image(c.base_url, *c.show.artwork); }},
    {"itunes:category", has_category, category},
    {"itunes:explicit", always, [](const Channel& c) { return yes_no(c.show.is_explicit); }},
    {"itunes:type", always, [](const Channel& c) { return one(model::to_string(c.numbered ? c.show.type : model::ShowType::episodic)); }},
    {"podcast:guid", has_guid, [](const Channel& c) { return one(c.show.podcast_guid); }},
    {"podcast:locked", always, locked},
    {"podcast:medium", always, [](const Channel&) { return one("podcast"); }},
    {"podcast:image", has_artwork, [](const Channel& c) { return podcast_image(c.base_url, *c.show.artwork); }},
    {"podcast:person", always, [](const Channel& c) { return people(c.show.people); }},
}};

}  // namespace

std::span<const Tag<Channel>> channel_tags() {
    return channel_rows;
}

}  // namespace earshot::feeds
