#include "server/web/figure_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

sys_days date_of(std::string_view day) {
    const auto midnight = model::parse_rfc3339(std::string(day) + "T00:00:00Z");
    return midnight ? floor<days>(*midnight) : sys_days{};
}

std::string without_year(sys_days day) {
    const year_month_day date{day};
    return fmt::format("{} {}", static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1]);
}

int year_of(sys_days day) {
    return static_cast<int>(year_month_day{day}.year());
}

std::string with_weekday(sys_days day) {
    return fmt::format("{} {} {}", weekdays[weekday{day}.c_encoding()], without_year(day), year_of(day));
}

std::string clock_words(model::Timestamp local) {
    const auto since = floor<minutes>(local - floor<days>(local));
    return fmt::format("{:02}:{:02}", since.count() / 60, since.count() % 60);
}

// Of two figures that differ.
std::string ratio_words(std::uint64_t now, std::uint64_t before) {
    const auto difference = static_cast<double>(now > before ? now - before : before - now) * 100 / static_cast<double>(before);
    const auto rounded = static_cast<std::uint64_t>(difference + 0.5);
    const std::string_view side = now > before ? "more" : "fewer";
    if (now >= 3 * before) return fmt::format("{:.1f} times as many", static_cast<double>(now) / static_cast<double>(before));
    return rounded == 0 ? fmt::format("slightly {}", side) : fmt::format("{}\u202f% {}", rounded, side);
}

constexpr std::uint64_t any_number = UINT64_MAX;

struct Bounds {
    std::uint64_t least, most;
};

std::string change_of(Bounds now, Bounds before) {
    const bool overlap = now.least <= before.most && before.least <= now.most;
    if (now.most != any_number && before.most != any_number) {
        const auto vagueness = now.most - now.least + before.most - before.least;
        if (vagueness == 0) return overlap ? "as many" : ratio_words(now.least, before.least);
        if (vagueness * 20 <= before.least) return overlap ? "about as many" : "about " + ratio_words(now.least, before.least);
    }
    if (overlap) return {};
    return "at least " + (now.least > before.most ? ratio_words(now.least, before.most) : ratio_words(now.most, before.least));
}

}  // namespace

std::string change_words(const analytics::Statistics::Total& now, const analytics::Statistics::Total& before, unsigned suppress_below,
                         std::uint64_t days, std::uint64_t days_before) {
    if (before.shown == 0) return {};
    const auto bounds = [&](const analytics::Statistics::Total& total, std::uint64_t times) {
        if (total.is_unbounded && suppress_below > 1) return Bounds{total.shown * times, any_number};
        return Bounds{total.shown * times, (total.shown + total.vague * (std::max(suppress_below, 1U) - 1)) * times};
    };
    if (days == days_before) return change_of(bounds(now, 1), bounds(before, 1));
    const auto change = change_of(bounds(now, days_before), bounds(before, days));
    return change.empty() ? change : change + " a day";
}

std::string compared_words(const std::string& change, std::string_view with) {
    if (change.empty()) return {};
    return fmt::format("{} {} {}", change, change.contains("as many") ? "as" : "than", with);
}

bool is_hidden(const analytics::Statistics::Total& total) {
    return total.shown == 0 && (total.is_partial || total.is_rounded);
}

FewWords few_words(unsigned suppress_below, bool of_several) {
    if (of_several) return {"too few of each episode to be shown", "too few of each episode to be shown"};
    const auto few = fmt::format("fewer than {}", suppress_below);
    return {few, few + " a day"};
}

std::string total_words(const analytics::Statistics::Total& total, unsigned suppress_below) {
    if (!is_hidden(total)) return (total.is_partial ? "at least " : "") + grouped(total.shown);
    if (total.is_unbounded) return "not shown";
    const auto few = few_words(suppress_below, total.is_of_several);
    return total.is_partial ? few.of_days : few.of_day;
}

std::string downloads_words(const analytics::Statistics::Total& total, unsigned suppress_below) {
    if (is_hidden(total) && total.is_of_several) return "too few downloads of each episode to be shown";
    if (is_hidden(total) && total.is_partial) return fmt::format("fewer than {} downloads a day", suppress_below);
    return total_words(total, suppress_below) + " downloads";
}

std::string percent_words(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "–";
    return fmt::format("{}\u202f%", (part * 200 + whole) / (whole * 2));
}

std::string short_day(std::string_view day) {
    return without_year(date_of(day));
}

std::string full_day(std::string_view day) {
    return with_weekday(date_of(day));
}

std::string period_words(std::string_view first, std::string_view last) {
    const auto from = date_of(first), to = date_of(last);
    if (from == to) return with_weekday(to);
    const auto begin = year_of(from) == year_of(to) ? without_year(from) : fmt::format("{} {}", without_year(from), year_of(from));
    return fmt::format("{} – {} {}", begin, without_year(to), year_of(to));
}

std::string in_period_words(std::string_view first, std::string_view last) {
    return (first == last ? "on " : "in ") + period_words(first, last);
}

std::string day_after(std::string_view day, int count) {
    return model::format_utc_day(date_of(day) + days(count));
}

int days_between(std::string_view first, std::string_view last) {
    return static_cast<int>((date_of(last) - date_of(first)).count());
}

std::string moment_words(const storage::TimeZone& zone, model::Timestamp time) {
    const auto local = zone.local(time);
    return fmt::format("{}, {}", with_weekday(floor<days>(local)), clock_words(local));
}

std::string place_words(const storage::TimeZone& zone) {
    auto name = zone.name().substr(zone.name().rfind('/') + 1);
    for (char& c : name) c = c == '_' ? ' ' : c;
    return name;
}

std::string day_rule(const storage::TimeZone& zone, std::string_view first, std::string_view last) {
    if (zone.name() == "UTC") return "Days are UTC days.";
    const auto from = date_of(first), to = date_of(last);
    const auto begin_of = [&](sys_days day) {
        const auto local = zone.local(day);
        return clock_words(local) + (floor<days>(local) < day ? " the day before" : "");
    };
    auto rule = fmt::format("Days are counted in UTC: in {} they begin at {}", place_words(zone), begin_of(from));
    bool changes = false;
    for (auto day = from + days(1); day <= to; day += days(1)) {
        if (zone.offset_at(day) == zone.offset_at(day - days(1))) continue;
        rule += fmt::format(" until {}, at {} from {}", without_year(day - days(1)), begin_of(day), without_year(day));
        changes = true;
    }
    return rule + (changes ? " on." : ".");
}

}  // namespace earshot::web
