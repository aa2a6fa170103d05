#pragma once
// Opening what a producer handed in: every refusal is a sentence, every doubt a warning.

#include <string>
#include <vector>

#include "content/model/error.hpp"
#include "content/model/media.hpp"
#include "media/av/audio_reader.hpp"
#include "media/probe.hpp"

namespace earshot::media {

struct OpenMaster {
    av::AudioReader reader;
    av::AudioReaderOptions options;  // for opening it again
    std::vector<std::string> warnings;
    std::vector<model::EmbeddedItem> embedded;
    std::vector<model::Chapter> chapters;
};

// Reads the head. Refuses what probe() documents, except that zero samples show only when reading. The reader leaves the ranges out.
[[nodiscard]] model::Result<OpenMaster> open_master(int descriptor, Maker maker = Maker::somebody,
                                                    const model::Redactions& redactions = {});

[[nodiscard]] model::MasterInfo master_info(const OpenMaster& master);

// The sentences that need the sound to be read first.
[[nodiscard]] model::Error no_samples();
[[nodiscard]] model::Error too_long(double seconds);

}  // namespace earshot::media
