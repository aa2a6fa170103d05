#include "media/colour.hpp"

#include <lcms2.h>

#include <memory>
#include <type_traits>

namespace earshot::media {
namespace {

struct Close {
    void operator()(void* profile) const noexcept { cmsCloseProfile(profile); }
};
struct Delete {
    void operator()(void* transform) const noexcept { cmsDeleteTransform(transform); }
};
using Profile = std::unique_ptr<void, Close>;
using Transform = std::unique_ptr<void, Delete>;
static_assert(std::is_same_v<cmsHPROFILE, void*> && std::is_same_v<cmsHTRANSFORM, void*>);

}  // namespace

bool bring_to_srgb(std::span<std::uint8_t> rgba, std::span<const std::uint8_t> bytes) {
    const Profile from(cmsOpenProfileFromMem(bytes.data(), static_cast<cmsUInt32Number>(bytes.size())));
    if (!from || cmsGetColorSpace(from.get()) != cmsSigRgbData) return false;
    const Profile to(cmsCreate_sRGBProfile());
    const Transform transform(
        cmsCreateTransform(from.get(), TYPE_RGBA_8, to.get(), TYPE_RGBA_8, INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_COPY_ALPHA));
    if (!transform) return false;
    cmsDoTransform(transform.get(), rgba.data(), rgba.data(), static_cast<cmsUInt32Number>(rgba.size() / 4));
    return true;
}

}  // namespace earshot::media
