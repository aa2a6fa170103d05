#include "server/web/line_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

constexpr double width = 960, left = 60, right = 16, top = 34, plot_height = 240, axis = 30, band_height = 26;

std::string at(double value) {
    return fmt::format("{:.1f}", value);
}

// 1, 2 or 5 times a power of ten, so that about four lines cover `most`.
double step_for(double most) {
    for (double unit = 1;; unit *= 10) {
        for (const double factor : {1.0, 2.0, 5.0}) {
            if (unit * factor * 5 >= most) return unit * factor;
        }
    }
}

class Plot {
public:
    explicit Plot(const LineChart& chart) : chart_(chart), positions_(chart.labels.size()) {
        double greatest = 0;
        for (const auto& line : chart.lines) {
            for (const auto& value : line.values) greatest = std::max(greatest, value.value_or(0));
        }
        greatest = chart.most.value_or(std::max(greatest, 10.0));
        step_ = chart.is_percent ? 25 : step_for(greatest);
        most_ = std::ceil(greatest / step_) * step_;
    }
    [[nodiscard]] double x(double position) const {
        const auto last = std::max<double>(1, static_cast<double>(positions_) - 1);
        return left + (width - left - right) * position / last;
    }
    [[nodiscard]] double y(double value) const { return top + plot_height * (1 - value / most_); }
    [[nodiscard]] std::string words(double value) const {
        const auto whole = grouped(static_cast<std::uint64_t>(std::llround(value)));
        return chart_.is_percent ? whole + "\u202f%" : whole;
    }
    [[nodiscard]] std::string label(std::size_t position) const {
        return chart_.full_labels.empty() ? chart_.labels[position] : chart_.full_labels[position];
    }

    void put_scale(Values& values) const {
        for (double value = 0; value <= most_ + 0.5; value += step_) {
            auto& line = values.add("SCALE");
            line.set("X1", at(left)).set("X2", at(width - right)).set("Y", at(y(value)));
            line.set("LABEL", words(value)).set("LABEL_X", at(left - 8)).set("LABEL_Y", at(y(value) + 5));
        }
        const auto every = std::max<std::size_t>(1, (positions_ + 6) / 7);
        for (std::size_t position = 0; position < positions_; position += every) {
            const bool is_last = x(static_cast<double>(position)) > width - right - 40;
            values.add("LABEL")
                .set("X", at(x(static_cast<double>(position))))
                .set("Y", at(top + plot_height + 22))
                .set("ANCHOR", position == 0 ? "start"
                               : is_last     ? "end"
                                             : "middle")
                .set("LABEL", chart_.labels[position]);
        }
    }

    void put_line(Values& values, const LineChart::Line& line) const {
        const auto last = std::ranges::find_if(line.values.rbegin(), line.values.rend(), [](const auto& v) { return v.has_value(); });
        const auto end = static_cast<std::size_t>(line.values.rend() - last);
        const auto closed = line.is_open && end > 1 ? end - 1 : end;
        std::string path, first_x, last_x;
        bool pen_down = false;
        for (std::size_t i = 0; i < closed; ++i) {
            if (!line.values[i]) {
                pen_down = false;
                continue;
            }
            path += fmt::format("{}{} {}", pen_down ? "L" : "M", at(x(static_cast<double>(i))), at(y(*line.values[i])));
            if (first_x.empty()) first_x = at(x(static_cast<double>(i)));
            last_x = at(x(static_cast<double>(i)));
            pen_down = true;
        }
        auto& drawn = values.add("LINE").set("PATH", path).set("COLOUR", static_cast<std::uint64_t>(line.colour));
        if (line.is_faint) drawn.show("FAINT");
        if (line.has_area && !path.empty()) {
            drawn.add("AREA").set("PATH", fmt::format("{}L{} {}L{} {}Z", path, last_x, at(y(0)), first_x, at(y(0))));
        }
        if (closed < end && line.values[closed - 1]) {
            drawn.add("OPEN").set("PATH",
                                  fmt::format("M{} {}L{} {}", at(x(static_cast<double>(closed - 1))), at(y(*line.values[closed - 1])),
                                              at(x(static_cast<double>(end - 1))), at(y(*line.values[end - 1]))));
        }
        if (line.values.size() <= 62) put_points(drawn, line, end, closed < end);
    }

    void put_points(Values& drawn, const LineChart::Line& line, std::size_t end, bool last_is_open) const {
        for (std::size_t i = 0; i < end; ++i) {
            if (!line.values[i]) continue;
            auto& point = drawn.add("POINT").set("X", at(x(static_cast<double>(i)))).set("Y", at(y(*line.values[i])));
            if (last_is_open && i + 1 == end) point.show("GROWS");
            point.set("TEXT", fmt::format("{}, {}: {} {}", line.label, label(i), words(*line.values[i]), chart_.unit));
        }
    }

    void put_marks(Values& values) const {
        for (const auto& mark : chart_.marks) {
            auto& drawn = values.add("MARK").set("X", at(x(static_cast<double>(mark.at)))).set("Y1", at(20)).set("Y2", at(y(0)));
            drawn.set("NUMBER", mark.number).set("TEXT", mark.text).set("NUMBER_Y", at(16));
            drawn.set("KIND", mark.is_publication ? "publication" : "annotation");
        }
    }

    void put_bands(Values& values) const {
        const auto upper = top + plot_height + axis + 4;
        for (const auto& band : chart_.bands) {
            auto& drawn = values.add("BAND").set("X", at(x(band.first))).set("Y", at(upper)).set("H", at(band_height));
            drawn.set("W", at(std::max(1.0, x(band.past) - x(band.first) - 2))).set("TEXT", band.text).set("LABEL", band.label);
            drawn.set("LABEL_X", at((x(band.first) + x(band.past)) / 2 - 1)).set("LABEL_Y", at(upper + 18));
            drawn.set("COLOUR", static_cast<std::uint64_t>(band.colour));
        }
    }

private:
    const LineChart& chart_;
    std::size_t positions_;
    double step_{1}, most_{1};
};

}  // namespace

void put_line_chart(Values& values, std::string name, const LineChart& chart) {
    if (chart.labels.empty()) return;
    auto& drawn = values.include(std::move(name), "line_chart.html");
    const Plot plot(chart);
    drawn.set("ID", chart.id).set("TITLE", chart.title).set("TEXT", chart.text);
    drawn.set("WIDTH", at(width)).set("HEIGHT", at(top + plot_height + axis + (chart.bands.empty() ? 0 : band_height + 10)));
    if (chart.ends_now) drawn.show("ENDS_NOW");
    plot.put_scale(drawn);
    plot.put_bands(drawn);
    plot.put_marks(drawn);
    for (const auto& line : chart.lines) plot.put_line(drawn, line);
    for (const auto& line : chart.lines) {
        auto& key = drawn.add("KEY").set("LABEL", line.label).set("COLOUR", static_cast<std::uint64_t>(line.colour));
        if (line.is_faint) key.show("FAINT");
    }
}

}  // namespace earshot::web
