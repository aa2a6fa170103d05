#pragma once
// Figures per day as one low strip of bars each, under one another so that days line up: each has a scale of its own, so no strip looks as
// if it explained another. Plain SVG shapes (section STRIP of a template); the table on the same page says the same.

#include <optional>
#include <string>
#include <vector>

#include "server/analytics/statistics.hpp"
#include "server/web/figure_words.hpp"
#include "server/web/values.hpp"

namespace earshot::web {

struct StripDay {
    std::string day;                     // "2026-11-24"
    std::optional<std::uint64_t> value;  // empty: see `hidden`
    bool hidden{};                       // too small to be shown; else nothing is known of the day
    bool is_partial{};                   // a part of it is too small to be shown
    bool runs{};                         // not over: it still grows
};

[[nodiscard]] std::vector<StripDay> strip_of(const std::vector<analytics::Statistics::DayRow>& rows, const std::string& first_running);

// What they come to, true also where some are hidden: "25 in all", "at least 25 on days that are over; today fewer than 10".
[[nodiscard]] std::string sum_words(const std::vector<StripDay>& days, const FewWords& few, const std::string& today);

// `colour`: 1 to 6.
void put_strip(Values& values, const std::string& title, std::size_t colour, const std::vector<StripDay>& days, const FewWords& few,
               const std::string& today);

}  // namespace earshot::web
