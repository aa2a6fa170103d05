#pragma once
// UTC days and hours as plain numbers: what counting sorts by.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "content/model/time.hpp"

namespace earshot::analytics {

using Day = std::int64_t;   // days since 1970-01-01
using Hour = std::int64_t;  // hours since 1970-01-01 00:00

constexpr std::chrono::minutes grace{10};    // how long yesterday's window outlives midnight
constexpr std::chrono::minutes evening{30};  // a listen active in the day's last half hour may go on after midnight

[[nodiscard]] inline Day day_of(model::Timestamp time) noexcept {
    return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}
[[nodiscard]] inline Hour hour_of(model::Timestamp time) noexcept {
    return std::chrono::floor<std::chrono::hours>(time).time_since_epoch().count();
}
[[nodiscard]] inline model::Timestamp start_of(Day day) noexcept {
    return std::chrono::sys_days(std::chrono::days(day));
}
[[nodiscard]] inline std::int64_t milliseconds(Hour hour) noexcept {
    return hour * 3'600'000;
}

// The first day that is not closed at that moment: figures from it on still change.
[[nodiscard]] inline Day first_running(model::Timestamp now) noexcept {
    return day_of(now - grace - std::chrono::milliseconds(1));
}

// Nothing of that day is kept any longer. A clock that was far ahead for a while must not leave a day open until then.
[[nodiscard]] inline bool is_over(Day day, model::Timestamp now) noexcept {
    return now > start_of(day + 1) + grace || day > day_of(now) + 1;
}

// The first day of which requests are known by the hour, when they are kept so long.
[[nodiscard]] inline Day first_hourly(model::Timestamp now, std::chrono::days kept) noexcept {
    return day_of(now) - kept.count();
}

// "2026-11-24" and back; nothing else is a day.
[[nodiscard]] inline std::string format_day(Day day) {
    return model::format_utc_day(start_of(day));
}
[[nodiscard]] inline std::optional<Day> parse_day(std::string_view text) {
    if (text.size() != 10) return std::nullopt;
    const auto midnight = model::parse_rfc3339(std::string(text) + "T00:00:00Z");
    return midnight ? std::optional(day_of(*midnight)) : std::nullopt;
}

}  // namespace earshot::analytics
