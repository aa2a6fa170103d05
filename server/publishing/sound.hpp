#pragma once
// What there is to see of a recording, on its way into the store and out of it: waveforms in three resolutions, and one JSON object with
// the loudness curve and the pauses.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/media.hpp"
#include "content/storage/media_store.hpp"
#include "media/transcode.hpp"
#include "media/waveform.hpp"
#include "server/publishing/worker.hpp"

namespace earshot::publishing {

// `waveform`: what the worker wrote, the finest of the three. It is not believed: WorkerDied unless it is whole and as long as the report
// says. insufficient_storage when the disk is full.
[[nodiscard]] WorkerPool::Outcome<model::Sound> store_sound(storage::MediaStore& store, std::unique_ptr<storage::PendingObject> waveform,
                                                            const media::TranscodeReport& report);

struct SoundAnalysis {
    media::LoudnessCurve curve;
    std::vector<media::Pause> pauses;
};
// Nothing when the object is gone or not ours.
[[nodiscard]] std::optional<SoundAnalysis> read_analysis(storage::MediaStore& store, const model::Sound& sound);

// The coarsest waveform with at least so many points, else the finest. Nothing as above.
[[nodiscard]] std::optional<media::Waveform> read_waveform(storage::MediaStore& store, const model::Sound& sound, std::size_t least_points);

// "10.dat", "100.json" → where that file of the waveform is kept and of what kind it is.
struct WaveformObject {
    std::string key;
    std::string_view content_type;
};
[[nodiscard]] std::optional<WaveformObject> find_waveform(const std::optional<model::Sound>& sound, std::string_view file);

}  // namespace earshot::publishing
