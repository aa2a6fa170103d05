#include "media/tags/bytes.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace earshot::media::tags {

std::ptrdiff_t read_at(int descriptor, void* into, std::size_t size, std::int64_t offset) noexcept {
    std::size_t done = 0;
    while (done < size) {
        const auto got = ::pread(descriptor, static_cast<char*>(into) + done, size - done, offset + static_cast<std::int64_t>(done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return static_cast<std::ptrdiff_t>(done);
}

bool write_at(int descriptor, const void* from, std::size_t size, std::int64_t offset) noexcept {
    for (std::size_t done = 0; done < size;) {
        const auto put = ::pwrite(descriptor, static_cast<const char*>(from) + done, size - done, offset + static_cast<std::int64_t>(done));
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        done += static_cast<std::size_t>(put);
    }
    return true;
}

std::int64_t file_size(int descriptor) noexcept {
    struct stat status{};
    return ::fstat(descriptor, &status) == 0 ? status.st_size : -1;
}

bool cut(int descriptor, std::int64_t size) noexcept {
    return ::ftruncate(descriptor, size) == 0;
}

bool copy_rest(int input, std::int64_t from, int output, std::int64_t to) noexcept {
    constexpr std::size_t block = 1U << 20;
    const std::unique_ptr<char[]> buffer(new (std::nothrow) char[block]);
    if (!buffer) return false;
    for (;;) {
        const auto got = read_at(input, buffer.get(), block, from);
        if (got <= 0) return got == 0;
        if (!write_at(output, buffer.get(), static_cast<std::size_t>(got), to)) return false;
        from += got;
        to += got;
    }
}

}  // namespace earshot::media::tags
