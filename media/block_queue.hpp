#pragma once
// A bounded queue of shared blocks between the decoding thread and one encoder. Either side may give up; the other notices.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

#include "media/audio_block.hpp"

namespace earshot::media {

using BlockPtr = std::shared_ptr<const AudioBlock>;

class BlockQueue {
public:
    explicit BlockQueue(std::size_t capacity) : capacity_(capacity) {}

    // Waits for room. False when the reader has closed.
    bool push(BlockPtr block) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return closed_ || blocks_.size() < capacity_; });
        if (closed_) return false;
        blocks_.push_back(std::move(block));
        filled_.notify_one();
        return true;
    }

    // Waits for a block. Null after finish() when all are taken, or at once after close().
    BlockPtr pop() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return closed_ || finished_ || !blocks_.empty(); });
        if (closed_ || blocks_.empty()) return nullptr;
        BlockPtr block = std::move(blocks_.front());
        blocks_.pop_front();
        room_.notify_one();
        return block;
    }

    // The writer has no more.
    void finish() { set(finished_); }

    // Whoever calls it wants no more: everything waiting is dropped.
    void close() { set(closed_); }
    [[nodiscard]] bool closed() {
        const std::lock_guard lock(mutex_);
        return closed_;
    }

private:
    void set(bool& flag) {
        const std::lock_guard lock(mutex_);
        flag = true;
        room_.notify_all();
        filled_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable room_, filled_;
    std::deque<BlockPtr> blocks_;
    std::size_t capacity_;
    bool finished_{}, closed_{};
};

}  // namespace earshot::media
