#include "media/av/resampler.hpp"

extern "C" {
#include <libavutil/opt.h>
}

#include "media/av/error.hpp"

namespace earshot::media::av {

Resampler::Resampler(const Side& in, const Side& out) {
    SwrContext* context = nullptr;
    // libswresample 4 takes layouts it only copies from without const.
    av_check(swr_alloc_set_opts2(&context, const_cast<AVChannelLayout*>(out.layout), out.format, out.rate,
                                 const_cast<AVChannelLayout*>(in.layout), in.format, in.rate, 0, nullptr),
             "resampler");
    context_.reset(context);
    if (in.rate != out.rate && av_opt_set(context, "resampler", "soxr", 0) >= 0) {
        av_opt_set_double(context, "precision", 20, 0);
        if (swr_init(context) >= 0) return;
        av_opt_set(context, "resampler", "swr", 0);  // a libswresample built without soxr
    }
    av_check(swr_init(context), "resampler");
}

int Resampler::bound(int in_samples) const {
    return av_check(swr_get_out_samples(context_.get(), in_samples), "resampler");
}

int Resampler::convert(const std::uint8_t* const* in, int in_samples, float* const* out, int out_capacity) {
    auto* to = const_cast<std::uint8_t**>(reinterpret_cast<std::uint8_t* const*>(out));
    return av_check(swr_convert(context_.get(), to, out_capacity, const_cast<const std::uint8_t**>(in), in_samples), "resampler");
}

}  // namespace earshot::media::av
