#include "server/web/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

constexpr double width = 960, height = 320, left = 56, right = 4, top = 12, bottom = 34;
constexpr double plot_width = width - left - right, plot_height = height - top - bottom;
constexpr std::size_t colours = 6;

std::string at(double value) {
    return fmt::format("{:.1f}", value);
}

// 1, 2 or 5 times a power of ten, so that about four lines cover `most`.
std::uint64_t step_for(std::uint64_t most) {
    std::uint64_t unit = 1;
    while (true) {
        for (const std::uint64_t factor : {1, 2, 5}) {
            if (unit * factor * 5 >= most) return unit * factor;
        }
        unit *= 10;
    }
}

struct Scale {
    std::uint64_t step, most;
    [[nodiscard]] double y(std::uint64_t value) const {
        return top + plot_height * (1 - static_cast<double>(value) / static_cast<double>(most));
    }
};

using Reports = std::vector<analytics::Statistics::EpisodeReport>;

Scale scale_of(const Reports& reports) {
    std::uint64_t most = 0;
    for (std::size_t day = 0; day < reports.front().days.size(); ++day) {
        std::uint64_t sum = 0;
        for (const auto& report : reports) sum += report.days[day].downloads.value.value_or(0);
        most = std::max(most, sum);
    }
    const auto step = step_for(std::max<std::uint64_t>(most, 10));
    return {step, std::max<std::uint64_t>(step, (std::max<std::uint64_t>(most, 10) + step - 1) / step * step)};
}

void put_lines(Values& chart, const Scale& scale) {
    for (std::uint64_t value = 0; value <= scale.most; value += scale.step) {
        auto& line = chart.add("LINE");
        line.set("X1", at(left)).set("X2", at(width - right)).set("Y", at(scale.y(value)));
        line.set("LABEL", grouped(value)).set("LABEL_X", at(left - 8)).set("LABEL_Y", at(scale.y(value) + 5));
    }
}

std::string short_day(const std::string& day) {
    static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return fmt::format("{} {}", std::stoi(day.substr(8)), months[std::stoul(day.substr(5, 2)) - 1]);
}

void put_days(Values& chart, const Reports& reports, double slot) {
    const auto& days = reports.front().days;
    const std::size_t every = std::max<std::size_t>(1, (days.size() + 6) / 7);
    for (std::size_t day = 0; day < days.size(); day += every) {
        const double middle = left + slot * (static_cast<double>(day) + 0.5);
        const char* anchor = day == 0 && slot < 60 ? "start" : middle > width - right - 30 ? "end" : "middle";
        auto& label = chart.add("DAY");
        label.set("X", at(day == 0 && slot < 60 ? left : middle))
            .set("Y", at(height - 8))
            .set("ANCHOR", anchor)
            .set("LABEL", short_day(days[day].day));
    }
}

}  // namespace

void put_chart(Values& values, const Reports& reports, const std::vector<std::string>& titles, const std::string& few) {
    if (reports.empty() || reports.front().days.empty()) return;
    auto& chart = values.add("CHART");
    const auto scale = scale_of(reports);
    const auto count = reports.front().days.size();
    const double slot = plot_width / static_cast<double>(count), bar = std::max(1.0, std::min(slot * 0.78, 64.0));
    put_lines(chart, scale);
    put_days(chart, reports, slot);
    auto& bars = chart.include("BARS", "bars.html");
    bool hidden_anywhere = false;
    for (std::size_t day = 0; day < count; ++day) {
        const double x = left + slot * (static_cast<double>(day) + 0.5) - bar / 2;
        std::uint64_t below = 0;
        bool hidden = false;
        for (std::size_t row = 0; row < reports.size(); ++row) {
            const auto& figure = reports[row].days[day].downloads;
            hidden = hidden || !figure.value;
            if (!figure.value || *figure.value == 0) continue;
            const double foot = scale.y(below), head = scale.y(below + *figure.value);
            auto& rect = bars.add("BAR");
            rect.set("X", at(x)).set("Y", at(head)).set("W", at(bar)).set("H", at(foot - head)).set("COLOUR", row % colours + 1);
            rect.set("TEXT", fmt::format("{}: {} on {}", titles[row], grouped(*figure.value), short_day(reports[row].days[day].day)));
            below += *figure.value;
        }
        if (!hidden) continue;
        hidden_anywhere = true;
        auto& rect = bars.add("HIDDEN_DAY");  // a stub of one size: it must not tell how many
        rect.set("X", at(x)).set("Y", at(scale.y(below) - 9)).set("W", at(bar)).set("H", "8");
        rect.set("TEXT", fmt::format("{} on {}", few, short_day(reports.front().days[day].day)));
    }
    chart.set("WIDTH", at(width)).set("HEIGHT", at(height));
    chart.set("TEXT",
              fmt::format("Stacked bars, one a day, from {} to {}; the highest line stands for {}. The table below has every figure.",
                          short_day(reports.front().days.front().day), short_day(reports.front().days.back().day), grouped(scale.most)));
    for (std::size_t row = 0; row < reports.size(); ++row) chart.add("KEY").set("LABEL", titles[row]).set("COLOUR", row % colours + 1);
    if (hidden_anywhere) chart.add("HIDDEN_KEY").set("FEW", few);
}

}  // namespace earshot::web
