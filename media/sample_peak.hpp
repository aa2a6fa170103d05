#pragma once
// The largest magnitude among samples: asked of every stretch of every pass, so it must cost next to nothing.

#include <cstddef>

namespace earshot::media {

[[nodiscard]] float sample_peak(const float* samples, std::size_t count) noexcept;

}  // namespace earshot::media
