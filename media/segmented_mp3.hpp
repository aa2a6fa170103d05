#pragma once
// One MP3 made by several encoders at once. The sound is cut into segments of fixed length, each encoded by itself from a little before its
// start to a little behind its end; where two overlap, the stream passes from one to the next at a frame whose place in the bit reservoir
// and whose windows fit (see mp3_frame.hpp). The bytes depend on the sound and the segmentation alone, not on the number of threads.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <vector>

#include "media/audio_block.hpp"
#include "media/av/mp3_stream.hpp"

namespace earshot::media {

struct Segmentation {
    // In frames. At 44.1 kHz and its kin padding repeats after 49 of them, so only multiples of 49 keep frame sizes aligned.
    std::size_t length{30 * 49};
    std::size_t warm_up{16};  // of the later encoder, until its decisions are those of one that has been at it for long
    std::size_t overlap{28};  // frames that both encode at least; the joint lies behind the warm-up
};

class SegmentedMp3Writer {
public:
    // The descriptor's file is empty, read-write and seekable. Throws AvError as AudioWriter does.
    SegmentedMp3Writer(int descriptor, const av::EncoderSettings& settings, unsigned threads, const Segmentation& segmentation = {});
    ~SegmentedMp3Writer();
    SegmentedMp3Writer(const SegmentedMp3Writer&) = delete;
    SegmentedMp3Writer& operator=(const SegmentedMp3Writer&) = delete;

    void write(const AudioBlock& block);  // waits while `threads` segments are being encoded
    void finish();                        // no write() afterwards

private:
    struct Segment;
    using SegmentPtr = std::unique_ptr<Segment>;

    [[nodiscard]] std::size_t samples_a_segment() const;
    [[nodiscard]] SegmentPtr new_segment();
    void launch(SegmentPtr segment);
    void take_oldest();
    void join(SegmentPtr next);
    void adopt(SegmentPtr segment, std::size_t joint);

    av::EncoderSettings settings_;
    Segmentation segmentation_;
    unsigned threads_;
    av::Mp3File file_;
    std::uint64_t samples_{};
    std::vector<AudioBlock> spare_;                // memory to use again
    SegmentPtr gathered_;                          // takes in sound
    std::deque<std::future<SegmentPtr>> running_;  // being encoded, oldest first
    SegmentPtr open_;                              // encoded, its end not yet joined to the next; its frames are not in the file yet
    std::size_t next_at_{};                        // which of its frames is the first that the next one has as well
};

}  // namespace earshot::media
