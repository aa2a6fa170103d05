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

}  // namespace

void put_strip(Values& values, const std::string& title, std::size_t colour, const std::vector<StripDay>& days, const std::string& few) {
    if (days.empty()) return;
    auto& strip = values.add("STRIP");
    std::uint64_t most = 0, sum = 0;
    for (const auto& day : days) {
        most = std::max(most, day.value.value_or(0));
        sum += day.value.value_or(0);
    }
    strip.set("TITLE", title)
        .set("MOST", grouped(most))
        .set("SUM", grouped(sum))
        .set("WIDTH", drawn(strip_width))
        .set("HEIGHT", drawn(strip_height));
    strip.set("FOOT", drawn(strip_foot));
    const double slot = strip_width / static_cast<double>(days.size()), bar = std::max(1.0, std::min(slot * 0.78, 64.0));
    for (std::size_t i = 0; i < days.size(); ++i) {
        const auto& day = days[i];
        const double x = slot * (static_cast<double>(i) + 0.5) - bar / 2;
        if (day.hidden) {
            auto& rect = strip.add("HIDDEN_DAY");  // a stub of one size: it must not tell how many
            rect.set("X", drawn(x))
                .set("Y", drawn(strip_foot - 8))
                .set("W", drawn(bar))
                .set("H", "7")
                .set("TEXT", fmt::format("{}: {}", day.day, few));
        } else if (day.value.value_or(0) > 0) {
            const double rise = (strip_foot - strip_top) * static_cast<double>(*day.value) / static_cast<double>(most);
            auto& rect = strip.add("BAR");
            rect.set("X", drawn(x)).set("Y", drawn(strip_foot - rise)).set("W", drawn(bar)).set("H", drawn(rise)).set("COLOUR", colour);
            rect.set("TEXT", fmt::format("{}: {}", day.day, grouped(*day.value)));
        }
    }
}

}  // namespace earshot::web
