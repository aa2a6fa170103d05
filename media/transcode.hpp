#pragma once
// One master in, every rendition out: decode once to measure, once to encode; one linear gain, true-peak limiter, encoders side by side.
// Works on descriptors only and knows no catalogue. Runs in the sandboxed worker (and in `earshot transcode`).

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"
#include "content/model/media.hpp"
#include "media/pauses.hpp"

namespace earshot::media {

struct RenditionOutput {
    model::RenditionProfile profile;
    int descriptor{-1};  // empty file, read-write, seekable
};

struct RenditionReport {
    std::string profile;
    std::uint32_t bit_rate{}, sample_rate{}, channels{};
    std::chrono::milliseconds duration{};
    std::uint64_t byte_length{};
    model::Loudness loudness;  // of the decoded rendition
    double gain_db{};          // applied before the limiter
};
// How loud the first rendition is from second to second.
struct LoudnessCurve {
    double target_lufs{};
    std::vector<double> short_term_lufs;  // one a second; see loudness_curve()
};
struct TranscodeReport {
    model::MasterInfo master;
    model::Loudness before;
    std::vector<RenditionReport> renditions;
    std::vector<std::string> warnings;  // "The master is clipped …": sentences for a producer
    std::vector<Pause> pauses;          // the first thousand
    LoudnessCurve curve;
};

// (stage, 0…1): "measuring", "encoding", "checking", and the last two with " again" when a rendition came out too loud. The fraction grows
// with time about evenly, but not while something is done again. Returns false to stop: transcode then fails with Errc::conflict
// "cancelled".
using Progress = std::function<bool(std::string_view stage, double fraction)>;

// Writes untagged essence files (MP3 with an exact Info/LAME frame and no ID3; faststart M4A), as long as the master to the sample. A
// truncated master is used as far as it decodes, with a warning, when at least 1 s is there; a WAV header that lies is not believed. Every
// output is decoded again and holds target_lufs ± 0.1 and ceiling_dbtp. Three kinds of master are encoded with a warning instead: silent
// and very short (< 0.4 s) ones keep their level, and one that is nothing but peaks stays under its target. The ceiling always holds.
// `waveform`: an empty file for the shape of the first rendition (see waveform.hpp), or -1. `redactions` (checked, see model/redaction.hpp)
// are taken out of the master first: everything here, also the report's figures and chapters of the master, is of what is left. Errors:
// those of probe(); conflict when stopped; insufficient_storage; invalid_input for a rate the codec cannot deliver. AvError is thrown only
// for what neither the master nor the disk can cause.
[[nodiscard]] model::Result<TranscodeReport> transcode(int master, const std::vector<RenditionOutput>& outputs, const Progress& progress,
                                                       int waveform = -1, const model::Redactions& redactions = {});

// What probe() says of a file, and how loud it is from its begin to its end, at its own rate.
struct Measurement {
    model::MasterInfo master;
    model::Loudness loudness;
};
[[nodiscard]] model::Result<Measurement> measure(int descriptor);

}  // namespace earshot::media
