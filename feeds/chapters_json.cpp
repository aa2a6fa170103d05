#include "feeds/chapters_json.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "content/model/text.hpp"
#include "feeds/links.hpp"

namespace earshot::feeds {
namespace {

std::string quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string(model::clean_line(text)));
}

}  // namespace

// Put together here because Boost.JSON writes 92.5 as 9.25E1: right, but nothing to show a producer.
std::string render_chapters_json(const model::Show& show, const model::Episode& episode) {
    std::string out = fmt::format("{{\"version\":\"1.2.0\",\"title\":{},\"podcastName\":{}", quoted(episode.title), quoted(show.title));
    if (!show.author.empty()) out += ",\"author\":" + quoted(show.author);
    out += ",\"chapters\":[";
    const char* between = "";
    for (const auto& chapter : episode.chapters) {
        const auto seconds = static_cast<double>(chapter.start.count()) / 1000;
        out += fmt::format("{}{{\"startTime\":{},\"title\":{}", std::exchange(between, ","), seconds, quoted(chapter.title));
        if (is_web_link(chapter.href)) out += ",\"url\":" + quoted(chapter.href);
        out += '}';
    }
    return out + "]}";
}

}  // namespace earshot::feeds
