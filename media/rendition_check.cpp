#include "media/rendition_check.hpp"

#include <atomic>
#include <chrono>
#include <future>

#include "media/av/audio_reader.hpp"
#include "media/loudness_meter.hpp"

namespace earshot::media {

namespace {

struct Shared {
    std::atomic<bool> stop{};
    std::atomic<double> seconds{};
};

DecodedRendition decode(int descriptor, Shared& shared) {
    av::AudioReader reader(descriptor, {.view = {}, .own_file = true});
    const double rate = reader.info().sample_rate;
    LoudnessMeter meter(reader.info().sample_rate, reader.channels());
    for (AudioBlock block; !shared.stop && reader.read(block);) {
        meter.add(block);
        shared.seconds += static_cast<double>(block.frames()) / rate;
    }
    return {.loudness = meter.result(), .seconds = static_cast<double>(reader.decoded_frames()) / rate};
}

// Stops the threads when the caller's tick throws; the futures' destructors wait for them.
struct StopAtExit {
    explicit StopAtExit(Shared& shared) : shared_(shared) {}
    ~StopAtExit() { shared_.stop = true; }
    StopAtExit(const StopAtExit&) = delete;
    StopAtExit& operator=(const StopAtExit&) = delete;

private:
    Shared& shared_;
};

}  // namespace

std::vector<DecodedRendition> check_renditions(const std::vector<int>& descriptors, const std::function<void(double)>& tick) {
    Shared shared;
    std::vector<std::future<DecodedRendition>> running;
    const StopAtExit stop(shared);
    for (const int descriptor : descriptors) running.push_back(std::async(std::launch::async, &decode, descriptor, std::ref(shared)));
    std::vector<DecodedRendition> done;
    for (auto& future : running) {
        while (future.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) tick(shared.seconds);
        done.push_back(future.get());
    }
    tick(shared.seconds);
    return done;
}

}  // namespace earshot::media
