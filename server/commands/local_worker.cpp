#include "server/commands/local_worker.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace earshot::commands {

model::Result<LocalFile> LocalFile::open_for_reading(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a fifo must not hold us up
    if (descriptor < 0) {
        return model::fail(model::Errc::not_found, fmt::format("{} cannot be opened: {}.", file.string(), std::strerror(errno)));
    }
    LocalFile opened(descriptor);
    struct stat status{};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        return model::fail(model::Errc::invalid_input, fmt::format("{} is not a file; name an audio file.", file.string()));
    }
    return opened;
}

LocalFile::LocalFile(LocalFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

LocalFile::~LocalFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

publishing::WorkerPool local_workers(const config::Settings& settings) {
    return publishing::WorkerPool("/proc/self/exe",
                                  {.deadline = settings.publishing.job_deadline, .degraded = settings.publishing.sandbox == "degraded"});
}

int refuse(std::string_view sentence) {
    fmt::print(stderr, "{}\n", sentence);
    return 1;
}

}  // namespace earshot::commands
