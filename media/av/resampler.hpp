#pragma once
// libswresample: sample format, channels and rate in one step, always to planar float.

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
#include <libswresample/swresample.h>
}

#include <cstdint>
#include <memory>

namespace earshot::media::av {

class Resampler {
public:
    struct Side {
        const AVChannelLayout* layout{};
        AVSampleFormat format{AV_SAMPLE_FMT_FLTP};
        int rate{};
    };
    // `out.format` is AV_SAMPLE_FMT_FLTP. Throws AvError when libswresample has no matrix between the layouts.
    Resampler(const Side& in, const Side& out);

    // Most samples the next convert() can give for `in_samples` more.
    [[nodiscard]] int bound(int in_samples) const;

    // Null input flushes. Returns the samples written to `out` (one pointer a channel).
    int convert(const std::uint8_t* const* in, int in_samples, float* const* out, int out_capacity);

private:
    struct Free {
        void operator()(SwrContext* context) const noexcept { swr_free(&context); }
    };
    std::unique_ptr<SwrContext, Free> context_;
};

}  // namespace earshot::media::av
