#pragma once
// How the statistics pages say figures, days and moments.

#include <cstdint>
#include <string>
#include <string_view>

#include "content/model/time.hpp"
#include "content/storage/time_zone.hpp"
#include "server/analytics/statistics.hpp"

namespace earshot::web {

// "12 % more", "8 % fewer", "as many", "3.5 times as many"; with "about" where what is hidden or rounded away matters little, with "at
// least" where it is so much whatever is hidden; "" when there were none before, or what is hidden could turn it round. Of spans of
// different length it is of a day's average, and says so.
[[nodiscard]] std::string change_words(const analytics::Statistics::Total& now, const analytics::Statistics::Total& before,
                                       unsigned suppress_below, std::uint64_t days = 1, std::uint64_t days_before = 1);
// "12 % more than in the 7 days before", "as many as …"; "" of "".
[[nodiscard]] std::string compared_words(const std::string& change, std::string_view with);
// Nothing of it is shown, and that may not be none.
[[nodiscard]] bool is_hidden(const analytics::Statistics::Total& total);
// For a day, and for days, with too few to be shown: "fewer than 10", "fewer than 10 a day". Of several episodes there may be more
// together: "too few of each episode to be shown".
struct FewWords {
    std::string of_day, of_days;
};
[[nodiscard]] FewWords few_words(unsigned suppress_below, bool of_several = false);
// "1,240", "at least 1,240" when something is hidden, few_words() when all that is, "not shown" when that may be any number.
[[nodiscard]] std::string total_words(const analytics::Statistics::Total& total, unsigned suppress_below);
// "1,240 downloads", "fewer than 10 downloads a day", …
[[nodiscard]] std::string downloads_words(const analytics::Statistics::Total& total, unsigned suppress_below);
[[nodiscard]] std::string percent_words(std::uint64_t part, std::uint64_t whole);  // "87 %"; "–" of nothing

// Of "2026-11-24":
[[nodiscard]] std::string short_day(std::string_view day);                                 // "24 Nov"
[[nodiscard]] std::string full_day(std::string_view day);                                  // "Tue 24 Nov 2026"
[[nodiscard]] std::string period_words(std::string_view first, std::string_view last);     // "1 Nov – 24 Nov 2026"
[[nodiscard]] std::string in_period_words(std::string_view first, std::string_view last);  // "in 1 Nov – 24 Nov 2026", "on Tue 24 Nov 2026"
[[nodiscard]] std::string day_after(std::string_view day, int days);                       // that many later; negative: earlier
[[nodiscard]] int days_between(std::string_view first, std::string_view last);             // 0 for the same day

// "Tue 24 Nov 2026, 07:00" on that place's clock.
[[nodiscard]] std::string moment_words(const storage::TimeZone& zone, model::Timestamp time);
[[nodiscard]] std::string place_words(const storage::TimeZone& zone);  // "London", "UTC"
// Days are counted in UTC; when they begin on that place's clock, also when it changes within the period.
[[nodiscard]] std::string day_rule(const storage::TimeZone& zone, std::string_view first, std::string_view last);

}  // namespace earshot::web
