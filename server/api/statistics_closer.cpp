// What the statistics pages show beyond days: downloads by an episode's age, how far deliveries reach, the day that runs, staff's notes.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

#include "content/model/time.hpp"
#include "server/analytics/audio_bytes.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"
#include "server/api/period.hpp"

namespace earshot::api {

namespace {

using analytics::Statistics;
using boost::json::array;
using boost::json::object;
using http::problem;
using model::Errc;

object sum_object(const Statistics::Total& total, unsigned hidden_below) {
    object result;
    if (total.shown > 0 || !(total.is_partial || total.is_rounded))
        result = {{"downloads", total.shown}};
    else if (total.is_partial)
        result = {{"downloads", nullptr}};  // few a day, and days add up
    else
        result = {{"downloads", nullptr}, {"fewer_than", hidden_below}};
    result["is_partial"] = total.is_partial;
    return result;
}

array ages_array(const Statistics::Ages& ages, unsigned hidden_below) {
    array result;
    for (const auto& total : ages.after) {
        auto one = sum_object(total, hidden_below);
        one["days"] = result.size() + 1;
        result.push_back(std::move(one));
    }
    return result;
}

boost::json::value reach_value(Context& context, const model::Episode& episode) {
    const auto reach = context.statistics.reach(episode.id, analytics::audio_bytes_of(episode.renditions));
    if (!reach) return nullptr;
    array parts;
    for (const auto part : reach->parts) parts.push_back(part);
    return object{{"listens", reach->listens}, {"parts", std::move(parts)}};
}

// Of one show, or of all that were ever public.
model::Result<std::vector<storage::EpisodeLine>> public_lines(Context& context, const Request& request) {
    const auto wanted = request.query_value("show");
    if (!wanted) return context.catalogue.list_public_lines();
    const auto show = find_launched_show(context, *wanted);
    if (!show) return std::unexpected(show.error());
    return context.catalogue.list_public_lines(show->id);
}

}  // namespace

Answer get_episode_statistics(Context& context, const Request& request) {
    const auto lines = context.catalogue.list_public_lines();
    const auto line = std::ranges::find(lines, model::EpisodeId{request.param("episode")}, &storage::EpisodeLine::id);
    const auto episode = line == lines.end() ? std::nullopt : context.catalogue.find_episode(line->id);
    if (!episode) return problem({Errc::not_found, "There is no such episode, or it was never public."});
    note_look(context, request, {});
    const unsigned below = context.settings.statistics.suppress_below;
    const auto ages = context.statistics.ages({{line->id, line->publish_at}}).front();
    return http::json(200, serialize(object{{"id", line->id.value},
                                            {"title", line->title},
                                            {"published_at", model::format_rfc3339(line->publish_at)},
                                            {"ages", ages_array(ages, below)},
                                            {"so_far", sum_object(ages.so_far, below)},
                                            {"reach", reach_value(context, *episode)}}));
}

Answer get_statistics_of_today(Context& context, const Request& request) {
    const auto lines = public_lines(context, request);
    if (!lines) return problem(lines.error());
    note_look(context, request, {"show"});
    std::vector<model::EpisodeId> episodes;
    for (const auto& line : *lines) episodes.push_back(line.id);
    const auto today = context.statistics.today(episodes);
    array hours;
    for (const auto hour : today.hours) hours.push_back(hour);
    return http::json(200, serialize(object{{"day", today.day}, {"at_least", today.all.shown}, {"hours_at_least", std::move(hours)}}));
}

Answer get_statistics_notes(Context& context, const Request& request) {
    const auto show = find_launched_show(context, request);
    if (!show) return problem(show.error());
    const auto period = read_period(request, context.clock());
    if (!period) return problem(period.error());
    note_look(context, request, {"from", "to"});
    array notes;
    for (const auto& note : context.annotations.list(show->id.value, period->first_day, period->last_day))
        notes.push_back(object{{"day", note.day}, {"words", note.words}, {"who", note.who}, {"of_all_shows", note.show.empty()}});
    return http::json(200, serialize(object{{"notes", std::move(notes)}}));
}

}  // namespace earshot::api
