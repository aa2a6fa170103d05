#include "media/embedded/section.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace earshot::media::embedded {

Look::Look(int descriptor) : descriptor_(descriptor) {
    struct stat status{};
    if (::fstat(descriptor, &status) == 0 && status.st_size > 0) size_ = static_cast<std::uint64_t>(status.st_size);
}

std::string Look::read(std::uint64_t at, std::size_t most) {
    if (at >= size_ || reads_left_ == 0) return {};
    --reads_left_;
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>({most, size_ - at, bytes_left_})), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto got = ::pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(at + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    bytes_left_ -= done;
    return bytes;
}

Section::Section(Look& file, std::uint64_t at, std::uint64_t size)
    : file_(&file), at_(std::min(at, file.size())), size_(std::min(size, file.size() - at_)) {}

std::string Section::read(std::uint64_t at, std::size_t most) const {
    if (at >= size_) return {};
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(most, size_ - at));
    if (file_ != nullptr) return file_->read(at_ + at, count);
    return std::string(memory_.substr(static_cast<std::size_t>(at), count));
}

Section Section::part(std::uint64_t at, std::uint64_t size) const {
    Section cut = *this;
    const auto start = std::min(at, size_);
    cut.size_ = std::min(size, size_ - start);
    if (file_ != nullptr)
        cut.at_ += start;
    else
        cut.memory_ = memory_.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(cut.size_));
    return cut;
}

std::uint64_t big(std::string_view bytes, std::size_t at, std::size_t count) noexcept {
    if (at > bytes.size() || count > bytes.size() - at) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

std::uint64_t little(std::string_view bytes, std::size_t at, std::size_t count) noexcept {
    if (at > bytes.size() || count > bytes.size() - at) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

}  // namespace earshot::media::embedded
