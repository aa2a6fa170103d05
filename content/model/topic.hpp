#pragma once
// What a show wants its listeners to take away, and which chapters speak to it: statistics mark them. A topic a line, with words that such
// a chapter's title has: "Fear of being wrong: might be wrong, not sure".

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"

namespace earshot::model {

struct Topic {
    std::string name;
    std::vector<std::string> words;  // or phrases, lower case; without any, the name itself
};

constexpr std::size_t most_topics = 6;

// Empty lines are skipped. invalid_input: more than most_topics, or a line without a name.
[[nodiscard]] Result<std::vector<Topic>> parse_topics(std::string_view text);
// The first topic of which a word stands in the title, capitals or not.
[[nodiscard]] std::optional<std::size_t> topic_of(const std::vector<Topic>& topics, std::string_view title);

}  // namespace earshot::model
