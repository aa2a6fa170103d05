#pragma once
// The first reading of a master: its loudness, its exact length, and what a producer should know about it.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "content/model/error.hpp"
#include "content/model/media.hpp"
#include "media/av/audio_reader.hpp"
#include "media/dc_offset.hpp"
#include "media/loudness_trace.hpp"
#include "media/waveform.hpp"

namespace earshot::media {

constexpr double longest_seconds = 12 * 3600;

struct MasterScan {
    model::Loudness loudness, mixed;  // the latter of a stereo master mixed down to mono, where asked for
    LoudnessTrace trace, mixed_trace;
    std::optional<WaveformBuilder> waveform;  // where asked for
    std::uint64_t frames{};
    double seconds{};
    std::uint64_t clipped_places{};
    Offset offset{};  // that is still in there and worth taking out
    std::vector<std::string> warnings;
};

struct ScanOptions {
    bool with_mix{}, with_waveform{};
    model::Redactions redactions;                 // the reader's
    std::optional<std::uint64_t> clipped_places;  // of an earlier reading: they show only while the offset is in there
    double most_seconds{longest_seconds};
};

// Reads to the end. `tick` is called per block with the seconds read and may throw to stop.
// Errors (unprocessable): no samples, longer than most_seconds, damaged or cut short with less than a second left.
[[nodiscard]] model::Result<MasterScan> scan_master(av::AudioReader& reader, const std::function<void(double seconds)>& tick,
                                                    const ScanOptions& options = {});

}  // namespace earshot::media
