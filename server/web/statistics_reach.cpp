#include "server/web/statistics_reach.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "server/web/figure_words.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using std::chrono::milliseconds;

// Parts of the audio by time.
struct Parts {
    const analytics::Statistics::ReachReport& reach;
    milliseconds duration;

    [[nodiscard]] double position(milliseconds time) const {
        return static_cast<double>(time.count()) / static_cast<double>(duration.count()) * static_cast<double>(reach.parts.size());
    }
    // How many got it, on average over that stretch.
    [[nodiscard]] double average(milliseconds first, milliseconds past) const {
        const double from = position(first), to = std::max(position(past), from + 1e-6);
        double sum = 0;
        for (auto part = static_cast<std::size_t>(from); part < reach.parts.size() && static_cast<double>(part) < to; ++part) {
            const double begin = std::max(from, static_cast<double>(part)), end = std::min(to, static_cast<double>(part) + 1);
            sum += static_cast<double>(reach.parts[part]) * (end - begin);
        }
        return sum / (to - from);
    }
    [[nodiscard]] double share(milliseconds first, milliseconds past) const {
        return average(first, past) / static_cast<double>(reach.listens);
    }
};

std::string percent(double share) {
    return fmt::format("{}\u202f%", std::llround(share * 100));
}

Cell share_cell(double share) {
    return {.text = percent(share), .bar = share, .csv = fmt::format("{:.2f}", share)};
}

struct Stretch {
    const model::Chapter& chapter;
    milliseconds past;
    std::optional<std::size_t> topic;
};

std::vector<Stretch> stretches_of(const model::Episode& episode, const std::vector<model::Topic>& topics, milliseconds duration) {
    std::vector<Stretch> result;
    for (std::size_t i = 0; i < episode.chapters.size(); ++i) {
        const auto& chapter = episode.chapters[i];
        const auto past = i + 1 < episode.chapters.size() ? episode.chapters[i + 1].start : duration;
        if (chapter.start < duration) result.push_back({chapter, std::min(past, duration), model::topic_of(topics, chapter.title)});
    }
    return result;
}

int colour_of(std::size_t topic) {
    return static_cast<int>(topic % model::most_topics) + 1;
}

LineChart chart_of(const Parts& parts, const std::vector<Stretch>& stretches) {
    LineChart chart{.id = "reach", .title = "Reach along the episode", .unit = "of deliveries", .most = 100, .is_percent = true};
    LineChart::Line line{.label = "Share of deliveries that got this moment", .has_area = true};
    const auto count = parts.reach.parts.size();
    for (std::size_t part = 0; part < count; ++part) {
        const auto middle = parts.duration * (2 * part + 1) / (2 * count);
        chart.labels.push_back(model::format_clock(std::chrono::floor<std::chrono::seconds>(middle)));
        line.values.emplace_back(100.0 * static_cast<double>(parts.reach.parts[part]) / static_cast<double>(parts.reach.listens));
    }
    chart.lines = {std::move(line)};
    for (std::size_t i = 0; i < stretches.size(); ++i) {
        const auto& [chapter, past, topic] = stretches[i];
        const double last = static_cast<double>(count) - 1;
        chart.bands.push_back({.first = std::min(last, parts.position(chapter.start)),
                               .past = std::min(last, parts.position(past)),
                               .text = fmt::format("{}. {}: {}", i + 1, chapter.title, percent(parts.share(chapter.start, past))),
                               .label = std::to_string(i + 1),
                               .colour = topic ? colour_of(*topic) : 0});
    }
    chart.text =
        "A line from the beginning of the episode to its end: of a hundred deliveries, how many got that moment. Chapters stand below "
        "it; the tables have every figure.";
    return chart;
}

Table chapters_table(const Parts& parts, const std::vector<Stretch>& stretches, const std::vector<model::Topic>& topics) {
    Table table{.id = "chapters", .caption = "Reach by chapter"};
    table.columns = {{"Chapter"}, {"From"}, {"Speaks to"}, {"Delivered to"}};
    for (std::size_t i = 0; i < stretches.size(); ++i) {
        const auto& [chapter, past, topic] = stretches[i];
        table.rows.push_back({{.text = fmt::format("{}. {}", i + 1, chapter.title)},
                              {.text = model::format_clock(std::chrono::floor<std::chrono::seconds>(chapter.start))},
                              {.text = topic ? topics[*topic].name : "–", .is_quiet = !topic},
                              share_cell(parts.share(chapter.start, past))});
    }
    return table;
}

Table minutes_table(const Parts& parts) {
    Table table{.id = "minutes", .caption = "Reach by minute"};
    table.columns = {{"Minute"}, {"Delivered to"}};
    constexpr std::chrono::minutes minute{1};
    for (milliseconds from{}; from < parts.duration; from += minute) {
        const auto past = std::min<milliseconds>(from + minute, parts.duration);
        table.rows.push_back({{.text = model::format_clock(from)}, share_cell(parts.share(from, past))});
    }
    return table;
}

std::vector<ReachPage::TopicShare> shares_of(const Parts& parts, const std::vector<Stretch>& stretches,
                                             const std::vector<model::Topic>& topics) {
    std::vector<ReachPage::TopicShare> result;
    for (std::size_t topic = 0; topic < topics.size(); ++topic) {
        double sum = 0, length = 0;
        for (const auto& stretch : stretches) {
            if (stretch.topic != topic) continue;
            const auto seconds = static_cast<double>((stretch.past - stretch.chapter.start).count());
            sum += seconds * parts.share(stretch.chapter.start, stretch.past);
            length += seconds;
        }
        if (length > 0) result.push_back({topics[topic].name, sum / length, colour_of(topic)});
    }
    return result;
}

}  // namespace

ReachPage reach_page(const analytics::Statistics::ReachReport& reach, const model::Episode& episode,
                     const std::vector<model::Topic>& topics, milliseconds duration, unsigned suppress_below) {
    const Parts parts{reach, std::max(duration, milliseconds(1))};
    const auto stretches = stretches_of(episode, topics, parts.duration);
    ReachPage page{.listens = reach.listens};
    page.topics = shares_of(parts, stretches, topics);
    page.chart = chart_of(parts, stretches);
    page.chapters = chapters_table(parts, stretches, topics);
    page.minutes = minutes_table(parts);
    const auto stretch = parts.duration / 50;
    const auto from = [&](milliseconds time) { return percent(parts.share(time, time + stretch)); };
    page.sentence = fmt::format("Of {} deliveries{}, {} got the middle of the episode and {} its last {}.", grouped(reach.listens),
                                suppress_below > 1 ? fmt::format(" (rounded down to a multiple of {})", suppress_below) : "",
                                from((parts.duration - stretch) / 2), from(parts.duration - stretch), spoken_duration(stretch));
    return page;
}

}  // namespace earshot::web
