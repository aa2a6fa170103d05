#pragma once
// The proof of the pudding: finished renditions are decoded again and measured, each as soon as it is there, side by side.

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <mutex>

#include "content/model/media.hpp"

namespace earshot::media {

struct DecodedRendition {
    model::Loudness loudness;
    double seconds{};
};

class RenditionChecks {
public:
    RenditionChecks() = default;
    ~RenditionChecks();  // stops what is still running
    RenditionChecks(const RenditionChecks&) = delete;
    RenditionChecks& operator=(const RenditionChecks&) = delete;

    // From any thread: a thread of its own decodes the file at `descriptor`, which stays open.
    void start(int descriptor);

    // All results by descriptor, once every check is through. `tick` gets the seconds of sound checked so far, all files together, from the
    // calling thread; it may throw to stop. Throws AvError when a file cannot be read back, which is our fault.
    [[nodiscard]] std::map<int, DecodedRendition> wait(const std::function<void(double seconds)>& tick);

private:
    DecodedRendition decode(int descriptor);

    std::atomic<bool> stop_{};
    std::atomic<double> seconds_{};
    std::mutex mutex_;
    std::map<int, std::future<DecodedRendition>> running_;
};

}  // namespace earshot::media
