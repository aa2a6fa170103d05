#pragma once
// A bounded pool for what blocks: database, disk, password hashing. Work is refused rather than queued without end.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace earshot::http {

class Pool {
public:
    using Work = std::move_only_function<void()>;  // must not throw

    Pool(unsigned threads, std::size_t queue_limit);
    ~Pool();  // finishes what was taken
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // False: the queue is full, `work` was not taken.
    [[nodiscard]] bool submit(Work& work);

private:
    void run();

    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Work> queue_;
    std::size_t queue_limit_;
    bool stopping_{};
    std::vector<std::thread> threads_;
};

}  // namespace earshot::http
