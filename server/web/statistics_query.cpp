#include "server/web/statistics_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "server/analytics/day.hpp"
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
    bool is_usual{};
};

// `open`: the last day of a period of which only the first was given.
Period period_of(const http::Request& request, const std::string& prefix, Period usual, sys_days open) {
    usual.is_usual = true;
    const auto from = request.query_value(prefix + "from"), to = request.query_value(prefix + "to");
    if ((!from || from->empty()) && (!to || to->empty())) return usual;
    const auto length = usual.last - usual.first;
    const auto last = to && !to->empty() ? parse_day(*to) : open;
    const auto first = from && !from->empty() ? parse_day(*from) : last ? std::optional(*last - length) : std::nullopt;
    const auto instead = [&](const std::string& why) {
        usual.problem = why + fmt::format(" Here are {} days instead.", length.count() + 1);
        return usual;
    };
    if (!first || !last) return instead("Please give both days as year-month-day, for example 2026-11-24.");
    if (*first > *last) return instead("The first day is after the last one.");
    if (*last - *first >= days(366)) return instead("At most 366 days can be shown at once.");
    return {*first, *last, {}, false};
}

constexpr std::string_view dimensions[] = {"app", "device", "country", "site"};

analytics::Statistics::Query::Only only_of(const http::Request& request) {
    const auto by = request.query_value("by").value_or("");
    const auto stop = by.find(':');
    if (stop == std::string_view::npos || stop + 1 == by.size() || by.size() > 200) return {};
    if (std::ranges::find(dimensions, by.substr(0, stop)) == std::end(dimensions)) return {};
    return {std::string(by.substr(0, stop)), std::string(by.substr(stop + 1))};
}

// What was asked for and is left out: nobody shall take everybody's figures for it.
std::string left_out(const http::Request& request, const Selection& selection) {
    if (const auto show = request.query_value("show").value_or(""); selection.show != show)
        return "There is no published show of that name. Here are the figures of all shows.";
    if (const auto by = request.query_value("by").value_or(""); !by.empty() && selection.only.dimension.empty())
        return fmt::format(
            "Figures can be of one app, device, country or site, for example by=app:Overcast, but not of \"{}\". Here are all.", by);
    return {};
}

}  // namespace

storage::TimeZone zone_of(const std::vector<model::Show>& shows, std::string_view slug) {
    std::optional<std::string> name;
    for (const auto& show : shows) {
        if (!slug.empty() && show.slug != slug) continue;
        if (name && *name != show.time_zone) return {};
        name = show.time_zone;
    }
    return storage::TimeZone::find(name.value_or("")).value_or(storage::TimeZone());
}

Selection select(Context& context, const http::Request& request) {
    Selection selection;
    selection.shows = context.catalogue.list_launched_shows();
    const auto wanted = request.query_value("show").value_or("");
    const auto chosen = std::ranges::find(selection.shows, wanted, &model::Show::slug);
    if (chosen != selection.shows.end()) selection.show = wanted;
    selection.episodes = context.catalogue.list_public_lines(chosen != selection.shows.end() ? std::optional(chosen->id) : std::nullopt);

    const auto today = floor<days>(context.clock()), running = sys_days(days(analytics::first_running(context.clock())));
    const bool is_new = selection.episodes.empty() || selection.episodes.front().publish_at >= running;
    const auto usual_last = is_new ? today : running - days(1);
    const auto period = period_of(request, "", {usual_last - days(27), usual_last, {}}, today);
    const auto length = period.last - period.first + days(1);
    const auto before = period_of(request, "before_", {period.first - length, period.last - length, {}}, period.last - length);
    selection.first_day = format_day(period.first);
    selection.last_day = format_day(period.last);
    selection.today = format_day(today);
    selection.first_running = format_day(running);
    selection.problem = period.problem.empty() ? before.problem : period.problem;
    selection.is_usual = period.is_usual;
    selection.before_first = format_day(before.first);
    selection.before_last = format_day(before.last);
    selection.is_before_usual = before.is_usual;
    selection.only = only_of(request);
    selection.zone = zone_of(selection.shows, selection.show);
    if (selection.problem.empty()) selection.problem = left_out(request, selection);
    return selection;
}

std::optional<model::Show> find_launched_show(Context& context, std::string_view slug) {
    auto shows = context.catalogue.list_launched_shows();
    const auto found = std::ranges::find(shows, slug, &model::Show::slug);
    return found == shows.end() ? std::nullopt : std::optional(std::move(*found));
}

Selection select_all(Context& context, const http::Request& request) {
    auto selection = select(context, request);
    if (!selection.only.dimension.empty() && selection.problem.empty())
        selection.problem = "This page has no figures of one app, device, country or site alone. Here are those of all downloads.";
    selection.only = {};
    return selection;
}

std::vector<model::EpisodeId> ids_of(const Selection& selection) {
    std::vector<model::EpisodeId> ids;
    for (const auto& episode : selection.episodes) ids.push_back(episode.id);
    return ids;
}

analytics::Statistics::Query query_of(const Selection& selection) {
    return {selection.first_day, selection.last_day, ids_of(selection), selection.only};
}

bool was_out(const storage::EpisodeLine& episode, const std::string& day) {
    return episode.publish_at <= model::parse_rfc3339(day + "T00:00:00Z").value_or(model::Timestamp());
}

bool was_any_out(const Selection& selection, const std::string& day) {
    return !selection.episodes.empty() && was_out(selection.episodes.front(), day);  // the oldest
}

std::string title_of(const storage::EpisodeLine& episode) {
    return episode.title + (episode.is_withdrawn ? " (withdrawn)" : "");
}

std::string address_of(std::string path, const Selection& selection, bool pinned) {
    char sign = '?';
    const auto add = [&](std::string_view name, const std::string& value) {
        path += fmt::format("{}{}={}", std::exchange(sign, '&'), name, http::percent_encode(value));
    };
    if (pinned || !selection.is_usual) {
        add("from", selection.first_day);
        add("to", selection.last_day);
    }
    if (!selection.show.empty()) add("show", selection.show);
    if (!selection.is_before_usual) {
        add("before_from", selection.before_first);
        add("before_to", selection.before_last);
    }
    if (!selection.only.dimension.empty()) add("by", selection.only.dimension + ":" + selection.only.value);
    return path;
}

std::string shown(const analytics::Statistics::Figure& figure, unsigned suppress_below) {
    return figure.value ? grouped(*figure.value) : fmt::format("fewer than {}", suppress_below);
}

}  // namespace earshot::web
