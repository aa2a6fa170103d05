#pragma once
// Levelled sound into one rendition's file, in the way its codec is best made: by one encoder, or by several at once.

#include <variant>

#include "content/model/media.hpp"
#include "media/av/audio_writer.hpp"
#include "media/block_queue.hpp"
#include "media/codec_table.hpp"
#include "media/segmented_writer.hpp"

namespace earshot::media {

class RenditionWriter {
public:
    // The descriptor's file is empty, read-write and seekable. `channels`: of the blocks to come. `eased`: see LevelPlan. Throws AvError.
    RenditionWriter(int descriptor, const CodecRow& row, std::uint32_t sample_rate, std::uint32_t channels, std::uint32_t bit_rate,
                    bool eased = false);

    void write(const BlockPtr& block);
    void finish();  // no write() afterwards

private:
    std::variant<std::monostate, av::AudioWriter, SegmentedWriter> writer_;
};

}  // namespace earshot::media
