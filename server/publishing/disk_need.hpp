#pragma once
// How much disk a transcode job will take at most, before it begins.

#include <cstdint>
#include <vector>

#include "content/model/media.hpp"

namespace earshot::publishing {

// In bytes: every rendition twice, without its tags and with them.
[[nodiscard]] std::uint64_t disk_need(const std::vector<model::RenditionProfile>& profiles, const model::MasterInfo& master) noexcept;

}  // namespace earshot::publishing
