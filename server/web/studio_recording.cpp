#include "server/web/studio_recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "server/web/studio_parts.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

// "−16.0": with the sign that readers expect, not the hyphen.
std::string signed_number(double number, std::string_view unit) {
    const auto text = fmt::format("{:.1f}", std::fabs(number));
    return fmt::format("{}{} {}", number < 0 && text != "0.0" ? "−" : "", text, unit);
}

void put_loudness(Values& row, const model::Loudness& loudness) {
    row.set("LOUDNESS", loudness.integrated_lufs <= -70 ? "silence" : signed_number(loudness.integrated_lufs, "LUFS"));
    row.set("PEAK", loudness.integrated_lufs <= -70 ? "–" : signed_number(loudness.true_peak_dbtp, "dBTP"));
    row.set("RANGE", fmt::format("{:.1f} LU", loudness.range_lu));
}

std::string container_word(const std::string& name) {
    static const std::map<std::string_view, std::string_view> words{{"wav", "WAV"}, {"w64", "Wave64"}, {"flac", "FLAC"}, {"aiff", "AIFF"},
                                                                    {"caf", "CAF"}, {"mp3", "MP3"},    {"ogg", "Ogg"}};
    const auto found = words.find(name);
    if (found != words.end()) return std::string(found->second);
    return name.find("mp4") != std::string::npos ? "MPEG-4 audio" : name;
}

std::string channel_word(std::uint32_t channels) {
    return channels == 1 ? "mono" : channels == 2 ? "stereo" : fmt::format("{} channels", channels);
}

std::string sound_of(const model::MasterInfo& info) {
    auto text = fmt::format("{}, {:g} kHz", container_word(info.container), info.sample_rate / 1000.0);
    if (info.bits_per_sample > 0) text += fmt::format(", {} bit", info.bits_per_sample);
    return text + ", " + channel_word(info.channels);
}

std::string exact_duration(std::chrono::milliseconds time) {
    return model::format_clock(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::round<std::chrono::seconds>(time)));
}

std::string rendition_word(const model::Rendition& rendition) {
    return fmt::format("{}, {} kbit/s {}", model::facts_of(rendition.codec).file_kind, (rendition.bit_rate + 500) / 1000,
                       channel_word(rendition.channels));
}

void put_master(Values& values, const model::Master& master) {
    auto& part = values.add("MASTER");
    part.set("FILE", master.file_name)
        .set("SIZE", file_size(master.byte_length))
        .set("UPLOADED", model::format_rfc3339(master.uploaded_at));
    part.set("UPLOADED_DAY", long_date(master.uploaded_at));
    if (!master.info) return;
    part.add("INFO").set("SOUND", sound_of(*master.info)).set("DURATION", exact_duration(master.info->duration));
    for (const auto& sentence : master.info->warnings) part.add("WARNING").set("SENTENCE", sentence);
    if (master.info->embedded.empty()) part.show("NOTHING_EMBEDDED");
    put_gives_away(part, "GIVES_AWAY", "RECORDING", master.info->embedded);
}

void put_renditions(Values& values, const model::Episode& episode, bool being_replaced) {
    auto& part = values.add("RENDITIONS");
    if (being_replaced) part.show("OLD_RENDITIONS");
    for (const auto& rendition : episode.renditions) {
        auto& item = part.add("RENDITION");
        item.set("NAME", rendition_word(rendition)).set("SIZE", file_size(rendition.byte_length));
        item.set("SRC", fmt::format("/studio/preview/{}/{}?v={}", episode.id.value, rendition.profile, rendition.sha256.substr(0, 16)));
        item.set("PROFILE", rendition.profile).set("DURATION", exact_duration(rendition.duration));
    }
    if (!episode.master->loudness) return;
    auto& table = part.add("TABLE");
    put_loudness(table, *episode.master->loudness);
    for (const auto& rendition : episode.renditions) {
        put_loudness(table.add("ROW").set("NAME", rendition_word(rendition)), rendition.loudness);
    }
}

}  // namespace

void put_recording(Values& values, const model::Episode& episode, const std::vector<model::Job>& newest_first, bool is_public) {
    put_job(values, newest_first);
    if (!episode.master) {
        values.show("NO_MASTER");
        return;
    }
    put_master(values, *episode.master);
    if (is_public) values.show("WARN_REPLACE");
    if (episode.renditions.empty()) return;
    const bool being_replaced = std::ranges::any_of(newest_first, [&](const model::Job& job) {
        return is_under_way(job) && job.kind == model::JobKind::transcode && job.master != episode.master->id;
    });
    put_renditions(values, episode, being_replaced);
}

}  // namespace earshot::web
