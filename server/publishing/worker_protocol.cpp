#include "server/publishing/worker_protocol.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "content/model/text.hpp"
#include "media/master_scan.hpp"

namespace json = boost::json;

namespace earshot::publishing {
namespace {

// JSON has no infinities; silence measures as minus infinity. -200 is below anything that sounds.
double finite(double value) {
    return std::isfinite(value) ? value : -200.0;
}

std::string line(json::object object) {
    return json::serialize(object) + "\n";
}
std::string result(json::value value) {
    return line({{"result", std::move(value)}});
}

template <class T>
T number(const json::object& object, std::string_view key) {
    return object.at(key).to_number<T>();
}
std::string text(const json::object& object, std::string_view key) {
    return std::string(object.at(key).as_string());
}
// One line for people, cleaned and cut: who decodes foreign bytes may be made to say anything.
constexpr std::size_t longest_sentence = 1000, longest_name = 60;
std::string words(std::string_view said, std::size_t longest = longest_sentence) {
    return model::truncate_utf8(model::clean_line(said), longest);
}
std::chrono::milliseconds milliseconds(const json::object& object, std::string_view key) {
    return std::chrono::milliseconds(number<std::int64_t>(object, key));
}
// Within a recording of our making, which is no longer than the longest that is taken, and what a codec adds.
constexpr std::chrono::hours longest{static_cast<int>(media::longest_seconds) / 3600};
std::chrono::milliseconds moment(const json::object& object, std::string_view key) {
    const auto time = milliseconds(object, key);
    if (time.count() < 0 || time > longest + std::chrono::minutes(1)) throw std::runtime_error("a time beyond every recording");
    return time;
}

template <class T, class Make>
json::array array_of(const std::vector<T>& values, Make make) {
    json::array array;
    array.reserve(values.size());
    for (const auto& value : values) array.push_back(make(value));
    return array;
}
template <class T, class Make>
std::vector<T> vector_of(const json::object& object, std::string_view key, Make make) {
    std::vector<T> values;
    for (const auto& value : object.at(key).as_array()) values.push_back(make(value));
    return values;
}

template <class Work>
auto checked(Work work) {
    try {
        return work();
    } catch (const std::exception& error) {
        throw std::runtime_error(std::string("malformed worker message: ") + error.what());
    }
}

json::object to_object(const model::Loudness& loudness) {
    return {{"integrated_lufs", finite(loudness.integrated_lufs)},
            {"true_peak_dbtp", finite(loudness.true_peak_dbtp)},
            {"range_lu", finite(loudness.range_lu)}};
}
model::Loudness to_loudness(const json::value& value) {
    const auto& object = value.as_object();
    return {number<double>(object, "integrated_lufs"), number<double>(object, "true_peak_dbtp"), number<double>(object, "range_lu")};
}

json::array to_array(const std::vector<model::EmbeddedItem>& items) {
    return array_of(items,
                    [](const auto& item) { return json::object{{"what", item.what}, {"value", item.value}, {"where", item.where}}; });
}
std::vector<model::EmbeddedItem> to_items(const json::object& object) {
    constexpr std::size_t longest_text = 300, most_items = 1000;
    if (object.at("embedded").as_array().size() > most_items) throw std::runtime_error("too much is embedded");
    return vector_of<model::EmbeddedItem>(object, "embedded", [](const json::value& value) {
        const auto& item = value.as_object();
        const auto line = [&](std::string_view key) { return words(text(item, key), longest_text); };
        return model::EmbeddedItem{line("what"), line("value"), line("where")};
    });
}

std::vector<std::string> to_warnings(const json::object& object) {
    constexpr std::size_t most_warnings = 100;
    if (object.at("warnings").as_array().size() > most_warnings) throw std::runtime_error("too many warnings");
    return vector_of<std::string>(object, "warnings", [](const json::value& warning) { return words(warning.as_string()); });
}

json::array to_array(const std::vector<model::Chapter>& chapters) {
    return array_of(chapters, [](const model::Chapter& chapter) {
        return json::object{{"start_ms", chapter.start.count()}, {"title", chapter.title}, {"href", chapter.href}};
    });
}
std::vector<model::Chapter> to_chapters(const json::object& object) {
    return vector_of<model::Chapter>(object, "chapters", [](const json::value& chapter) {
        const auto& c = chapter.as_object();
        return model::Chapter{milliseconds(c, "start_ms"), text(c, "title"), text(c, "href")};
    });
}

json::object to_object(const model::MasterInfo& info) {
    return {{"container", info.container},
            {"codec", info.codec},
            {"sample_rate", info.sample_rate},
            {"channels", info.channels},
            {"bits_per_sample", info.bits_per_sample},
            {"duration_ms", info.duration.count()},
            {"embedded", to_array(info.embedded)},
            {"chapters", to_array(info.chapters)}};
}
model::MasterInfo to_master_info(const json::value& value) {
    const auto& object = value.as_object();
    return {.container = words(text(object, "container"), longest_name),
            .codec = words(text(object, "codec"), longest_name),
            .sample_rate = number<std::uint32_t>(object, "sample_rate"),
            .channels = number<std::uint32_t>(object, "channels"),
            .bits_per_sample = number<std::uint32_t>(object, "bits_per_sample"),
            .duration = std::clamp<std::chrono::milliseconds>(milliseconds(object, "duration_ms"), {}, longest),  // a head may state any
            .embedded = to_items(object),
            .chapters = to_chapters(object)};
}

json::object to_object(const model::RenditionProfile& profile) {
    return {{"name", profile.name},
            {"codec", model::to_string(profile.codec)},
            {"bit_rate", profile.bit_rate},
            {"mono_bit_rate", profile.mono_bit_rate},
            {"sample_rate", profile.sample_rate},
            {"target_lufs", profile.target_lufs},
            {"ceiling_dbtp", profile.ceiling_dbtp},
            {"channels", profile.channels}};
}
model::Codec to_codec(const json::object& object) {
    const auto codec = model::parse_codec(text(object, "codec"));
    if (!codec) throw std::runtime_error("unknown codec");
    return *codec;
}
model::RenditionProfile to_profile(const json::value& value) {
    const auto& object = value.as_object();
    return {.name = text(object, "name"),
            .codec = to_codec(object),
            .bit_rate = number<std::uint32_t>(object, "bit_rate"),
            .mono_bit_rate = number<std::uint32_t>(object, "mono_bit_rate"),
            .sample_rate = number<std::uint32_t>(object, "sample_rate"),
            .target_lufs = number<double>(object, "target_lufs"),
            .ceiling_dbtp = number<double>(object, "ceiling_dbtp"),
            .channels = number<std::uint32_t>(object, "channels")};
}

json::object to_object(const media::RenditionReport& report) {
    return {{"profile", report.profile},
            {"bit_rate", report.bit_rate},
            {"sample_rate", report.sample_rate},
            {"channels", report.channels},
            {"duration_ms", report.duration.count()},
            {"byte_length", report.byte_length},
            {"loudness", to_object(report.loudness)},
            {"gain_db", finite(report.gain_db)}};
}
media::RenditionReport to_rendition(const json::value& value) {
    const auto& object = value.as_object();
    return {.profile = text(object, "profile"),
            .bit_rate = number<std::uint32_t>(object, "bit_rate"),
            .sample_rate = number<std::uint32_t>(object, "sample_rate"),
            .channels = number<std::uint32_t>(object, "channels"),
            .duration = moment(object, "duration_ms"),
            .byte_length = number<std::uint64_t>(object, "byte_length"),
            .loudness = to_loudness(object.at("loudness")),
            .gain_db = number<double>(object, "gain_db")};
}

json::object to_object(const media::AudioTags& tags) {
    json::object object{{"title", tags.title},           {"show", tags.show},           {"author", tags.author},
                        {"language", tags.language},     {"copyright", tags.copyright}, {"summary", tags.summary},
                        {"transcript", tags.transcript}, {"guid", tags.guid},           {"feed_url", tags.feed_url},
                        {"page_url", tags.page_url}};
    if (tags.date) object["date"] = tags.date->time_since_epoch().count();
    if (tags.season) object["season"] = *tags.season;
    if (tags.number) object["number"] = *tags.number;
    if (tags.integrated_lufs) object["integrated_lufs"] = finite(*tags.integrated_lufs);
    object["people"] = array_of(tags.people, [](const model::Person& person) {
        return json::object{{"name", person.name}, {"role", person.role}, {"group", person.group}, {"href", person.href}};
    });
    object["chapters"] = to_array(tags.chapters);
    return object;
}
media::AudioTags to_tags(const json::value& value) {
    const auto& object = value.as_object();
    media::AudioTags tags{.title = text(object, "title"),
                          .show = text(object, "show"),
                          .author = text(object, "author"),
                          .language = text(object, "language"),
                          .copyright = text(object, "copyright"),
                          .summary = text(object, "summary"),
                          .transcript = text(object, "transcript"),
                          .guid = text(object, "guid"),
                          .feed_url = text(object, "feed_url"),
                          .page_url = text(object, "page_url")};
    if (object.contains("date")) tags.date = model::Timestamp(milliseconds(object, "date"));
    if (object.contains("season")) tags.season = number<std::uint32_t>(object, "season");
    if (object.contains("number")) tags.number = number<std::uint32_t>(object, "number");
    if (object.contains("integrated_lufs")) tags.integrated_lufs = number<double>(object, "integrated_lufs");
    tags.people = vector_of<model::Person>(object, "people", [](const json::value& person) {
        const auto& p = person.as_object();
        return model::Person{text(p, "name"), text(p, "role"), text(p, "group"), text(p, "href")};
    });
    tags.chapters = to_chapters(object);
    return tags;
}

// Of the causes only those that a file, or the disk, can be. With the others the server steers itself: a job that is "unavailable" is
// begun again and again.
model::Errc to_verdict(int code) {
    using enum model::Errc;
    for (const auto verdict : {invalid_input, too_large, unsupported_media, unprocessable, insufficient_storage})
        if (code == static_cast<int>(verdict)) return verdict;
    throw std::runtime_error("no verdict on a file");
}

WorkerLine read_line(const json::object& object) {
    using Kind = WorkerLine::Kind;
    if (const auto* progress = object.if_contains("progress")) {
        const double fraction = number<double>(object, "fraction");
        return {Kind::progress, words(progress->as_string(), longest_name), fraction >= 0 && fraction <= 1 ? fraction : 0, {}};
    }
    if (const auto* message = object.if_contains("error")) {
        const auto code = number<int>(object, "code");
        return {Kind::error, "", 0, {to_verdict(code), words(message->as_string())}};
    }
    if (const auto* sentence = object.if_contains("refusal")) return {Kind::refusal, words(sentence->as_string()), 0, {}};
    return {Kind::result, json::serialize(object.at("result")), 0, {}};
}

}  // namespace

std::string to_json(const WorkerRecord& record) {
    const json::object object{{"task", static_cast<int>(record.task)},
                              {"parent", record.parent},
                              {"degraded", record.degraded},
                              {"cpu_seconds", record.cpu_seconds},
                              {"file_bytes", record.file_bytes},
                              {"descriptors", record.descriptors},
                              {"profiles", array_of(record.profiles, [](const auto& profile) { return to_object(profile); })},
                              {"redactions", array_of(record.redactions,
                                                      [](const model::Redaction& range) {
                                                          return json::object{{"start_ms", range.start.count()},
                                                                              {"end_ms", range.end.count()},
                                                                              {"kind", model::to_string(range.kind)}};
                                                      })},
                              {"codec", model::to_string(record.codec)},
                              {"tags", to_object(record.tags)},
                              {"has_artwork", record.has_artwork},
                              {"has_waveform", record.has_waveform},
                              {"duration_ms", record.duration.count()},
                              {"is_own", record.is_own},
                              {"command", json::value_from(record.command)},
                              {"environment", json::value_from(record.environment)}};
    return json::serialize(object);
}

WorkerRecord parse_worker_record(std::string_view text_of_record) {
    return checked([&] {
        const auto value = json::parse(text_of_record);
        const auto& object = value.as_object();
        const int task = number<int>(object, "task");
        if (task < 0 || task > static_cast<int>(WorkerTask::transcribe)) throw std::runtime_error("unknown task");
        return WorkerRecord{.task = static_cast<WorkerTask>(task),
                            .parent = number<pid_t>(object, "parent"),
                            .degraded = object.at("degraded").as_bool(),
                            .cpu_seconds = number<std::uint64_t>(object, "cpu_seconds"),
                            .file_bytes = number<std::uint64_t>(object, "file_bytes"),
                            .descriptors = number<unsigned>(object, "descriptors"),
                            .profiles = vector_of<model::RenditionProfile>(object, "profiles", to_profile),
                            .redactions = vector_of<model::Redaction>(object, "redactions",
                                                                      [](const json::value& range) {
                                                                          const auto& r = range.as_object();
                                                                          return model::Redaction{
                                                                              milliseconds(r, "start_ms"), milliseconds(r, "end_ms"),
                                                                              model::parse_redaction_kind(text(r, "kind")).value()};
                                                                      }),
                            .codec = to_codec(object),
                            .tags = to_tags(object.at("tags")),
                            .has_artwork = object.at("has_artwork").as_bool(),
                            .has_waveform = object.at("has_waveform").as_bool(),
                            .duration = milliseconds(object, "duration_ms"),
                            .is_own = object.at("is_own").as_bool(),
                            .command = json::value_to<std::vector<std::string>>(object.at("command")),
                            .environment = json::value_to<std::vector<std::string>>(object.at("environment"))};
    });
}

std::string progress_line(std::string_view stage, double fraction) {
    return line({{"progress", stage}, {"fraction", finite(fraction)}});
}
std::string error_line(const model::Error& error) {
    return line({{"error", error.message}, {"code", static_cast<int>(error.code)}});
}
std::string refusal_line(std::string_view sentence) {
    return line({{"refusal", sentence}});
}

std::string result_line(const model::MasterInfo& info) {
    return result(to_object(info));
}
std::string result_line(const media::Measurement& measurement) {
    return result(json::object{{"master", to_object(measurement.master)}, {"loudness", to_object(measurement.loudness)}});
}
std::string result_line(const media::TranscodeReport& report) {
    return result(json::object{{"master", to_object(report.master)},
                               {"before", to_object(report.before)},
                               {"renditions", array_of(report.renditions, [](const auto& rendition) { return to_object(rendition); })},
                               {"warnings", array_of(report.warnings, [](const auto& warning) { return json::value(warning); })},
                               {"pauses", array_of(report.pauses,
                                                   [](const media::Pause& pause) {
                                                       return json::object{{"start_ms", pause.start.count()},
                                                                           {"end_ms", pause.end.count()},
                                                                           {"silent", pause.silent}};
                                                   })},
                               {"target_lufs", finite(report.curve.target_lufs)},
                               // In whole tenths: half a day must stay far below the longest line a worker may say.
                               {"curve", array_of(report.curve.short_term_lufs, [](double lufs) { return std::lround(lufs * 10); })}});
}
std::string result_line(const media::TaggedFile& file) {
    return result(
        json::object{{"byte_length", file.byte_length}, {"audio_start", file.audio_start}, {"bytes_for_60s", file.bytes_for_60s}});
}
std::string result_line(const PictureReport& report) {
    return result(json::object{
        {"embedded", to_array(report.embedded)},
        {"sizes", array_of(report.sizes, [](const PictureSize& size) {
             return json::object{{"pixels", size.pixels}, {"byte_length", size.byte_length}, {"webp_byte_length", size.webp_byte_length}};
         })}});
}

std::string result_line(const SandboxReport& report) {
    return result(json::object{{"missing", report.missing}});
}

WorkerLine parse_worker_line(std::string_view text_of_line) {
    return checked([&] { return read_line(json::parse(text_of_line).as_object()); });
}

template <>
model::MasterInfo parse_result(std::string_view text_of_result) {
    return checked([&] { return to_master_info(json::parse(text_of_result)); });
}
template <>
media::Measurement parse_result(std::string_view text_of_result) {
    return checked([&] {
        const auto value = json::parse(text_of_result);
        const auto& object = value.as_object();
        return media::Measurement{to_master_info(object.at("master")), to_loudness(object.at("loudness"))};
    });
}
template <>
media::TranscodeReport parse_result(std::string_view text_of_result) {
    return checked([&] {
        const auto value = json::parse(text_of_result);
        const auto& object = value.as_object();
        return media::TranscodeReport{.master = to_master_info(object.at("master")),
                                      .before = to_loudness(object.at("before")),
                                      .renditions = vector_of<media::RenditionReport>(object, "renditions", to_rendition),
                                      .warnings = to_warnings(object),
                                      .pauses = vector_of<media::Pause>(object, "pauses",
                                                                        [](const json::value& pause) {
                                                                            const auto& p = pause.as_object();
                                                                            return media::Pause{moment(p, "start_ms"), moment(p, "end_ms"),
                                                                                                p.at("silent").as_bool()};
                                                                        }),
                                      .curve = {.target_lufs = number<double>(object, "target_lufs"),
                                                .short_term_lufs = vector_of<double>(object, "curve", [](const json::value& tenths) {
                                                    return static_cast<double>(tenths.to_number<std::int32_t>()) / 10;
                                                })}};
    });
}
template <>
media::TaggedFile parse_result(std::string_view text_of_result) {
    return checked([&] {
        const auto value = json::parse(text_of_result);
        const auto& object = value.as_object();
        return media::TaggedFile{number<std::uint64_t>(object, "byte_length"), number<std::uint64_t>(object, "audio_start"),
                                 number<std::uint64_t>(object, "bytes_for_60s")};
    });
}
template <>
PictureReport parse_result(std::string_view text_of_result) {
    return checked([&] {
        const auto value = json::parse(text_of_result);
        const auto& object = value.as_object();
        return PictureReport{.sizes = vector_of<PictureSize>(object, "sizes",
                                                             [](const json::value& size) {
                                                                 const auto& s = size.as_object();
                                                                 return PictureSize{number<std::uint32_t>(s, "pixels"),
                                                                                    number<std::uint64_t>(s, "byte_length"),
                                                                                    number<std::uint64_t>(s, "webp_byte_length")};
                                                             }),
                             .embedded = to_items(object)};
    });
}
template <>
SandboxReport parse_result(std::string_view text_of_result) {
    return checked([&] {
        const auto value = json::parse(text_of_result);
        return SandboxReport{words(text(value.as_object(), "missing"))};
    });
}

}  // namespace earshot::publishing
