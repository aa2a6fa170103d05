#include "server/api/period.hpp"

#include <fmt/format.h>

namespace earshot::api {

namespace {

using model::Errc;
using model::fail;

constexpr std::chrono::days default_period{30};
constexpr std::chrono::days longest_period{366};

model::Result<model::Timestamp> parse_day(std::string_view name, std::string_view text) {
    const auto day = model::parse_rfc3339(fmt::format("{}T00:00:00Z", text));
    if (!day || text.size() != 10) return fail(Errc::invalid_input, fmt::format("\"{}\" must be a UTC day like 2026-11-24.", name));
    return *day;
}

}  // namespace

model::Result<DayRange> read_period(const http::Request& request, model::Timestamp now) {
    model::Timestamp last = std::chrono::floor<std::chrono::days>(now);
    if (const auto to = request.query_value("to")) {
        auto day = parse_day("to", *to);
        if (!day) return std::unexpected(day.error());
        last = *day;
    }
    model::Timestamp first = last - default_period + std::chrono::days(1);
    if (const auto from = request.query_value("from")) {
        auto day = parse_day("from", *from);
        if (!day) return std::unexpected(day.error());
        first = *day;
    }
    if (first > last) return fail(Errc::invalid_input, "The first day is after the last one.");
    if (last - first >= longest_period) return fail(Errc::invalid_input, "A period may have at most 366 days.");
    return DayRange{model::format_utc_day(first), model::format_utc_day(last)};
}

}  // namespace earshot::api
