#pragma once
// Time as the whole house speaks it: UTC milliseconds. Parsing and printing of the three formats the field uses.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace earshot::model {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using Clock = std::function<Timestamp()>;  // passed in, so that tests decide what time it is

[[nodiscard]] Timestamp system_now();

// RFC 3339 with "Z" or a numeric offset, optional fraction: "2026-11-24T07:00:00Z". Nothing else is accepted.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text);
[[nodiscard]] std::string format_rfc3339(Timestamp time);  // whole seconds, "Z"

// RFC 9110 §5.6.7 IMF-fixdate. Parsing also takes the two obsolete forms.
[[nodiscard]] std::optional<Timestamp> parse_http_date(std::string_view text);
[[nodiscard]] std::string format_http_date(Timestamp time);

// RFC 2822 date-time as RSS wants it: "Tue, 24 Nov 2026 07:00:00 +0000".
[[nodiscard]] std::string format_rfc2822(Timestamp time);

// "2026-11-24", the UTC calendar day.
[[nodiscard]] std::string format_utc_day(Timestamp time);

// "1:02:03" or "2:03", for people and for Podlove-style chapter starts.
[[nodiscard]] std::string format_clock(std::chrono::milliseconds duration);

// "37", "7:48", "35:12.250", "01:35:52" (normal play time) → milliseconds.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_clock(std::string_view text);

}  // namespace earshot::model
