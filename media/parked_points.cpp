#include "media/parked_points.hpp"

#include <cerrno>
#include <stdexcept>

#include "media/av/error.hpp"
#include "media/tags/bytes.hpp"

namespace earshot::media {

ParkedPoints::ParkedPoints(int descriptor, const Points& points) : descriptor_(descriptor), count_(points.size()) {
    put_waveform(descriptor_, {reinterpret_cast<const char*>(points.data()), count_ * sizeof(Points::value_type)});
}

ParkedPoints::Points ParkedPoints::fetch() const {
    Points points(count_);
    const std::size_t size = count_ * sizeof(Points::value_type);
    if (tags::read_at(descriptor_, points.data(), size, 0) != static_cast<std::ptrdiff_t>(size))
        throw std::runtime_error("a waveform could not be read back");
    if (!tags::cut(descriptor_, 0)) throw std::runtime_error("a waveform could not be emptied");
    return points;
}

void put_waveform(int descriptor, std::string_view bytes) {
    if (!tags::write_at(descriptor, bytes.data(), bytes.size(), 0)) throw av::AvError(-errno, "waveform");
}

}  // namespace earshot::media
