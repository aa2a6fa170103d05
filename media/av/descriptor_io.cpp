#include "media/av/descriptor_io.hpp"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/mem.h>
}

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "media/av/error.hpp"

namespace earshot::media::av {

namespace {

constexpr int buffer_size = 128 * 1024;

}  // namespace

DescriptorIo::DescriptorIo(int descriptor, Mode mode) : descriptor_(descriptor) {
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

int DescriptorIo::read(void* self, std::uint8_t* buffer, int size) {
    auto& io = *static_cast<DescriptorIo*>(self);
    ssize_t got = 0;
    do got = ::pread(io.descriptor_, buffer, static_cast<std::size_t>(size), io.position_);
    while (got < 0 && errno == EINTR);
    if (got < 0) return AVERROR(errno);
    if (got == 0) return AVERROR_EOF;
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
    struct stat status{};
    if (whence & AVSEEK_SIZE) return ::fstat(io.descriptor_, &status) == 0 ? status.st_size : AVERROR(errno);
    std::int64_t base = 0;
    if (whence == SEEK_CUR) base = io.position_;
    if (whence == SEEK_END) {
        if (::fstat(io.descriptor_, &status) != 0) return AVERROR(errno);
        base = status.st_size;
    }
    if (base + offset < 0) return AVERROR(EINVAL);
    io.position_ = base + offset;
    return io.position_;
}

}  // namespace earshot::media::av
