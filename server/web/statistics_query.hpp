#pragma once
// What somebody asks of the statistics (?from=…&to=…&show=…), and the answer gathered for page and CSV alike.

#include <string>
#include <vector>

#include "content/model/episode.hpp"
#include "content/model/show.hpp"
#include "server/analytics/statistics.hpp"
#include "server/http/message.hpp"
#include "server/web/context.hpp"

namespace earshot::web {

struct Selection {
    std::string first_day, last_day;       // "2026-11-24"; always a valid period of at most 366 days
    std::string show;                      // slug, empty: all
    std::string problem;                   // a sentence, when what was asked for was impossible and something else is shown
    std::vector<model::Show> shows;        // all, by title
    std::vector<model::Episode> episodes;  // those ever published, of the chosen shows, oldest first
};

// Without parameters: the last 28 days, today included. Blocking.
[[nodiscard]] Selection select(Context& context, const http::Request& request);
[[nodiscard]] analytics::Statistics::Query query_of(const Selection& selection);

// "fewer than 10", or the figure with its thousands set apart.
[[nodiscard]] std::string shown(const analytics::Statistics::Figure& figure, unsigned suppress_below);

}  // namespace earshot::web
