#include "server/publishing/sound.hpp"

#include <boost/json.hpp>
#include <cmath>
#include <span>
#include <stdexcept>

#include "server/publishing/tagging.hpp"

namespace json = boost::json;

namespace earshot::publishing {

namespace {

constexpr std::uint32_t resolutions[] = {media::waveform_points_a_second, 10, 1};
constexpr double most_seconds_amiss = 0.25;

model::Result<std::string> store_bytes(storage::MediaStore& store, std::string_view bytes) {
    const auto object = store.create();
    if (auto written = object->append(std::as_bytes(std::span(bytes))); !written) return std::unexpected(written.error());
    return object->commit();
}

std::string analysis_json(const media::TranscodeReport& report) {
    json::array pauses;
    for (const media::Pause& pause : report.pauses)
        pauses.push_back(json::object{{"start_ms", pause.start.count()}, {"end_ms", pause.end.count()}, {"silent", pause.silent}});
    return json::serialize(json::object{{"target_lufs", report.curve.target_lufs},
                                        {"short_term_lufs", json::value_from(report.curve.short_term_lufs)},
                                        {"pauses", std::move(pauses)}});
}

double seconds_of(const media::Waveform& waveform) {
    return static_cast<double>(waveform.lows.size()) * waveform.samples_per_point / waveform.sample_rate;
}

}  // namespace

WorkerPool::Outcome<model::Sound> store_sound(storage::MediaStore& store, std::unique_ptr<storage::PendingObject> written,
                                              const media::TranscodeReport& report) {
    using Stored = model::Result<model::Sound>;
    const auto finest_key = written->commit();
    if (!finest_key) return Stored(std::unexpected(finest_key.error()));
    const auto bytes = read_object(store, *finest_key);
    if (!bytes) return std::unexpected(WorkerDied{"the waveform is not in the store: " + bytes.error().message, true});
    const auto finest = media::parse_waveform_dat(*bytes);
    if (!finest || std::abs(seconds_of(*finest) - std::chrono::duration<double>(report.master.duration).count()) > most_seconds_amiss)
        return std::unexpected(WorkerDied{"the waveform is not one of this recording"});

    model::Sound sound;
    for (const std::uint32_t points : resolutions) {
        const auto shape = media::coarser(*finest, media::waveform_points_a_second / points);
        auto dat = points == media::waveform_points_a_second ? finest_key : store_bytes(store, media::waveform_dat(shape));
        if (!dat) return Stored(std::unexpected(dat.error()));
        auto text = store_bytes(store, media::waveform_json(shape));
        if (!text) return Stored(std::unexpected(text.error()));
        sound.waveforms.push_back({points, std::move(*dat), std::move(*text)});
    }
    auto analysis = store_bytes(store, analysis_json(report));
    if (!analysis) return Stored(std::unexpected(analysis.error()));
    sound.analysis_key = std::move(*analysis);
    return Stored(std::move(sound));
}

std::optional<SoundAnalysis> read_analysis(storage::MediaStore& store, const model::Sound& sound) {
    const auto bytes = read_object(store, sound.analysis_key);
    if (!bytes) return std::nullopt;
    try {
        const json::value value = json::parse(*bytes);
        SoundAnalysis analysis;
        analysis.curve.target_lufs = value.at("target_lufs").to_number<double>();
        for (const auto& lufs : value.at("short_term_lufs").as_array()) analysis.curve.short_term_lufs.push_back(lufs.to_number<double>());
        for (const auto& pause : value.at("pauses").as_array())
            analysis.pauses.push_back({std::chrono::milliseconds(pause.at("start_ms").to_number<std::int64_t>()),
                                       std::chrono::milliseconds(pause.at("end_ms").to_number<std::int64_t>()),
                                       pause.at("silent").as_bool()});
        return analysis;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

std::optional<media::Waveform> read_waveform(storage::MediaStore& store, const model::Sound& sound, std::size_t least_points) {
    std::optional<media::Waveform> finer;
    for (auto files = sound.waveforms.rbegin(); files != sound.waveforms.rend(); ++files) {
        const auto bytes = read_object(store, files->dat_key);
        if (!bytes) return std::nullopt;
        finer = media::parse_waveform_dat(*bytes);
        if (!finer || finer->lows.size() >= least_points) return finer;
    }
    return finer;
}

std::optional<WaveformObject> find_waveform(const std::optional<model::Sound>& sound, std::string_view file) {
    if (!sound) return std::nullopt;
    for (const model::WaveformFiles& files : sound->waveforms) {
        const std::string points = std::to_string(files.points_a_second);
        if (file == points + ".dat") return WaveformObject{files.dat_key, "application/octet-stream"};
        if (file == points + ".json") return WaveformObject{files.json_key, "application/json"};
    }
    return std::nullopt;
}

}  // namespace earshot::publishing
