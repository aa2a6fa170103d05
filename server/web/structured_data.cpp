#include "server/web/structured_data.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "feeds/addresses.hpp"
#include "feeds/notes.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

namespace json = boost::json;

void put_image(json::object& object, const std::optional<model::Artwork>& artwork, const std::string& base_url) {
    if (const auto* size = artwork ? feeds::pick_size(*artwork, 1400) : nullptr) object["image"] = base_url + feeds::image_path(*size);
}

json::object series(const model::Show& show, const std::string& base_url) {
    json::object object{{"@type", "PodcastSeries"},
                        {"name", show.title},
                        {"url", base_url + feeds::show_path(show)},
                        {"webFeed", base_url + feeds::feed_path(show)}};
    return object;
}

}  // namespace

std::string describe_show(const storage::PublicShow& entry, const std::string& base_url) {
    const auto& show = entry.show;
    auto object = series(show, base_url);
    object["@context"] = "https://schema.org";
    object["description"] = show.description;
    object["inLanguage"] = show.language;
    if (!show.author.empty()) object["author"] = json::object{{"@type", "Organization"}, {"name", show.author}};
    put_image(object, show.artwork, base_url);
    return json::serialize(object);
}

std::string describe_episode(const storage::PublicShow& entry, const model::Episode& episode, const std::string& base_url) {
    json::object object{{"@context", "https://schema.org"},
                        {"@type", "PodcastEpisode"},
                        {"name", episode.title},
                        {"url", base_url + feeds::episode_path(entry.show, episode)},
                        {"inLanguage", entry.show.language},
                        {"partOfSeries", series(entry.show, base_url)}};
    object["description"] = episode.summary.empty() ? one_line(feeds::notes_to_text(episode.notes), 500) : episode.summary;
    if (episode.publish_at) object["datePublished"] = model::format_rfc3339(*episode.publish_at);
    if (episode.number) object["episodeNumber"] = *episode.number;
    put_image(object, episode.artwork ? episode.artwork : entry.show.artwork, base_url);
    if (const auto* main = feeds::main_rendition(episode)) {
        object["timeRequired"] = iso_duration(main->duration);
        object["associatedMedia"] = json::object{{"@type", "AudioObject"},
                                                 {"contentUrl", base_url + main->url_path},
                                                 {"encodingFormat", main->mime_type},
                                                 {"contentSize", std::to_string(main->byte_length)},
                                                 {"duration", iso_duration(main->duration)}};
    }
    return json::serialize(object);
}

}  // namespace earshot::web
