#include "content/model/topic.hpp"

#include <algorithm>
#include <utility>

#include "content/model/text.hpp"

namespace earshot::model {

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return result;
}

// Takes what stands before the next `stop`, or all.
std::string_view take(std::string_view& rest, char stop) {
    const auto at = std::min(rest.find(stop), rest.size());
    const auto piece = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return piece;
}

}  // namespace

Result<std::vector<Topic>> parse_topics(std::string_view text) {
    std::vector<Topic> topics;
    while (!text.empty()) {
        auto line = take(text, '\n');
        if (clean_line(line).empty()) continue;
        Topic topic{clean_line(take(line, ':')), {}};
        if (topic.name.empty())
            return fail(Errc::invalid_input, "The topics: each line begins with the topic's name, then a colon and its words.");
        while (!line.empty()) {
            if (auto word = lower(clean_line(take(line, ','))); !word.empty()) topic.words.push_back(std::move(word));
        }
        if (topic.words.empty()) topic.words.push_back(lower(topic.name));
        topics.push_back(std::move(topic));
    }
    if (topics.size() > most_topics) return fail(Errc::invalid_input, "The topics: there may be at most six.");
    return topics;
}

std::optional<std::size_t> topic_of(const std::vector<Topic>& topics, std::string_view title) {
    const auto text = lower(title);
    const auto found = std::ranges::find_if(topics, [&](const Topic& topic) {
        return std::ranges::any_of(topic.words, [&](const std::string& word) { return text.find(word) != std::string::npos; });
    });
    return found == topics.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - topics.begin()));
}

}  // namespace earshot::model
