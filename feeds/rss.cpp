#include "feeds/rss.hpp"

#include <algorithm>
#include <pugixml.hpp>

#include "content/model/text.hpp"
#include "feeds/addresses.hpp"
#include "feeds/closing.hpp"
#include "feeds/tags.hpp"

namespace earshot::feeds {
namespace {

// The only door into the document: pugixml copies invalid UTF-8 and writes forbidden characters as references that no strict reader
// accepts.
std::string clean(std::string_view text) {
    auto out = model::clean_text(text);
    std::erase(out, '\r');
    const auto begin = std::min(out.find_first_not_of(" \t\n"), out.size());
    const auto end = out.find_last_not_of(" \t\n");
    return out.substr(begin, end == std::string::npos ? 0 : end - begin + 1);
}

void append(pugi::xml_node parent, const char* name, const Element& element) {
    auto node = parent.append_child(name);
    for (const auto& [key, value] : element.attributes) node.append_attribute(key).set_value(clean(value).c_str());
    if (!element.text.empty())
        node.append_child(element.cdata ? pugi::node_cdata : pugi::node_pcdata).set_value(clean(element.text).c_str());
    for (const auto& child : element.children) append(node, child.name, child);
}

template <class Subject>
void append_all(pugi::xml_node parent, std::span<const Tag<Subject>> tags, const Subject& subject) {
    for (const auto& tag : tags) {
        if (!tag.when(subject)) continue;
        for (const auto& element : tag.value(subject)) append(parent, tag.name, element);
    }
}

pugi::xml_node append_channel(pugi::xml_document& document) {
    auto declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version").set_value("1.0");
    declaration.append_attribute("encoding").set_value("UTF-8");
    auto rss = document.append_child("rss");
    rss.append_attribute("version").set_value("2.0");
    rss.append_attribute("xmlns:atom").set_value("http://www.w3.org/2005/Atom");
    rss.append_attribute("xmlns:content").set_value("http://purl.org/rss/1.0/modules/content/");
    rss.append_attribute("xmlns:itunes").set_value("http://www.itunes.com/dtds/podcast-1.0.dtd");
    rss.append_attribute("xmlns:podcast").set_value("https://podcastindex.org/namespace/1.0");
    rss.append_attribute("xmlns:psc").set_value("http://podlove.org/simple-chapters");
    return rss.append_child("channel");
}

struct StringWriter : pugi::xml_writer {
    std::string text;
    void write(const void* data, std::size_t size) override { text.append(static_cast<const char*>(data), size); }
};

model::Timestamp latest_change(const model::Show& show, std::span<const model::Episode> episodes) {
    auto latest = show.updated_at;
    for (const auto& episode : episodes) {
        if (!main_rendition(episode)) continue;
        // A scheduled episode changes the feed when its time comes, whenever it was last edited.
        latest = std::max({latest, episode.updated_at, episode.publish_at.value_or(latest)});
        for (const auto& rendition : episode.renditions) latest = std::max(latest, rendition.tagged_at);
    }
    return latest;
}

}  // namespace

FeedDocument render_rss(const model::Show& show, std::span<const model::Episode> episodes, std::string_view base_url) {
    const bool numbered = std::ranges::all_of(
        episodes, [](const model::Episode& episode) { return episode.number || episode.type != model::EpisodeType::full; });
    const Channel channel{.show = show, .base_url = base_url, .last_modified = latest_change(show, episodes), .numbered = numbered};
    const auto html = closing_html(show), text = closing_text(show);
    pugi::xml_document document;
    auto node = append_channel(document);
    append_all(node, channel_tags(), channel);
    for (const auto& episode : episodes) {
        const auto* main = main_rendition(episode);
        if (!main) continue;
        const auto notes = render_notes(episode.notes);
        const Item item{.channel = channel, .episode = episode, .main = *main, .notes = notes, .closing_html = html, .closing_text = text};
        append_all(node.append_child("item"), item_tags(), item);
    }
    StringWriter writer;
    document.save(writer, "  ", pugi::format_default, pugi::encoding_utf8);
    return {std::move(writer.text), channel.last_modified};
}

}  // namespace earshot::feeds
