#include "content/storage/descriptor.hpp"

#include <algorithm>
#include <vector>

#include <sys/stat.h>

#include "content/storage/digest.hpp"

namespace earshot::storage {

int write_at(int file, std::span<const std::byte> bytes, std::uint64_t offset, std::size_t& written) noexcept {
    written = 0;
    while (written < bytes.size()) {
        const auto n = ::pwrite(file, bytes.data() + written, bytes.size() - written, static_cast<off_t>(offset + written));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        if (n == 0) return ENOSPC;
        written += static_cast<std::size_t>(n);
    }
    return 0;
}

std::string hash_file(int file, std::uint64_t length) {
    std::vector<std::byte> buffer(1U << 20U);
    Sha256 hash;
    for (std::uint64_t offset = 0; offset < length;) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), length - offset));
        const auto n = ::pread(file, buffer.data(), wanted, static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw std::system_error(errno, std::generic_category(), "read");
        if (n == 0) break;
        hash.update(std::span(buffer).first(static_cast<std::size_t>(n)));
        offset += static_cast<std::uint64_t>(n);
    }
    return hash.finish_hex();
}

std::uint64_t file_size(int file) {
    struct stat info{};
    (void)checked(::fstat(file, &info), "stat");
    return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace earshot::storage
