#include "server/web/strips.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

constexpr double strip_width = 960, strip_height = 92, strip_top = 8, strip_foot = 84;

std::string drawn(double value) {
    return fmt::format("{:.1f}", value);
}

struct DaysTogether {
    std::uint64_t shown{};
    std::size_t days{};
    bool hidden{};

    void add(const StripDay& day) {
        shown += day.value.value_or(0);
        hidden |= day.hidden || day.is_partial;
        ++days;
    }
    [[nodiscard]] std::string words(const FewWords& few) const {
        if (!hidden) return grouped(shown);
        if (shown > 0) return "at least " + grouped(shown);
        return days > 1 ? few.of_days : few.of_day;
    }
};

}  // namespace

std::vector<StripDay> strip_of(const std::vector<analytics::Statistics::DayRow>& rows, const std::string& first_running) {
    std::vector<StripDay> days;
    for (const auto& row : rows)
        days.push_back({.day = row.day, .value = row.downloads.value, .hidden = !row.downloads.value, .runs = row.day >= first_running});
    return days;
}

std::string sum_words(const std::vector<StripDay>& days, const FewWords& few, const std::string& today) {
    DaysTogether over, running;
    for (const auto& day : days) (day.runs ? running : over).add(day);
    if (running.days == 0) return over.words(few) + (over.hidden && over.shown == 0 ? "" : " in all");
    const auto& last = days.back().day;  // yesterday runs, too, until ten minutes after its end; a day to come does
    const auto when = running.days > 1 ? "since then" : last == today ? "today" : "on " + short_day(last);
    const auto now = when + ' ' + running.words(few);
    return over.days == 0 ? now : fmt::format("{} on days that are over; {}", over.words(few), now);
}

void put_strip(Values& values, const std::string& title, std::size_t colour, const std::vector<StripDay>& days, const FewWords& few,
               const std::string& today) {
    if (days.empty()) return;
    auto& strip = values.add("STRIP");
    std::uint64_t most = 0;
    for (const auto& day : days) most = std::max(most, day.value.value_or(0));
    strip.set("TITLE", title).set("SUM", sum_words(days, few, today)).set("WIDTH", drawn(strip_width)).set("HEIGHT", drawn(strip_height));
    if (most > 0) strip.maybe("MOST", grouped(most));
    strip.set("FOOT", drawn(strip_foot));
    auto& bars = strip.include("BARS", "bars.html");
    const double slot = strip_width / static_cast<double>(days.size()), bar = std::max(1.0, std::min(slot * 0.78, 64.0));
    for (std::size_t i = 0; i < days.size(); ++i) {
        const auto& day = days[i];
        const double x = slot * (static_cast<double>(i) + 0.5) - bar / 2;
        if (day.hidden) {
            auto& rect = bars.add("HIDDEN_DAY");  // a stub of one size: it must not tell how many
            rect.set("X", drawn(x))
                .set("Y", drawn(strip_foot - 8))
                .set("W", drawn(bar))
                .set("H", "7")
                .set("TEXT", fmt::format("{}: {}", day.day, few.of_day));
        } else if (day.value.value_or(0) > 0) {
            const double rise = (strip_foot - strip_top) * static_cast<double>(*day.value) / static_cast<double>(most);
            auto& rect = bars.add("BAR");
            rect.set("X", drawn(x)).set("Y", drawn(strip_foot - rise)).set("W", drawn(bar)).set("H", drawn(rise)).set("COLOUR", colour);
            rect.set("TEXT", fmt::format("{}: {}", day.day, grouped(*day.value)));
        }
    }
}

}  // namespace earshot::web
