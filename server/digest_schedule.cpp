#include "server/digest_schedule.hpp"

#include <algorithm>

namespace earshot::app {

namespace {

using namespace std::chrono;

constexpr minutes closed_after{11};  // a day's figures stand ten minutes after its end

// When that is read off the place's clock. What is skipped when clocks go forward is an hour later.
model::Timestamp utc_of(const storage::TimeZone& zone, model::Timestamp wall) {
    const auto guess = wall - zone.offset_at(wall);
    return wall - zone.offset_at(guess);
}

bool begins_on(std::string_view every, sys_days day) {
    if (every == "weekly") return weekday(day) == Monday;
    if (every == "monthly") return year_month_day(day).day() == std::chrono::day(1);
    return true;
}

sys_days first_before(std::string_view every, sys_days day) {
    if (every == "weekly") return day - days(7);
    if (every == "daily") return day - days(1);
    const year_month_day date(day);
    return sys_days((date.year() / date.month() - months(1)) / 1);
}

}  // namespace

DueDigest last_due(const config::Settings::Digest& digest, const storage::TimeZone& zone, model::Timestamp now) {
    const auto name = [](sys_days day) { return model::format_utc_day(model::Timestamp(day)); };
    for (auto day = floor<days>(zone.local(now)) + days(1);; day -= days(1)) {
        if (!begins_on(digest.every, day)) continue;
        const auto at = std::max<model::Timestamp>(utc_of(zone, model::Timestamp(day) + digest.at), model::Timestamp(day) + closed_after);
        if (at > now) continue;
        const auto first = first_before(digest.every, day), before = first_before(digest.every, first);
        return {at, {name(first), name(day - days(1)), name(before), name(first - days(1))}};
    }
}

}  // namespace earshot::app
