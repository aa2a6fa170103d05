#pragma once
// ?from=2026-11-01&to=2026-11-24: UTC days, both included.

#include <string>

#include "content/model/error.hpp"
#include "content/model/time.hpp"
#include "server/http/message.hpp"

namespace earshot::api {

struct DayRange {
    std::string first_day, last_day;
};
// Without parameters: the last 30 days, today included. At most 366 days. Errors: invalid_input with a sentence.
[[nodiscard]] model::Result<DayRange> read_period(const http::Request& request, model::Timestamp now);

}  // namespace earshot::api
