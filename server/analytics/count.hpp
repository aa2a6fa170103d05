#pragma once
// Counting as a pure function: deliveries in time order in, downloads out. IAB Tech Lab PTMG v2.3, calendar-day UTC window, on acknowledged bytes.
// `earshot count`, the tests' tables and the running server all use it.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/delivery.hpp"
#include "server/analytics/classify.hpp"

namespace earshot::analytics {

enum class Verdict { counted, bot, head, probe, under_a_minute, repeat, preview, error, opted_out };
[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;

}  // namespace earshot::analytics
