#pragma once
// What somebody asks of the statistics. The query string is all of it, so that an address shows everybody the same:
// ?from=…&to=…&show=…&before_from=…&before_to=…&by=app:Overcast

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/episode.hpp"
#include "content/model/show.hpp"
#include "content/storage/time_zone.hpp"
#include "server/analytics/statistics.hpp"
#include "server/http/message.hpp"
#include "server/web/context.hpp"

namespace earshot::web {

struct Selection {
    std::string first_day, last_day;             // "2026-11-24"; always a valid period of at most 366 days
    std::string show;                            // slug, empty: all
    std::string problem;                         // a sentence, when what was asked for was impossible and something else is shown
    std::vector<model::Show> shows;              // all of which anything was ever public, by title
    std::vector<storage::EpisodeLine> episodes;  // those ever published, of the chosen shows, oldest first
    bool is_usual{true};                         // nobody asked for a period
    std::string today, first_running;            // UTC; the first day that is not over: figures from it on still grow
    std::string before_first, before_last;       // what it is compared with: as long and just before, unless asked for
    bool is_before_usual{true};
    analytics::Statistics::Query::Only only;  // of the downloads, empty: all
    storage::TimeZone zone;                   // of the shows, if they have one clock

    [[nodiscard]] bool runs() const { return last_day >= first_running; }
};

// Without parameters: the last 28 days that are over; as long as nothing was out on one of these, today is the last. Blocking.
[[nodiscard]] Selection select(Context& context, const http::Request& request);
// The clock of the show of that slug; of all ("") the one that they have in common, or UTC.
[[nodiscard]] storage::TimeZone zone_of(const std::vector<model::Show>& shows, std::string_view slug);
// The same of all downloads, whatever `by` asks: for pages that have no filtered figures; says so.
[[nodiscard]] Selection select_all(Context& context, const http::Request& request);
// A show of which anything was ever public. Blocking.
[[nodiscard]] std::optional<model::Show> find_launched_show(Context& context, std::string_view slug);
[[nodiscard]] analytics::Statistics::Query query_of(const Selection& selection);
[[nodiscard]] std::vector<model::EpisodeId> ids_of(const Selection& selection);
// Whether that episode, or any, was out from the beginning of that day on: else what came then is nothing to compare with.
[[nodiscard]] bool was_out(const storage::EpisodeLine& episode, const std::string& day);
[[nodiscard]] bool was_any_out(const Selection& selection, const std::string& day);
[[nodiscard]] std::string title_of(const storage::EpisodeLine& episode);  // says when it is withdrawn

// `path` with all that was chosen; with `pinned` the period by its days, so that it stays the same tomorrow.
[[nodiscard]] std::string address_of(std::string path, const Selection& selection, bool pinned = false);

// "fewer than 10", or the figure with its thousands set apart.
[[nodiscard]] std::string shown(const analytics::Statistics::Figure& figure, unsigned suppress_below);

}  // namespace earshot::web
