#pragma once
// Decoding on a thread of its own, a few blocks ahead of whoever works on them.

#include <array>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "media/audio_block.hpp"
#include "media/av/audio_reader.hpp"

namespace earshot::media {

class ReadAhead {
public:
    // The reader must outlive this; its counters are right once read() has said that it is over.
    explicit ReadAhead(av::AudioReader& reader) : thread_([this, &reader] { run(reader); }) {}
    ~ReadAhead() {
        stop();
        thread_.join();
    }
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    // As AudioReader::read(). Throws what that threw.
    bool read(AudioBlock& block) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return filled_ > 0 || over_; });
        if (filled_ == 0) {
            if (failure_) std::rethrow_exception(failure_);
            return false;
        }
        std::swap(block, blocks_[oldest_]);  // memory goes round
        oldest_ = (oldest_ + 1) % blocks_.size();
        --filled_;
        changed_.notify_all();
        return true;
    }

private:
    void run(av::AudioReader& reader) noexcept {
        try {
            for (AudioBlock block; reader.read(block) && hand_over(block);) {
            }
        } catch (...) {
            failure_ = std::current_exception();
        }
        stop();
    }
    bool hand_over(AudioBlock& block) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return filled_ < blocks_.size() || over_; });
        if (over_) return false;
        std::swap(block, blocks_[(oldest_ + filled_) % blocks_.size()]);
        ++filled_;
        changed_.notify_all();
        return true;
    }
    void stop() noexcept {
        const std::lock_guard lock(mutex_);
        over_ = true;
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::array<AudioBlock, 4> blocks_;
    std::size_t oldest_{}, filled_{};
    bool over_{};
    std::exception_ptr failure_;
    std::thread thread_;  // last: starts when the rest is there
};

}  // namespace earshot::media
