// Downloads per episode and day. Small numbers arrive hidden from the analytics room and stay so.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "server/analytics/day.hpp"
#include "server/api/csv.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"
#include "server/api/period.hpp"

namespace earshot::api {

namespace {

using analytics::Statistics;
using boost::json::array;
using boost::json::monotonic_resource;
using boost::json::object;
using boost::json::storage_ptr;
using http::problem;
using model::Errc;
using model::fail;

struct Subject {
    std::shared_ptr<const model::Show> show;
    storage::EpisodeLine episode;
};
struct Question {
    Statistics::Query query;
    std::vector<Subject> subjects;  // same order as query.episodes
};

// Analysts see numbers of what was public, and nothing of what is to come.
model::Result<Question> read_question(Context& context, const Request& request) {
    for (const http::Field& given : request.query)
        if (given.name != "show" && given.name != "episode" && given.name != "from" && given.name != "to")
            return fail(Errc::invalid_input, "Known parameters are show, episode, from and to.");
    const auto period = read_period(request, context.clock());
    if (!period) return std::unexpected(period.error());
    Question question{.query = {period->first_day, period->last_day, {}}};
    const auto wanted_show = request.query_value("show");
    const auto wanted_episode = request.query_value("episode");
    bool show_found = !wanted_show;
    const auto lines = context.catalogue.list_public_lines();
    for (model::Show& each : context.catalogue.list_launched_shows()) {
        if (wanted_show && each.slug != *wanted_show && each.id.value != *wanted_show) continue;
        show_found = true;
        const auto show = std::make_shared<const model::Show>(std::move(each));
        for (const auto& episode : lines) {
            if (episode.show != show->id || (wanted_episode && episode.id.value != *wanted_episode)) continue;
            question.query.episodes.push_back(episode.id);
            question.subjects.push_back({show, episode});
        }
    }
    if (!show_found) return fail(Errc::not_found, "There is no such show, or nothing of it was ever public.");
    if (wanted_episode && question.subjects.empty()) return fail(Errc::not_found, "There is no such episode, or it was never public.");
    return question;
}

// All that goes into an answer lies in one memory of its own: there are tens of thousands of small objects.
object figure(const Statistics::Figure& value, unsigned hidden_below, const storage_ptr& memory) {
    if (value.value) return object({{"downloads", *value.value}}, memory);
    return object({{"downloads", nullptr}, {"fewer_than", hidden_below}}, memory);
}

object count(const Statistics::Figure& value, const storage_ptr& memory) {
    if (value.value) return object({{"requests", *value.value}}, memory);
    return object({{"requests", nullptr}}, memory);
}

object report_object(const Subject& subject, const Statistics::EpisodeReport& report, unsigned hidden_below, const storage_ptr& memory) {
    array days(memory);
    days.reserve(report.days.size());
    for (const Statistics::DayRow& row : report.days) {
        object day = figure(row.downloads, hidden_below, memory);
        day["day"] = row.day;
        days.push_back(std::move(day));
    }
    object total = figure(report.total, hidden_below, memory);
    total["is_partial"] = report.total_is_partial;
    object result({{"id", subject.episode.id.value},
                   {"slug", subject.episode.slug},
                   {"title", subject.episode.title},
                   {"show", {{"id", subject.show->id.value}, {"slug", subject.show->slug}, {"title", subject.show->title}}}},
                  memory);
    result["days"] = std::move(days);
    result["total"] = std::move(total);
    return result;
}

object tally_object(const Statistics::Tally& tally, const storage_ptr& memory) {
    object reasons(tally.reasons.size(), memory), result(memory);
    for (const auto& [reason, value] : tally.reasons) reasons[reason] = count(value, memory);
    result["total"] = count(tally.requests, memory);
    result["by_reason"] = std::move(reasons);
    return result;
}

// What became of every request: of all episodes, of each, and of each hour when one day is asked for whose hours are still known.
object requests_object(Statistics& statistics, const Question& question, const storage_ptr& memory) {
    const auto tallies = statistics.tallies(question.query);
    object result = tally_object(tallies.all, memory);
    array episodes(memory);
    for (std::size_t i = 0; i < tallies.by_episode.size(); ++i) {
        object one = tally_object(tallies.by_episode[i], memory);
        one["id"] = question.subjects[i].episode.id.value;
        episodes.push_back(std::move(one));
    }
    result["by_episode"] = std::move(episodes);
    if (!tallies.by_hour.empty()) {
        array hours(memory);
        for (const auto& tally : tallies.by_hour) {
            object hour = tally_object(tally, memory);
            hour["hour"] = hours.size();
            hours.push_back(std::move(hour));
        }
        result["by_hour"] = std::move(hours);
    }
    return result;
}

constexpr std::pair<std::string_view, std::string_view> breakdowns[] = {
    {"apps", "app"}, {"devices", "device"}, {"countries", "country"}, {"sites", "site"}};

array breakdown_array(std::string_view dimension, const Statistics::Breakdown& breakdown, unsigned hidden_below,
                      const storage_ptr& memory) {
    array result(memory);
    for (const auto& [name, value] : breakdown) {
        object row = figure(value, hidden_below, memory);
        row[dimension] = name;
        result.push_back(std::move(row));
    }
    return result;
}

void put_breakdowns(object& answer, Statistics& statistics, const Statistics::Query& query, unsigned hidden_below) {
    std::vector<std::string_view> dimensions;
    for (const auto& [list, dimension] : breakdowns) dimensions.push_back(dimension);
    const auto all = statistics.breakdowns(dimensions, query);
    for (std::size_t i = 0; const auto& [list, dimension] : breakdowns)
        answer[list] = breakdown_array(dimension, all[i++], hidden_below, answer.storage());
}

}  // namespace

Answer get_statistics(Context& context, const Request& request) {
    const auto question = read_question(context, request);
    if (!question) return problem(question.error());
    note_look(context, request, {"show", "episode", "from", "to"});
    const unsigned below = context.settings.statistics.suppress_below;
    const auto reports = context.statistics.report(question->query);
    monotonic_resource resource;
    const storage_ptr memory(&resource);
    array episodes(memory);
    for (std::size_t i = 0; i < reports.size(); ++i) episodes.push_back(report_object(question->subjects[i], reports[i], below, memory));
    object answer({{"from", question->query.first_day}, {"to", question->query.last_day}}, memory);
    answer["episodes"] = std::move(episodes);
    if (const auto day = context.statistics.first_rounded_day(question->query))
        answer["rounded"] = object({{"from", *day}, {"steps_of", below}}, memory);
    put_breakdowns(answer, context.statistics, question->query, below);
    answer["requests"] = requests_object(context.statistics, *question, memory);
    return http::json(200, serialize(answer));
}

Answer get_statistics_csv(Context& context, const Request& request) {
    const auto question = read_question(context, request);
    if (!question) return problem(question.error());
    const auto reports = context.statistics.report(question->query);
    const auto running = analytics::format_day(analytics::first_running(context.clock()));
    std::string csv = "day,show,episode,title,downloads,running\r\n";
    for (std::size_t i = 0; i < reports.size(); ++i) {
        const Subject& subject = question->subjects[i];
        for (const Statistics::DayRow& row : reports[i].days) {
            csv += fmt::format("{},{},{},{},", row.day, csv_cell(subject.show->slug), csv_cell(subject.episode.slug),
                               csv_cell(subject.episode.title));
            csv += row.downloads.value ? std::to_string(*row.downloads.value)
                                       : fmt::format("\"fewer than {}\"", context.settings.statistics.suppress_below);
            csv += row.day >= running ? ",running\r\n" : ",\r\n";
        }
    }
    note(context, request, "statistics.export", address_with(request, {"show", "episode", "from", "to"}));
    return csv_reply(std::move(csv), fmt::format("downloads-{}-{}.csv", question->query.first_day, question->query.last_day));
}

}  // namespace earshot::api
