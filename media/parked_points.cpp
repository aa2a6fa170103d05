#include "media/parked_points.hpp"

#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "media/av/error.hpp"

namespace earshot::media {

ParkedPoints::ParkedPoints(int descriptor, const Points& points) : descriptor_(descriptor), count_(points.size()) {
    put_waveform(descriptor_, {reinterpret_cast<const char*>(points.data()), count_ * sizeof(Points::value_type)});
}

ParkedPoints::Points ParkedPoints::fetch() const {
    Points points(count_);
    auto* bytes = reinterpret_cast<char*>(points.data());
    const std::size_t size = count_ * sizeof(Points::value_type);
    for (std::size_t done = 0; done < size;) {
        const ssize_t got = ::pread(descriptor_, bytes + done, size - done, static_cast<off_t>(done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw std::runtime_error("a waveform could not be read back");
        done += static_cast<std::size_t>(got);
    }
    if (::ftruncate(descriptor_, 0) != 0) throw std::runtime_error("a waveform could not be emptied");
    return points;
}

void put_waveform(int descriptor, std::string_view bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t written = ::pwrite(descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) throw av::AvError(written < 0 ? -errno : -ENOSPC, "waveform");
        done += static_cast<std::size_t>(written);
    }
}

}  // namespace earshot::media
