#pragma once
// When a digest of statistics falls due, and what it tells of: whole UTC days that are over.

#include <optional>

#include "config/settings.hpp"
#include "content/storage/time_zone.hpp"
#include "server/web/statistics_letter.hpp"

namespace earshot::app {

struct DueDigest {
    model::Timestamp at{};  // from when on
    web::LetterPeriod period;
};
// The last one that was due by `now`: of the day before; on Mondays of Monday to Sunday; on the first of a month of the one before; each at
// digest.at on that place's clock, or, where the period's last UTC day is not closed by then, when it is.
[[nodiscard]] DueDigest last_due(const config::Settings::Digest& digest, const storage::TimeZone& zone, model::Timestamp now);

}  // namespace earshot::app
