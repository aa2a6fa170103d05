// `earshot count`: an audit's way into the very code that counts while the server runs.

#include <boost/json.hpp>
#include <iostream>
#include <stdexcept>

#include <fmt/format.h>

#include "server/analytics/count.hpp"
#include "server/commands/commands.hpp"
#include "server/counting_lists.hpp"

namespace earshot::commands {

namespace {

namespace json = boost::json;
using analytics::Verdict;

struct Malformed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string text(const json::object& line, std::string_view key, bool required = true) {
    const auto* value = line.if_contains(key);
    if (value == nullptr || value->is_null()) {
        if (required) throw Malformed(fmt::format("\"{}\" is missing", key));
        return {};
    }
    if (!value->is_string()) throw Malformed(fmt::format("\"{}\" must be text", key));
    return std::string(value->get_string());
}

std::uint64_t number(const json::value* value, std::string_view what) {
    boost::system::error_code error;
    const auto result = value != nullptr ? value->to_number<std::uint64_t>(error) : 0;
    if (value == nullptr || error) throw Malformed(fmt::format("\"{}\" must be a whole number, 0 or more", what));
    return result;
}

bool flag(const json::object& line, std::string_view key, bool otherwise) {
    const auto* value = line.if_contains(key);
    if (value == nullptr) return otherwise;
    if (!value->is_bool()) throw Malformed(fmt::format("\"{}\" must be true or false", key));
    return value->get_bool();
}

std::vector<model::Interval> intervals(const json::object& line) {
    std::vector<model::Interval> result;
    const auto* list = line.if_contains("acked");
    if (list == nullptr) return result;
    if (!list->is_array()) throw Malformed("\"acked\" must be a list of [begin, end)");
    for (const auto& item : list->get_array()) {
        if (!item.is_array() || item.get_array().size() != 2) throw Malformed("\"acked\" must be a list of [begin, end)");
        const model::Interval interval{number(&item.get_array()[0], "acked"), number(&item.get_array()[1], "acked")};
        if (interval.begin > interval.end) throw Malformed("an interval of \"acked\" ends before it begins");
        result.push_back(interval);
    }
    return result;
}

model::CountedFile file_of(const json::object& line) {
    const auto* file = line.if_contains("file");
    if (file == nullptr || !file->is_object()) throw Malformed("\"file\" must be an object");
    const auto& numbers = file->get_object();
    return {number(numbers.if_contains("size"), "size"), number(numbers.if_contains("audio_start"), "audio_start"),
            number(numbers.if_contains("bytes_for_60s"), "bytes_for_60s")};
}

model::Delivery delivery_of(std::string_view source) {
    boost::system::error_code error;
    const auto document = json::parse(json::string_view(source.data(), source.size()), error);
    if (error || !document.is_object()) throw Malformed("this is not a JSON object");
    const auto& line = document.get_object();
    model::Delivery delivery;
    const auto time = model::parse_rfc3339(text(line, "time"));
    if (!time) throw Malformed("\"time\" must look like 2026-11-23T10:00:00Z");
    delivery.time = *time;
    delivery.address = text(line, "address");
    delivery.user_agent = text(line, "agent", false);
    delivery.referrer = text(line, "referrer", false);
    delivery.method = text(line, "method");
    delivery.status = static_cast<int>(number(line.if_contains("status"), "status"));
    delivery.range = text(line, "range", false);
    delivery.acknowledged = intervals(line);
    delivery.episode.value = text(line, "episode");
    delivery.file = file_of(line);
    delivery.requests = flag(line, "first", true) ? 1 : 0;
    delivery.opted_out = flag(line, "opted_out", false);
    delivery.preview = flag(line, "preview", false);
    return delivery;
}

json::object result_of(const analytics::Counter& counter) {
    json::object downloads;
    for (const auto& [episode, days] : counter.downloads()) {
        json::object by_day;
        for (const auto& [day, count] : days) by_day[analytics::format_day(day)] = count;
        downloads[episode] = std::move(by_day);
    }
    json::object not_counted;
    for (std::size_t i = 0; i < analytics::verdicts; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        if (verdict != Verdict::counted && counter.tally(verdict) > 0) not_counted[analytics::to_string(verdict)] = counter.tally(verdict);
    }
    return {{"downloads", std::move(downloads)}, {"not_counted", std::move(not_counted)}, {"requests", counter.requests()}};
}

}  // namespace

int count(const ConfigOption& options) {
    const auto recognition = app::load_counting_lists(options);
    if (!recognition) {
        fmt::print(stderr, "{}\n", recognition.error().message);
        return 1;
    }
    std::ios::sync_with_stdio(false);
    analytics::Counter counter(*recognition);
    std::string line;
    for (std::size_t line_number = 1; std::getline(std::cin, line); ++line_number) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        try {
            const auto delivery = delivery_of(line);
            if (!counter.is_timely(delivery)) throw Malformed("its day is over already: deliveries must come in time order");
            counter.add(delivery);
        } catch (const Malformed& error) {
            fmt::print(stderr, "line {}: {}.\n", line_number, error.what());
            return 1;
        }
    }
    fmt::print("{}\n", json::serialize(result_of(counter)));
    return 0;
}

}  // namespace earshot::commands
