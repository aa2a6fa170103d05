#include "media/av/descriptor_io.hpp"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/mem.h>
}

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "media/av/error.hpp"

namespace earshot::media::av {

namespace {

constexpr int buffer_size = 64 * 1024;

}  // namespace

DescriptorIo::DescriptorIo(int descriptor, Mode mode, ByteView view) : descriptor_(descriptor), view_(std::move(view)) {
    auto* buffer = static_cast<unsigned char*>(av_check_pointer(av_malloc(buffer_size), "buffer"));
    const bool writes = mode == Mode::write;
    context_ = avio_alloc_context(buffer, buffer_size, writes ? 1 : 0, this, writes ? nullptr : &read, writes ? &write : nullptr, &seek);
    if (context_ == nullptr) {
        av_free(buffer);
        throw AvError(AVERROR(ENOMEM), "buffer");
    }
    context_->seekable = AVIO_SEEKABLE_NORMAL;
}

DescriptorIo::~DescriptorIo() {
    av_freep(&context_->buffer);  // libavformat may have replaced the buffer we gave it
    avio_context_free(&context_);
}

void DescriptorIo::check_disk() const {
    if (read_error_ != 0) throw std::system_error(read_error_, std::generic_category(), "reading a recording");
}

std::int64_t DescriptorIo::size() const {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) return AVERROR(errno);
    const std::int64_t end = std::min<std::int64_t>(status.st_size, static_cast<std::int64_t>(view_.end));
    return std::max<std::int64_t>(end - static_cast<std::int64_t>(view_.start), 0);
}

void DescriptorIo::apply_patch(std::uint8_t* buffer, std::int64_t at, std::int64_t count) const {
    const auto patch_at = static_cast<std::int64_t>(view_.patch_at);
    const std::int64_t first = std::max(at, patch_at), last = std::min(at + count, patch_at + std::ssize(view_.patch));
    for (std::int64_t i = first; i < last; ++i)
        buffer[i - at] = static_cast<std::uint8_t>(view_.patch[static_cast<std::size_t>(i - patch_at)]);
}

int DescriptorIo::read(void* self, std::uint8_t* buffer, int size) {
    auto& io = *static_cast<DescriptorIo*>(self);
    const std::int64_t at = static_cast<std::int64_t>(io.view_.start) + io.position_;
    const std::int64_t left = std::min<std::int64_t>(size, static_cast<std::int64_t>(io.view_.end) - at);
    if (left <= 0) return AVERROR_EOF;
    ssize_t got = 0;
    do got = ::pread(io.descriptor_, buffer, static_cast<std::size_t>(left), at);
    while (got < 0 && errno == EINTR);
    if (got < 0) return AVERROR(io.read_error_ = errno);
    if (got == 0) return AVERROR_EOF;
    io.apply_patch(buffer, at, got);
    io.position_ += got;
    return static_cast<int>(got);
}

int DescriptorIo::write(void* self, std::uint8_t* buffer, int size) {
    auto& io = *static_cast<DescriptorIo*>(self);
    for (int done = 0; done < size;) {
        const ssize_t put = ::pwrite(io.descriptor_, buffer + done, static_cast<std::size_t>(size - done), io.position_);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return AVERROR(put < 0 ? errno : EIO);
        io.position_ += put;
        done += static_cast<int>(put);
    }
    return size;
}

std::int64_t DescriptorIo::seek(void* self, std::int64_t offset, int whence) {
    auto& io = *static_cast<DescriptorIo*>(self);
    if (whence & AVSEEK_SIZE) return io.size();
    std::int64_t base = 0;
    if (whence == SEEK_CUR) base = io.position_;
    if (whence == SEEK_END) base = io.size();
    if (base < 0) return base;
    if (base + offset < 0) return AVERROR(EINVAL);
    io.position_ = base + offset;
    return io.position_;
}

}  // namespace earshot::media::av
