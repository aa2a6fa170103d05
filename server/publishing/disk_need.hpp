#pragma once
// How much disk a transcode job will take at most, before it begins.

#include <cstdint>
#include <vector>

#include "content/model/media.hpp"

namespace earshot::publishing {

// In bytes: every rendition twice, without its tags and with them, and the waveform.
[[nodiscard]] std::uint64_t disk_need(const std::vector<model::RenditionProfile>& profiles, const model::MasterInfo& master) noexcept;

// What one file of the longest recording that is taken can come to.
[[nodiscard]] std::uint64_t largest_file(const std::vector<model::RenditionProfile>& profiles) noexcept;

// What an open file takes already. Throws std::system_error.
[[nodiscard]] std::uint64_t size_of(int descriptor);

}  // namespace earshot::publishing
