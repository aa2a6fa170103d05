#include "media/av/rate_converter.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "media/av/resampler.hpp"

namespace earshot::media::av {

struct RateConverter::State {
    std::uint32_t in_rate, out_rate;
    std::size_t channels;
    std::optional<Resampler> resampler;  // none when the rates are equal
    std::uint64_t taken{}, given{};

    void run(const std::uint8_t* const* data, std::size_t count, AudioBlock& out) {
        const int room = resampler->bound(static_cast<int>(count));
        std::array<float*, 2> to{};
        for (std::size_t c = 0; c < channels; ++c) {
            out.planes[c].resize(static_cast<std::size_t>(room));
            to[c] = out.planes[c].data();
        }
        const int made = room > 0 ? resampler->convert(data, static_cast<int>(count), to.data(), room) : 0;
        resize(out, static_cast<std::size_t>(made));
    }
    void resize(AudioBlock& out, std::size_t frames) const {
        for (std::size_t c = 0; c < channels; ++c) out.planes[c].resize(frames, 0.0F);
    }
};

RateConverter::RateConverter(std::uint32_t in_rate, std::uint32_t out_rate, std::size_t channels)
    : state_(std::make_unique<State>(in_rate, out_rate, channels)) {
    if (in_rate == out_rate) return;
    AVChannelLayout layout{};
    av_channel_layout_default(&layout, static_cast<int>(channels));
    state_->resampler.emplace(Resampler::Side{.layout = &layout, .rate = static_cast<int>(in_rate)},
                              Resampler::Side{.layout = &layout, .rate = static_cast<int>(out_rate)});
}
RateConverter::~RateConverter() = default;
RateConverter::RateConverter(RateConverter&&) noexcept = default;

void RateConverter::convert(const AudioBlock& in, AudioBlock& out) {
    State& state = *state_;
    out.channels = state.channels;
    state.taken += in.frames();
    if (!state.resampler) {
        for (std::size_t c = 0; c < state.channels; ++c) out.planes[c].assign(in.planes[c].begin(), in.planes[c].end());
        return;
    }
    std::array<const std::uint8_t*, 2> data{};
    for (std::size_t c = 0; c < state.channels; ++c) data[c] = reinterpret_cast<const std::uint8_t*>(in.planes[c].data());
    state.run(data.data(), in.frames(), out);
    state.given += out.frames();
}

void RateConverter::flush(AudioBlock& out) {
    State& state = *state_;
    out.channels = state.channels;
    out.clear();
    if (!state.resampler) return;
    state.run(nullptr, 0, out);
    const std::uint64_t rounded = (state.taken * state.out_rate + state.in_rate / 2) / state.in_rate;
    const std::uint64_t wanted = std::max(rounded, std::min<std::uint64_t>(state.taken, 1));  // no file holds nothing
    state.resize(out, wanted > state.given ? static_cast<std::size_t>(wanted - state.given) : 0);
    state.given += out.frames();
}

}  // namespace earshot::media::av
