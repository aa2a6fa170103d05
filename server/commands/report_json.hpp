#pragma once
// What probe and transcode print: reports as JSON objects for scripts and for people.

#include <string>
#include <vector>

#include "config/settings.hpp"
#include "content/model/media.hpp"
#include "media/transcode.hpp"

namespace earshot::commands {

// {"file", "container", …, "duration_seconds", "embedded": […], "loudness": {…}}
[[nodiscard]] std::string probe_json(const std::string& file, const media::Measurement& measured);

// {"master": {… "loudness"}, "renditions": [{"profile", "file", "loudness", "gain_db", …}], "warnings", "pauses", "waveforms", "seconds",
// "speed"}. `files`: one path per rendition. Speed is the master's duration over the wall time.
[[nodiscard]] std::string transcode_json(const std::string& master, const media::TranscodeReport& report,
                                         const std::vector<std::string>& files, const std::vector<std::string>& waveforms, double seconds);

}  // namespace earshot::commands
