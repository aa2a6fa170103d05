#include <fmt/format.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>

#include "content/model/text.hpp"
#include "server/publishing/editing.hpp"

namespace earshot::publishing {

namespace {

using model::Errc;
using model::fail;
using Chapters = model::Result<std::vector<model::Chapter>>;

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Podcast-namespace JSON chapters 1.2; members we have no use for (img, toc, location) are passed over, as that format asks.
Chapters from_json(std::string_view text) {
    boost::system::error_code error;
    const boost::json::value document = boost::json::parse(text, error);
    if (error) return fail(Errc::invalid_input, fmt::format("The chapters are not valid JSON: {}.", error.message()));
    const boost::json::value* list = &document;
    if (document.is_object()) list = document.as_object().if_contains("chapters");
    if (list == nullptr || !list->is_array()) return fail(Errc::invalid_input, "JSON chapters need a list named \"chapters\".");
    std::vector<model::Chapter> chapters;
    for (const boost::json::value& row : list->as_array()) {
        const std::string which = fmt::format("Chapter {}", chapters.size() + 1);
        if (!row.is_object()) return fail(Errc::invalid_input, which + " must be an object with \"startTime\" and \"title\".");
        const auto& members = row.as_object();
        const boost::json::value* start = members.if_contains("startTime");
        const boost::json::value* title = members.if_contains("title");
        const boost::json::value* url = members.if_contains("url");
        double seconds = -1;
        if (start != nullptr && start->is_number()) seconds = start->to_number<double>();
        if (!(seconds >= 0 && seconds < 1e6))
            return fail(Errc::invalid_input, which + ": \"startTime\" must be seconds from the beginning.");
        if (title == nullptr || !title->is_string()) return fail(Errc::invalid_input, which + " needs a \"title\".");
        if (url != nullptr && !url->is_null() && !url->is_string()) return fail(Errc::invalid_input, which + ": \"url\" must be text.");
        model::Chapter chapter;
        chapter.start = std::chrono::milliseconds(std::llround(seconds * 1000));
        chapter.title = std::string(title->as_string());
        if (url != nullptr && url->is_string()) chapter.href = std::string(url->as_string());
        chapters.push_back(std::move(chapter));
    }
    return chapters;
}

// "Title" or "Title https://…".
model::Chapter titled(std::chrono::milliseconds start, std::string_view words) {
    const auto gap = words.find_last_of(" \t");
    if (gap == std::string_view::npos || !words.substr(gap + 1).starts_with("https://")) return {start, std::string(words), {}};
    return {start, std::string(trimmed(words.substr(0, gap))), std::string(words.substr(gap + 1))};
}

Chapters from_lines(std::string_view text) {
    std::vector<model::Chapter> chapters;
    int number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        if (line.empty()) continue;
        const auto gap = line.find_first_of(" \t");
        const auto start = model::parse_clock(line.substr(0, gap));
        if (!start || gap == std::string_view::npos)
            return fail(Errc::invalid_input, fmt::format("Line {} of the chapters is not like \"00:01:30 Title\".", number));
        chapters.push_back(titled(*start, trimmed(line.substr(gap))));
    }
    return chapters;
}

}  // namespace

Chapters parse_chapters(std::string_view text, std::optional<std::chrono::milliseconds> duration) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const std::string_view body = trimmed(text);
    auto chapters = body.starts_with('{') || body.starts_with('[') ? from_json(body) : from_lines(body);
    if (!chapters) return chapters;
    for (std::size_t i = 0; i < chapters->size(); ++i) {
        model::Chapter& chapter = (*chapters)[i];
        chapter.title = model::clean_line(chapter.title);
        chapter.href = model::clean_line(chapter.href);
        const bool good = chapter.href.empty() || (chapter.href.starts_with("https://") && chapter.href.size() > 8 &&
                                                   chapter.href.find_first_of(" \"<>") == std::string::npos);
        if (!good) return fail(Errc::invalid_input, fmt::format("Chapter {}: the address must begin with https://.", i + 1));
    }
    if (auto status = model::check_chapters(*chapters, duration); !status) return std::unexpected(std::move(status.error()));
    return chapters;
}

}  // namespace earshot::publishing
