// Downloads per day as a line with its marks, and the tables beside it.

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "server/web/figure_words.hpp"
#include "server/web/statistics_parts.hpp"

namespace earshot::web {
namespace {

// Of a day of which nothing may be shown there is no value: zero is something else.
LineChart::Line line_of(const analytics::Statistics::Grid& grid, std::string label, const Selection& selection) {
    LineChart::Line line{.label = std::move(label)};
    for (std::size_t day = 0; day < grid.days.size() && grid.days[day] <= selection.today; ++day) {
        const auto total = grid.sum(day, day + 1);
        line.hidden.push_back(is_hidden(total));
        line.values.push_back(is_hidden(total) ? std::nullopt : std::optional(static_cast<double>(total.shown)));
    }
    line.is_open = !line.values.empty() && line.values.back() && grid.days[line.values.size() - 1] >= selection.first_running;
    return line;
}

void put_marks(LineChart& chart, const std::vector<std::string>& days, const Selection& selection,
               const std::vector<storage::EpisodeLine>& published, const std::vector<analytics::Annotation>& annotations) {
    const auto add = [&](const std::string& day, std::string text, bool is_publication) {
        const auto found = std::ranges::find(days, day);
        if (found != days.end())
            chart.marks.push_back(
                {.at = static_cast<std::size_t>(found - days.begin()), .text = std::move(text), .is_publication = is_publication});
    };
    for (const auto& episode : published)
        add(model::format_utc_day(episode.publish_at),
            fmt::format("“{}” published, {}", episode.title, moment_words(selection.zone, episode.publish_at)), true);
    for (const auto& annotation : annotations) add(annotation.day, annotation.words, false);
    std::ranges::sort(chart.marks, {}, [](const auto& mark) { return std::tuple(mark.at, !mark.is_publication, mark.text); });
    for (std::size_t i = 0; i < chart.marks.size(); ++i) chart.marks[i].number = std::to_string(i + 1);
}

}  // namespace

LineChart days_chart(const Selection& selection, const analytics::Statistics::Grid& chosen, const analytics::Statistics::Grid& before,
                     const std::vector<storage::EpisodeLine>& published, const std::vector<analytics::Annotation>& annotations,
                     unsigned suppress_below) {
    LineChart chart{.id = "line", .title = "Downloads per day", .ends_now = true};
    for (const auto& day : chosen.days) {
        chart.labels.push_back(short_day(day));
        chart.full_labels.push_back(full_day(day));
    }
    auto then = line_of(before, period_words(selection.before_first, selection.before_last), selection);
    then.values.resize(std::min(then.values.size(), chosen.days.size()));
    then.hidden.resize(then.values.size());
    then.is_faint = true;
    then.is_open = false;
    then.colour = 6;
    auto now = line_of(chosen, period_words(selection.first_day, selection.last_day), selection);
    now.has_area = true;
    if (before.sum(0, before.days.size()).shown > 0) chart.lines.push_back(std::move(then));
    chart.lines.push_back(std::move(now));
    put_marks(chart, chosen.days, selection, published, annotations);
    chart.hidden_words = chosen.is_part ? "none, or too few to tell apart" : few_words(suppress_below, chosen.episodes.size() > 1).of_day;
    const bool any_hidden = std::ranges::any_of(chart.lines, [](const auto& line) { return std::ranges::count(line.hidden, true) > 0; });
    chart.text =
        fmt::format("A line of downloads per day, {}, beside {}.{} The table below has every figure.",
                    period_words(selection.first_day, selection.last_day), period_words(selection.before_first, selection.before_last),
                    any_hidden ? fmt::format(" Where a day had {}, the line has a gap and a hollow mark.", chart.hidden_words) : "");
    return chart;
}

Table marks_table(const LineChart& chart, const analytics::Statistics::Grid& chosen) {
    Table table{.id = "marks", .caption = "Marks on the line"};
    table.columns = {{"Mark"}, {"Day"}, {"What"}};
    for (const auto& mark : chart.marks)
        table.rows.push_back(
            {{.text = mark.number}, {.text = full_day(chosen.days[mark.at]), .csv = chosen.days[mark.at]}, {.text = mark.text}});
    return table;
}

void put_only(Values& values, const std::string& path, const Selection& selection) {
    const auto& [dimension, value] = selection.only;
    if (dimension.empty()) return;
    auto everything = selection;
    everything.only = {};
    values.add("ONLY").set("VALUE", value_words(dimension, value)).set("ALL", address_of(path, everything));
}

void put_days(Values& values, const LineChart& chart, const std::vector<Table>& tables, const std::string& path,
              const Selection& selection) {
    auto& days = values.include("DAYS", "statistics_days.html");
    put_only(days, path, selection);
    put_line_chart(days, "LINE_CHART", chart);
    if (!chart.marks.empty()) put_table(days.add("MARKS"), "MARKS_TABLE", *std::ranges::find(tables, "marks", &Table::id));
    put_table(days, "DAYS_TABLE", *std::ranges::find(tables, "days", &Table::id));
}

}  // namespace earshot::web
