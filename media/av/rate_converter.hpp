#pragma once
// Sample-rate conversion of blocks (soxr inside libswresample), exact in length: n frames become round(n · out / in), one
// where that were none. Plain interface.

#include <cstdint>
#include <memory>

#include "media/audio_block.hpp"

namespace earshot::media::av {

class RateConverter {
public:
    RateConverter(std::uint32_t in_rate, std::uint32_t out_rate, std::size_t channels);
    ~RateConverter();
    RateConverter(RateConverter&&) noexcept;

    void convert(const AudioBlock& in, AudioBlock& out);  // replaces `out`, which may come out empty
    void flush(AudioBlock& out);                          // the rest; nothing may follow

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::media::av
