#pragma once
// Reach along an episode in words, line and tables: how many of its deliveries got each minute, each chapter, each topic of the show.

#include <optional>
#include <string>
#include <vector>

#include "content/model/episode.hpp"
#include "content/model/topic.hpp"
#include "server/analytics/statistics.hpp"
#include "server/web/line_chart.hpp"
#include "server/web/table.hpp"

namespace earshot::web {

struct ReachPage {
    std::uint64_t listens{};
    struct TopicShare {
        std::string name;
        double share{};  // 0 to 1, of all its chapters, by their length
        int colour{};
    };
    std::vector<TopicShare> topics;  // those that have a chapter
    LineChart chart;
    Table chapters, minutes;  // without rows when there are none
    std::string sentence;
};

// Positions in the file stand for moments of the audio: exact at a constant bit rate, near at others.
[[nodiscard]] ReachPage reach_page(const analytics::Statistics::ReachReport& reach, const model::Episode& episode,
                                   const std::vector<model::Topic>& topics, std::chrono::milliseconds duration, unsigned suppress_below);

}  // namespace earshot::web
