#pragma once
// One reading of the master that feeds any number of takers at once: decoding and levelling on the calling thread, each taker on its own.

#include <cstdint>
#include <functional>
#include <vector>

#include "media/av/audio_reader.hpp"
#include "media/block_queue.hpp"
#include "media/level_chain.hpp"

namespace earshot::media {

struct Taker {
    std::uint32_t sample_rate{};  // what it wants to get
    std::size_t channels{};       // as many as the master's blocks have, or one
    Level level;
    // Called on the taker's own thread with levelled blocks in order, at the end once with null. An exception stops the whole pass.
    std::function<void(const BlockPtr&)> take;
};

// Takers that want the same rate, channels and level share the work. `tick` is called per block with the seconds read; it may throw to
// stop. Throws what tick or a taker threw, after all threads have ended.
void run_level_pass(av::AudioReader& master, const std::vector<Taker>& takers, const std::function<void(double seconds)>& tick);

}  // namespace earshot::media
