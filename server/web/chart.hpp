#pragma once
// Downloads per day as stacked bars: plain SVG shapes with classes (section CHART of templates/statistics.html), no script, no inline
// style. The table on the same page says everything the picture says.

#include <string>
#include <vector>

#include "server/analytics/statistics.hpp"
#include "server/web/values.hpp"

namespace earshot::web {

// `titles`: one per report, in the same order. `few`: "fewer than 10".
void put_chart(Values& values, const std::vector<analytics::Statistics::EpisodeReport>& reports, const std::vector<std::string>& titles,
               const std::string& few);

}  // namespace earshot::web
