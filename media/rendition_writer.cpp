#include "media/rendition_writer.hpp"

#include <string>

namespace earshot::media {

namespace {

// Of one rendition, whatever the machine: each holds on to 9 MiB of sound, and what one encoder makes beside them takes as long as three.
constexpr unsigned segments_at_once = 3;

}  // namespace

RenditionWriter::RenditionWriter(int descriptor, const CodecRow& row, std::uint32_t sample_rate, std::uint32_t channels,
                                 std::uint32_t bit_rate, bool eased) {
    const av::EncoderSettings settings{.encoder = std::string(row.encoder),
                                       .options = std::string(eased ? row.eased_options : row.options(bit_rate, channels)),
                                       .sample_rate = sample_rate,
                                       .channels = channels,
                                       .bit_rate = bit_rate,
                                       .scale = static_cast<float>(row.input_scale(bit_rate))};
    const std::string muxer(row.muxer);
    if (row.joints != nullptr)
        writer_.emplace<SegmentedWriter>(descriptor, muxer, settings, *row.joints, segments_at_once);
    else
        writer_.emplace<av::AudioWriter>(descriptor, muxer, settings);
}

void RenditionWriter::write(const BlockPtr& block) {
    if (auto* segmented = std::get_if<SegmentedWriter>(&writer_)) return segmented->write(block);
    std::get<av::AudioWriter>(writer_).write(*block);
}

void RenditionWriter::finish() {
    if (auto* segmented = std::get_if<SegmentedWriter>(&writer_)) return segmented->finish();
    std::get<av::AudioWriter>(writer_).finish();
}

}  // namespace earshot::media
