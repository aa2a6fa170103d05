#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>

#include "content/model/text.hpp"
#include "content/model/time.hpp"
#include "content/model/transcript_forms.hpp"
#include "server/publishing/editing.hpp"

namespace earshot::publishing {

namespace {

using model::Errc;
using model::fail;

std::optional<std::chrono::milliseconds> moment_in(const boost::json::object& segment, std::string_view name) {
    const auto* value = segment.if_contains(name);
    const double seconds = value != nullptr && value->is_number() ? value->to_number<double>() : -1;
    if (!(seconds >= 0 && seconds < 1e7)) return std::nullopt;
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

std::string words_in(const boost::json::object& segment, std::string_view name) {
    const auto* value = segment.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

// The podcast namespace's form; members it does not know are passed over. A segment without a speaker is nobody's.
model::Result<std::vector<model::Cue>> cues_from_json(std::string_view source) {
    boost::system::error_code error;
    const auto document = boost::json::parse(source, error);
    if (error) return fail(Errc::unprocessable, fmt::format("The transcript is not valid JSON: {}.", error.message()));
    const auto* list = document.is_object() ? document.as_object().if_contains("segments") : nullptr;
    if (list == nullptr || !list->is_array())
        return fail(Errc::unprocessable, "A JSON transcript needs a list named \"segments\" with \"startTime\" and \"body\" in each.");
    std::vector<model::Cue> cues;
    std::size_t number = 0;
    for (const auto& row : list->as_array()) {
        const auto which = fmt::format("Segment {} of the JSON transcript", ++number);
        const auto start = row.is_object() ? moment_in(row.as_object(), "startTime") : std::nullopt;
        if (!start) return fail(Errc::unprocessable, which + " needs a \"startTime\" in seconds.");
        const auto& segment = row.as_object();
        const auto* end = segment.if_contains("endTime");
        const auto until = moment_in(segment, "endTime");
        if (end != nullptr && !end->is_null() && (!until || *until < *start))
            return fail(Errc::unprocessable, which + ": \"endTime\" must be seconds, and not before \"startTime\".");
        if (!cues.empty() && *start < cues.back().start)
            return fail(Errc::unprocessable, which + " starts before the one above it; put the segments in order of time.");
        auto body = model::clean_text(words_in(segment, "body"));
        if (model::clean_line(body).empty()) continue;
        cues.push_back({*start, until.value_or(*start), model::clean_line(words_in(segment, "speaker")), std::move(body)});
    }
    if (cues.empty()) return fail(Errc::unprocessable, "The JSON transcript has no segments with a \"body\" of words.");
    model::complete_ends(cues);
    return cues;
}

}  // namespace

model::Status same_audio(const model::Episode& checked, const model::Episode& now) {
    if (checked.renditions.empty() || (now.master && checked.master && now.master->id == checked.master->id)) return {};
    return fail(Errc::conflict,
                "The audio changed while this was being saved. Make sure that it fits what is heard now, then hand it in again.");
}

model::Result<model::Transcript> read_transcript(std::string_view source, std::string_view language,
                                                 std::optional<std::chrono::milliseconds> duration) {
    auto tag = tidy_language(language);
    if (!tag) return std::unexpected(std::move(tag.error()));
    auto body = source;
    if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
    body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
    std::string written;
    if (body.starts_with('{') || body.starts_with('[') || body.starts_with('<')) {
        const auto cues = body.front() == '<' ? model::parse_html_cues(source) : cues_from_json(body);
        if (!cues) return std::unexpected(cues.error());
        source = written = model::to_vtt(*cues);
    }
    auto transcript = model::make_transcript(source, std::move(*tag));
    if (!transcript || !duration) return transcript;
    if (auto fits = model::check_timing(*model::parse_cues(transcript->source), *duration); !fits) return std::unexpected(fits.error());
    return transcript;
}

}  // namespace earshot::publishing
