#include "server/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace earshot::app {

std::uint64_t raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;  // what every system gives
    const auto had = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : had;
}

std::uint32_t connections_that_fit(std::uint64_t descriptor_limit, std::uint32_t wanted) noexcept {
    // The 512 audio files kept open, uploads, databases, workers' pipes, and what is being opened and closed at the moment.
    constexpr std::uint64_t others = 1024;
    const auto fit = descriptor_limit - std::min(others, descriptor_limit / 2);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(fit, wanted));
}

}  // namespace earshot::app
