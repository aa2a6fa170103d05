#include "server/web/statistics_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using namespace std::chrono;

std::optional<sys_days> parse_day(std::string_view text) {
    const auto number = [&](std::size_t at, std::size_t length) {
        int value = -1;
        const auto* end = text.data() + at + length;
        const auto result = std::from_chars(text.data() + at, end, value);
        return result.ec == std::errc{} && result.ptr == end ? value : -1;
    };
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const year_month_day day{year{number(0, 4)}, month{static_cast<unsigned>(number(5, 2))},
                             std::chrono::day{static_cast<unsigned>(number(8, 2))}};
    if (number(0, 4) < 2000 || !day.ok()) return std::nullopt;
    return sys_days{day};
}

std::string format_day(sys_days day) {
    return model::format_utc_day(model::Timestamp{day});
}

struct Period {
    sys_days first, last;
    std::string problem;
};

Period period_of(const http::Request& request, sys_days today) {
    const Period usual{today - days(27), today, {}};
    const auto from = request.query_value("from"), to = request.query_value("to");
    if (!from && !to) return usual;
    const auto last = to && !to->empty() ? parse_day(*to) : today;
    const auto first = from && !from->empty() ? parse_day(*from) : last ? std::optional(*last - days(27)) : std::nullopt;
    const auto instead = [&](std::string why) { return Period{usual.first, usual.last, why + " Here are the last 28 days instead."}; };
    if (!first || !last) return instead("Please give both days as year-month-day, for example 2026-11-24.");
    if (*first > *last) return instead("The first day is after the last one.");
    if (*last - *first >= days(366)) return instead("At most 366 days can be shown at once.");
    return {*first, *last, {}};
}

}  // namespace

Selection select(Context& context, const http::Request& request) {
    const auto period = period_of(request, floor<days>(context.clock()));
    Selection selection{.first_day = format_day(period.first), .last_day = format_day(period.last), .problem = period.problem};
    selection.shows = context.catalogue.list_shows();
    const auto wanted = request.query_value("show").value_or("");
    const bool known = std::ranges::any_of(selection.shows, [&](const auto& show) { return show.slug == wanted; });
    if (known) selection.show = wanted;
    for (const auto& show : selection.shows) {
        if (known && show.slug != wanted) continue;
        auto episodes = context.catalogue.list_episodes(show.id);
        std::erase_if(episodes, [&](const auto& episode) {
            return episode.state != model::EpisodeState::withdrawn && !model::is_public(episode, context.clock());
        });
        std::ranges::reverse(episodes);
        std::ranges::move(episodes, std::back_inserter(selection.episodes));
    }
    return selection;
}

analytics::Statistics::Query query_of(const Selection& selection) {
    analytics::Statistics::Query query{selection.first_day, selection.last_day, {}};
    for (const auto& episode : selection.episodes) query.episodes.push_back(episode.id);
    return query;
}

std::string shown(const analytics::Statistics::Figure& figure, unsigned suppress_below) {
    return figure.value ? grouped(*figure.value) : fmt::format("fewer than {}", suppress_below);
}

}  // namespace earshot::web
