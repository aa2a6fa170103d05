#pragma once
// One file made by several encoders at once. The sound is cut into segments of fixed length, each encoded by itself from a little before
// its start to a little behind its end; where two overlap, the stream passes from one to the next at a frame that fits (see
// stream_joints.hpp). The bytes depend on the sound and the segmentation alone, not on the number of threads.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "media/av/frame_stream.hpp"
#include "media/block_queue.hpp"
#include "media/stream_joints.hpp"

namespace earshot::media {

// In frames.
struct Segmentation {
    std::size_t length{20 * 49};  // at 44.1 kHz and its kin an MP3's padding repeats after 49: only multiples keep frame sizes aligned
    std::size_t overlap{12};      // behind the later encoder's warm-up, where the joint may be
};

class SegmentedWriter {
public:
    // The descriptor's file is empty, read-write and seekable. Throws AvError as AudioWriter does.
    SegmentedWriter(int descriptor, const std::string& muxer, const av::EncoderSettings& settings, const StreamJoints& joints,
                    unsigned threads, const Segmentation& segmentation = {});
    ~SegmentedWriter();
    SegmentedWriter(const SegmentedWriter&) = delete;
    SegmentedWriter& operator=(const SegmentedWriter&) = delete;

    void write(const BlockPtr& block);  // keeps it until it is encoded; waits while `threads` segments are being encoded
    void finish();                      // no write() afterwards

private:
    struct Segment;
    using SegmentPtr = std::unique_ptr<Segment>;

    [[nodiscard]] std::size_t overlap() const noexcept { return joints_.warm_up + segmentation_.overlap; }
    [[nodiscard]] std::size_t samples_a_segment() const;
    void launch(SegmentPtr segment);
    void take_oldest();
    void join(SegmentPtr next);
    void adopt(SegmentPtr segment, std::size_t joint);

    av::EncoderSettings settings_;
    const StreamJoints& joints_;
    Segmentation segmentation_;
    unsigned threads_;
    av::FrameFile file_;
    std::uint64_t samples_{};
    SegmentPtr gathered_;                          // takes in sound
    std::deque<std::future<SegmentPtr>> running_;  // being encoded, oldest first
    SegmentPtr open_;                              // encoded, its end not yet joined to the next; its frames are not in the file yet
    std::size_t next_at_{};                        // which of its frames is the first that the next one has as well
};

}  // namespace earshot::media
