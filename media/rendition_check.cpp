#include "media/rendition_check.hpp"

#include <chrono>

#include "media/av/audio_reader.hpp"
#include "media/loudness_meter.hpp"

namespace earshot::media {

RenditionChecks::~RenditionChecks() {
    stop_ = true;
    running_.clear();  // waits
}

void RenditionChecks::start(int descriptor) {
    auto check = std::async(std::launch::async, [this, descriptor] { return decode(descriptor); });
    const std::lock_guard lock(mutex_);
    running_[descriptor] = std::move(check);
}

std::map<int, DecodedRendition> RenditionChecks::wait(const std::function<void(double)>& tick) {
    std::map<int, DecodedRendition> done;
    for (auto& [descriptor, check] : running_) {
        while (check.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) tick(seconds_);
        done[descriptor] = check.get();
    }
    tick(seconds_);
    return done;
}

DecodedRendition RenditionChecks::decode(int descriptor) {
    av::AudioReader reader(descriptor, {.view = {}, .own_file = true});
    const double rate = reader.info().sample_rate;
    LoudnessMeter meter(reader.info().sample_rate, reader.channels());
    for (AudioBlock block; !stop_ && reader.read(block);) {
        meter.add(block);
        seconds_ += static_cast<double>(block.frames()) / rate;
    }
    return {.loudness = meter.result(), .seconds = static_cast<double>(reader.decoded_frames()) / rate};
}

}  // namespace earshot::media
