#include "media/segmented_mp3.hpp"

#include <algorithm>
#include <utility>

#include "media/mp3_frame.hpp"

namespace earshot::media {

namespace {

constexpr std::size_t encoder_holds_back = 3;  // frames of sound that LAME wants to see beyond the one it gives
constexpr std::size_t more_overlap = 12;       // frames, when no joint was found

}  // namespace

struct SegmentedMp3Writer::Segment {
    AudioBlock sound;
    bool last{};
    av::Mp3Encoder encoder;
    Mp3Frames frames;

    Segment(const av::EncoderSettings& settings, AudioBlock memory) : sound(std::move(memory)), encoder(settings) {}

    void encode(const AudioBlock& block) {
        encoder.write(block, frames);
        if (last) encoder.finish(frames);
    }
};

SegmentedMp3Writer::SegmentedMp3Writer(int descriptor, const av::EncoderSettings& settings, unsigned threads,
                                       const Segmentation& segmentation)
    : settings_(settings),
      segmentation_(segmentation),
      threads_(std::max(threads, 1U)),
      file_(descriptor, settings),
      gathered_(new_segment()) {}
SegmentedMp3Writer::~SegmentedMp3Writer() = default;

std::size_t SegmentedMp3Writer::samples_a_segment() const {
    return (segmentation_.length + segmentation_.overlap + encoder_holds_back) * file_.samples_a_frame();
}

// Megabytes of sound: the memory of segments that are done serves the next ones.
SegmentedMp3Writer::SegmentPtr SegmentedMp3Writer::new_segment() {
    AudioBlock memory;
    if (!spare_.empty()) {
        memory = std::move(spare_.back());
        spare_.pop_back();
    }
    memory.clear();
    memory.channels = settings_.channels;
    for (std::size_t c = 0; c < memory.channels; ++c) memory.planes[c].reserve(samples_a_segment());
    return std::make_unique<Segment>(settings_, std::move(memory));
}

// A segment goes off when there is enough sound for it and its overlap; the next one begins with the overlap.
void SegmentedMp3Writer::write(const AudioBlock& block) {
    const std::size_t own = segmentation_.length * file_.samples_a_frame(), whole = samples_a_segment();
    samples_ += block.frames();
    for (std::size_t done = 0; done < block.frames();) {
        const std::size_t count = std::min(block.frames() - done, whole - gathered_->sound.frames());
        append(gathered_->sound, block, done, done + count);
        done += count;
        if (gathered_->sound.frames() < whole) continue;
        auto next = new_segment();
        append(next->sound, gathered_->sound, own, whole);
        launch(std::exchange(gathered_, std::move(next)));
    }
}

void SegmentedMp3Writer::finish() {
    gathered_->last = true;
    launch(std::move(gathered_));
    while (!running_.empty()) take_oldest();
    for (const auto& frame : open_->frames) file_.write(frame);
    file_.finish(samples_);
}

void SegmentedMp3Writer::launch(SegmentPtr segment) {
    while (running_.size() >= threads_) take_oldest();
    running_.push_back(std::async(std::launch::async, [segment = std::move(segment)]() mutable {
        segment->encode(segment->sound);
        return std::move(segment);
    }));
}

void SegmentedMp3Writer::take_oldest() {
    SegmentPtr next = running_.front().get();
    running_.pop_front();
    if (open_)
        join(std::move(next));
    else
        adopt(std::move(next), 0);
}

// Where no joint fits yet, the earlier encoder goes on over the later one's sound; if need be to its end: slower, never wrong.
void SegmentedMp3Writer::join(SegmentPtr next) {
    Segment& earlier = *open_;
    const std::size_t frame = file_.samples_a_frame();
    std::size_t from = segmentation_.warm_up, to = segmentation_.overlap, heard = (to + encoder_holds_back) * frame;
    for (;;) {
        if (const auto joint = find_mp3_joint(earlier.frames, next_at_, next->frames, from, to)) {
            cut_mp3_joint(earlier.frames, next_at_, next->frames, *joint);
            for (const auto& each : earlier.frames) file_.write(each);
            return adopt(std::move(next), *joint);
        }
        if (heard >= next->sound.frames()) break;
        const std::size_t until = std::min(heard + more_overlap * frame, next->sound.frames());
        AudioBlock more{.channels = next->sound.channels, .planes = {}};
        append(more, next->sound, heard, until);
        earlier.encode(more);
        heard = until;
        from = std::max(from, to);
        to += more_overlap;
    }
    earlier.last = next->last;
    earlier.encode({.channels = next->sound.channels, .planes = {}});
    next_at_ += segmentation_.length;
}

void SegmentedMp3Writer::adopt(SegmentPtr segment, std::size_t joint) {
    segment->frames.erase(segment->frames.begin(), segment->frames.begin() + static_cast<std::ptrdiff_t>(joint));
    spare_.push_back(std::exchange(segment->sound, {}));
    next_at_ = segmentation_.length - joint;
    open_ = std::move(segment);
}

}  // namespace earshot::media
