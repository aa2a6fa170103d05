#pragma once
// A recording's shape, loudness and pauses as SVG paths: drawn here, so that pages show them without a script, and without asking for
// audio.

#include <chrono>
#include <string>
#include <vector>

#include "content/model/episode.hpp"
#include "content/model/redaction.hpp"
#include "media/waveform.hpp"
#include "server/publishing/sound.hpp"
#include "server/web/values.hpp"

namespace earshot::web {

// Upright bars, as many as fit to be told apart on a telephone, in a box of picture_width × picture_height.
constexpr double picture_width = 800, picture_height = 80;

// Section WAVEFORM of templates/episode.html: the bars and a mark for every chapter but the first.
void put_waveform(Values& values, const media::Waveform& waveform, const model::Episode& episode, std::chrono::milliseconds duration);

// Section SHAPE of templates/studio_episode.html: the bars with pauses marked, and the list of the longest pauses.
void put_shape(Values& values, const media::Waveform& waveform, const publishing::SoundAnalysis& analysis,
               std::chrono::milliseconds duration);

// Section CURVE: loudness from second to second, with the target's line.
void put_curve(Values& values, const media::LoudnessCurve& curve);

// Into section REDACT: MASTER_SHAPE, the bars of the recording as it was handed in with the ranges marked. `address`: of its finest
// waveform.
void put_ranges(Values& redact, const media::Waveform& waveform, const model::Redactions& ranges, std::chrono::milliseconds duration,
                std::string address);

// Enough for every picture here.
constexpr std::size_t picture_points = 800;

}  // namespace earshot::web
