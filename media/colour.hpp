#pragma once
// What a picture's numbers mean as colours, brought to what everybody takes them for. The only place that sees Little CMS.

#include <cstdint>
#include <span>

namespace earshot::media {

// Changes pixels (4 bytes each: red, green, blue and one that stays) from the colours of an ICC profile to sRGB, relative to white, what
// sRGB lacks clipped. false: left as they are, because the profile is broken or not one of a screen's red, green and blue.
bool bring_to_srgb(std::span<std::uint8_t> rgba, std::span<const std::uint8_t> profile);

}  // namespace earshot::media
