#pragma once
// Lines over days or over an episode's length: plain SVG shapes with classes (templates/line_chart.html), no script, no inline style. The
// table beside each chart says everything the picture says.

#include <optional>
#include <string>
#include <vector>

#include "server/web/values.hpp"

namespace earshot::web {

struct LineChart {
    struct Line {
        std::string label;
        std::vector<std::optional<double>> values;  // by position; nothing: no line there
        std::vector<bool> hidden;                   // by position, or empty: there is a value, and it is not shown
        int colour{1};                              // 1 to 6
        bool is_faint{};                            // what the others are compared with
        bool has_area{};
        bool is_open{};  // its last value still grows
    };
    struct Mark {
        std::size_t at{};
        std::string number;  // as in the list beside the chart
        std::string text;
        bool is_publication{};
    };
    struct Band {  // a stretch of the axis, below it
        double first{}, past{};
        std::string text, label;
        int colour{};  // 0: none
    };
    std::string id, title, text;           // for those who do not see it
    std::vector<std::string> labels;       // of positions, those between are left out where there is no room
    std::vector<std::string> full_labels;  // for the tips; empty: labels
    std::vector<Line> lines;
    std::vector<Mark> marks;
    std::vector<Band> bands;
    std::string unit{"downloads"};
    std::string hidden_words;    // "fewer than 10"
    std::optional<double> most;  // of the scale; else the greatest value
    bool is_percent{};
    bool ends_now{};  // where there is no room for all of it, its end is seen first
};

// Fills {{>NAME}}.
void put_line_chart(Values& values, std::string name, const LineChart& chart);

}  // namespace earshot::web
