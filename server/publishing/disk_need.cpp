#include "server/publishing/disk_need.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "media/codec_table.hpp"
#include "media/master_scan.hpp"
#include "media/waveform.hpp"

namespace earshot::publishing {

namespace {

// Containers, cover, transcript and chapters, for each file.
constexpr std::uint64_t words_and_cover = 2U << 20;
// Its points wait on disk for the level.
constexpr double waveform_bytes_a_second = media::waveform_points_a_second * sizeof(media::WaveformBuilder::Point);
constexpr double container_share = 1.05;
constexpr double eased_share = 2;  // of its rate, where an encoder takes the bits it wants

double bytes_a_second(const model::RenditionProfile& profile, std::uint32_t channels) noexcept {
    if (model::facts_of(profile.codec).lossless) return 3.0 * profile.sample_rate * channels;  // noise cannot be made smaller
    const double most = media::codec_row(profile.codec).eased_options.empty() ? 1 : eased_share;
    return most * (channels == 1 ? profile.mono_bit_rate : profile.bit_rate) / 8;
}

}  // namespace

std::uint64_t disk_need(const std::vector<model::RenditionProfile>& profiles, const model::MasterInfo& master) noexcept {
    const double seconds = static_cast<double>(master.duration.count()) / 1000;
    auto bytes = static_cast<std::uint64_t>(waveform_bytes_a_second * seconds);
    for (const model::RenditionProfile& profile : profiles) {
        const std::uint32_t channels = std::min(profile.channels, std::max(master.channels, 1U));
        bytes += 2 * (static_cast<std::uint64_t>(bytes_a_second(profile, channels) * seconds * container_share) + words_and_cover);
    }
    return bytes;
}

std::uint64_t largest_file(const std::vector<model::RenditionProfile>& profiles) noexcept {
    double most = 0;
    for (const model::RenditionProfile& profile : profiles) most = std::max(most, bytes_a_second(profile, std::max(profile.channels, 1U)));
    return static_cast<std::uint64_t>(most * media::longest_seconds * container_share) + words_and_cover;
}

std::uint64_t size_of(int descriptor) {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) throw std::system_error(errno, std::generic_category(), "fstat");
    return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace earshot::publishing
