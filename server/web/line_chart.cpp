#include "server/web/line_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

constexpr double width = 960, left = 60, right = 16, top = 34, plot_height = 240, axis = 30, band_height = 26;
constexpr std::size_t most_points = 62;  // of a line; more would be a band

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

    [[nodiscard]] std::string place(std::size_t position, double value) const {
        return fmt::format("{} {}", at(x(static_cast<double>(position))), at(y(value)));
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

    // A piece for each stretch that has values.
    void put_line(Values& values, const LineChart::Line& line) const {
        const auto end = line.values.size();
        const auto closed = line.is_open && end > 1 ? end - 1 : end;
        auto& drawn = values.add("LINE").set("COLOUR", static_cast<std::uint64_t>(line.colour));
        std::string path;
        for (std::size_t i = 0; i < closed; ++i) {
            if (!line.values[i]) continue;
            const auto first = i;
            std::string piece = "M" + place(i, *line.values[i]);
            for (; i + 1 < closed && line.values[i + 1]; ++i) piece += "L" + place(i + 1, *line.values[i + 1]);
            if (i == first) piece += "h0";  // a dot
            if (line.has_area) drawn.add("AREA").set("PATH", fmt::format("{}L{}L{}Z", piece, place(i, 0), place(first, 0)));
            path += piece;
        }
        drawn.set("PATH", path);
        if (line.is_faint) drawn.show("FAINT");
        if (closed < end && line.values[closed - 1]) {
            drawn.add("OPEN").set(
                "PATH", fmt::format("M{}L{}", place(closed - 1, *line.values[closed - 1]), place(end - 1, *line.values[end - 1])));
        }
        if (end <= most_points) put_points(drawn, line, closed);
    }

    void put_points(Values& drawn, const LineChart::Line& line, std::size_t closed) const {
        for (std::size_t i = 0; i < line.values.size(); ++i) {
            const auto put_point = [&](const char* name, double value, const std::string& words) -> Values& {
                auto& point = drawn.add(name).set("X", at(x(static_cast<double>(i)))).set("Y", at(y(value)));
                return point.set("TEXT", fmt::format("{}, {}: {}", line.label, label(i), words));
            };
            if (line.values[i]) {
                auto& point = put_point("POINT", *line.values[i], fmt::format("{} {}", words(*line.values[i]), chart_.unit));
                if (i >= closed) point.show("GROWS");
            } else if (i < line.hidden.size() && line.hidden[i]) {
                put_point("HIDDEN", 0, chart_.hidden_words);
            }
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
    if (std::ranges::any_of(chart.lines, [](const auto& line) { return std::ranges::count(line.hidden, true) > 0; }))
        drawn.add("HIDDEN_KEY").set("WORDS", chart.hidden_words);
}

}  // namespace earshot::web
