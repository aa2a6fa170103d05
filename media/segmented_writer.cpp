#include "media/segmented_writer.hpp"

#include <algorithm>
#include <utility>

namespace earshot::media {

namespace {

constexpr std::size_t more_overlap = 12;  // frames, when no joint was found

// Sound in blocks that others share.
class Stretch {
public:
    [[nodiscard]] std::size_t frames() const noexcept { return frames_; }

    void append(const BlockPtr& block, std::size_t begin, std::size_t end) {
        if (begin == end) return;
        parts_.push_back({block, begin, end});
        frames_ += end - begin;
    }

    // Calls take(block, begin, end) for each part of [from, to).
    template <class Take>
    void each(std::size_t from, std::size_t to, const Take& take) const {
        std::size_t at = 0;
        for (const auto& [block, begin, end] : parts_) {
            const std::size_t first = std::max(at, from), last = std::min(at + end - begin, to);
            if (first < last) take(block, begin + first - at, begin + last - at);
            at += end - begin;
        }
    }

private:
    struct Part {
        BlockPtr block;
        std::size_t begin, end;
    };
    std::vector<Part> parts_;
    std::size_t frames_{};
};

}  // namespace

struct SegmentedWriter::Segment {
    Stretch sound;
    bool last{};
    av::FrameEncoder encoder;
    EncodedFrames frames;

    explicit Segment(const av::EncoderSettings& settings) : encoder(settings) {}

    void encode(const Stretch& stretch, std::size_t from, std::size_t to) {
        stretch.each(from, to,
                     [this](const BlockPtr& block, std::size_t begin, std::size_t end) { encoder.write(*block, begin, end, frames); });
    }
    void encode_own() {
        encode(sound, 0, sound.frames());
        if (last) encoder.finish(frames);
    }
};

SegmentedWriter::SegmentedWriter(int descriptor, const std::string& muxer, const av::EncoderSettings& settings, const StreamJoints& joints,
                                 unsigned threads, const Segmentation& segmentation)
    : settings_(settings),
      joints_(joints),
      segmentation_(segmentation),
      threads_(std::max(threads, 1U)),
      file_(descriptor, muxer, settings),
      gathered_(std::make_unique<Segment>(settings)) {}
SegmentedWriter::~SegmentedWriter() = default;

std::size_t SegmentedWriter::samples_a_segment() const {
    return (segmentation_.length + overlap() + joints_.look_ahead) * file_.samples_a_frame();
}

// A segment goes off when there is enough sound for it and its overlap; the next one begins with the overlap.
void SegmentedWriter::write(const BlockPtr& block) {
    const std::size_t own = segmentation_.length * file_.samples_a_frame(), whole = samples_a_segment();
    samples_ += block->frames();
    for (std::size_t done = 0; done < block->frames();) {
        const std::size_t count = std::min(block->frames() - done, whole - gathered_->sound.frames());
        gathered_->sound.append(block, done, done + count);
        done += count;
        if (gathered_->sound.frames() < whole) continue;
        auto next = std::make_unique<Segment>(settings_);
        gathered_->sound.each(own, whole,
                              [&](const BlockPtr& part, std::size_t begin, std::size_t end) { next->sound.append(part, begin, end); });
        launch(std::exchange(gathered_, std::move(next)));
    }
}

void SegmentedWriter::finish() {
    gathered_->last = true;
    launch(std::move(gathered_));
    while (!running_.empty()) take_oldest();
    for (const auto& frame : open_->frames) file_.write(frame);
    file_.finish(samples_);
}

void SegmentedWriter::launch(SegmentPtr segment) {
    while (running_.size() >= threads_) take_oldest();
    running_.push_back(std::async(std::launch::async, [segment = std::move(segment)]() mutable {
        segment->encode_own();
        return std::move(segment);
    }));
}

void SegmentedWriter::take_oldest() {
    SegmentPtr next = running_.front().get();
    running_.pop_front();
    if (open_)
        join(std::move(next));
    else
        adopt(std::move(next), 0);
}

// Where no joint fits yet, the earlier encoder goes on over the later one's sound; if need be to its end: slower, never wrong.
void SegmentedWriter::join(SegmentPtr next) {
    Segment& earlier = *open_;
    const std::size_t frame = file_.samples_a_frame();
    std::size_t from = joints_.warm_up, to = overlap(), heard = (to + joints_.look_ahead) * frame;
    for (;;) {
        if (const auto joint = joints_.find(earlier.frames, next_at_, next->frames, from, to)) {
            joints_.cut(earlier.frames, next_at_, next->frames, *joint);
            for (const auto& each : earlier.frames) file_.write(each);
            return adopt(std::move(next), *joint);
        }
        if (heard >= next->sound.frames()) break;
        const std::size_t until = std::min(heard + more_overlap * frame, next->sound.frames());
        earlier.encode(next->sound, heard, until);
        heard = until;
        from = std::max(from, to);
        to += more_overlap;
    }
    if (next->last) earlier.encoder.finish(earlier.frames);
    next_at_ += segmentation_.length;
}

void SegmentedWriter::adopt(SegmentPtr segment, std::size_t joint) {
    segment->frames.erase(segment->frames.begin(), segment->frames.begin() + static_cast<std::ptrdiff_t>(joint));
    segment->sound = {};
    next_at_ = segmentation_.length - joint;
    open_ = std::move(segment);
}

}  // namespace earshot::media
