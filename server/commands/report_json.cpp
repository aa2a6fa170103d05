#include "server/commands/report_json.hpp"

#include <boost/json.hpp>
#include <cmath>
#include <string_view>

namespace json = boost::json;

namespace earshot::commands {
namespace {

double rounded(double value) {
    return std::round(value * 100) / 100;
}
double seconds_of(std::chrono::milliseconds duration) {
    return static_cast<double>(duration.count()) / 1000;
}

json::object to_object(const model::Loudness& loudness) {
    return {{"integrated_lufs", rounded(loudness.integrated_lufs)},
            {"true_peak_dbtp", rounded(loudness.true_peak_dbtp)},
            {"range_lu", rounded(loudness.range_lu)}};
}

json::object to_object(const std::string& file, const model::MasterInfo& info, const model::Loudness& loudness) {
    json::array embedded;
    for (const auto& item : info.embedded)
        embedded.push_back(json::object{{"what", item.what}, {"value", item.value}, {"where", item.where}});
    json::object object{{"file", file},
                        {"container", info.container},
                        {"codec", info.codec},
                        {"sample_rate", info.sample_rate},
                        {"channels", info.channels}};
    if (info.bits_per_sample != 0) object["bits_per_sample"] = info.bits_per_sample;
    object["duration_seconds"] = seconds_of(info.duration);
    object["loudness"] = to_object(loudness);
    object["embedded"] = std::move(embedded);
    json::array chapters;
    for (const auto& chapter : info.chapters) {
        json::object line{{"start_seconds", seconds_of(chapter.start)}, {"title", chapter.title}};
        if (!chapter.href.empty()) line["href"] = chapter.href;
        chapters.push_back(std::move(line));
    }
    object["chapters"] = std::move(chapters);
    return object;
}

json::object to_object(const std::string& file, const media::RenditionReport& rendition) {
    return {{"profile", rendition.profile},
            {"file", file},
            {"bit_rate", rendition.bit_rate},
            {"sample_rate", rendition.sample_rate},
            {"channels", rendition.channels},
            {"duration_seconds", seconds_of(rendition.duration)},
            {"byte_length", rendition.byte_length},
            {"gain_db", rounded(rendition.gain_db)},
            {"loudness", to_object(rendition.loudness)}};
}

// boost::json writes everything on one line, numbers as 1.6E1; this is read by people too.
void print(std::string& out, const json::value& value, const std::string& indent) {
    const std::string inner = indent + "  ";
    const auto list = [&](std::size_t size, char open, char close, auto&& item) {
        out += open;
        for (std::size_t i = 0; i < size; ++i) {
            out += (i == 0 ? "\n" : ",\n") + inner;
            item(i);
        }
        if (size != 0) out += "\n" + indent;
        out += close;
    };
    if (const auto* object = value.if_object()) {
        list(object->size(), '{', '}', [&](std::size_t i) {
            const auto& member = *std::next(object->begin(), static_cast<std::ptrdiff_t>(i));
            out += json::serialize(json::value(member.key())) + ": ";
            print(out, member.value(), inner);
        });
    } else if (const auto* array = value.if_array()) {
        list(array->size(), '[', ']', [&](std::size_t i) { print(out, (*array)[i], inner); });
    } else if (const auto* number = value.if_double()) {
        std::string text = std::to_string(*number);
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text += '0';
        out += text;
    } else {
        out += json::serialize(value);
    }
}

std::string printed(const json::value& value) {
    std::string out;
    print(out, value, "");
    return out + "\n";
}

}  // namespace

std::string probe_json(const std::string& file, const media::Measurement& measured) {
    return printed(to_object(file, measured.master, measured.loudness));
}

std::string transcode_json(const std::string& master, const media::TranscodeReport& report, const std::vector<std::string>& files,
                           const std::vector<std::string>& waveforms, double seconds) {
    json::array renditions, warnings, pauses;
    for (std::size_t i = 0; i < report.renditions.size(); ++i) renditions.push_back(to_object(files.at(i), report.renditions[i]));
    for (const auto& warning : report.warnings) warnings.emplace_back(warning);
    for (const auto& pause : report.pauses)
        pauses.push_back(
            json::object{{"start_seconds", seconds_of(pause.start)}, {"end_seconds", seconds_of(pause.end)}, {"silent", pause.silent}});
    return printed(json::object{{"master", to_object(master, report.master, report.before)},
                                {"renditions", std::move(renditions)},
                                {"warnings", std::move(warnings)},
                                {"pauses", std::move(pauses)},
                                {"waveforms", json::array(waveforms.begin(), waveforms.end())},
                                {"seconds", rounded(seconds)},
                                {"speed", rounded(seconds > 0 ? seconds_of(report.master.duration) / seconds : 0)}});
}

}  // namespace earshot::commands
